"""Compile config: what `compile` was given as plain records, as Keras writes it, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saccade import losses, metrics, optimizers
from saccade.custom_objects import find_custom
from saccade.errors import SaccadeError
from saccade.files.keras_archive import WITHOUT_OPTIMIZER
from saccade.files.plain_config import full_record, to_plain
from saccade.models.trainer import Trainer
from saccade.nests import as_list, map_nest
from saccade.notes import note_once
from saccade.records import is_record


def compile_config(model: Any) -> dict[str, Any] | None:
    """What `compile` was given as records, functions as they are; None before."""
    given = model._objective
    if given is None:
        return None
    optimizer, decay = None, getattr(model.optimizer, "decay", None)
    if model.optimizer is not None:
        optimizer = optimizers.serialize(model.optimizer)
        if decay:  # Keras ignores it, with a warning
            optimizer["config"]["decay"] = decay
    return {
        "optimizer": optimizer,
        "loss": _mapped(given.given_loss, _written_loss),
        "loss_weights": given.given_loss_weights,
        "metrics": _mapped(given.given_metrics, metrics.serialize),
        "weighted_metrics": _mapped(given.given_weighted_metrics, metrics.serialize),
        "run_eagerly": False,
        "steps_per_execution": 1,
        "jit_compile": False,
    }


def compile_from(model: Any, config: dict[str, Any] | None) -> None:
    """Compile a model as a config says, whose custom objects are made already.

    Args:
        config: None or empty leaves the model as it is.
    """
    if not config:
        return
    if type(model).compile is not Trainer.compile:
        note_once(
            f"{model.where} has a compile() of its own: call it after loading.", key="own compile"
        )
        return
    try:
        model.compile(
            optimizer=optimizers.get(config.get("optimizer")),
            loss=_mapped(config.get("loss"), _revived(losses.as_loss)),
            loss_weights=config.get("loss_weights"),
            metrics=_mapped(config.get("metrics"), _revived(metrics.as_reported)),
            weighted_metrics=_mapped(config.get("weighted_metrics"), _revived(metrics.as_reported)),
        )
    except SaccadeError as error:
        do = f"{error.do} {WITHOUT_OPTIMIZER}".strip()
        raise type(error)(error.where, error.needed, error.got, do) from error


def model_record(model: Any) -> dict[str, Any]:
    """The whole record of a model, with how it was compiled."""
    record = full_record(model)
    compiled = model.get_compile_config()
    if compiled is not None:
        record["compile_config"] = compiled
    return to_plain("to_json", record, "model")


def _written_loss(loss: Any) -> Any:
    """Keras knows its words in one letter case only."""
    known = not isinstance(loss, str) or loss == loss.lower() or loss in losses.CLASSES
    if known or find_custom(loss) is not None:
        return losses.serialize(loss)
    return losses.as_loss(loss).name


def _revived(get: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda one: get(one) if is_record(one) else one


def _mapped(nest: Any, change: Callable[[Any], Any]) -> Any:
    """The lists and dicts of a nest with its leaves changed; records are leaves."""
    return map_nest(change, nest, rebuild=as_list, is_leaf=is_record)
