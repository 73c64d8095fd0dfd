"""Old training configs: what `compile` was given in Keras 1 and 2, in the words of today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saccade import metrics, optimizers
from saccade.errors import UnknownName
from saccade.files.old.model_configs import in_todays_words
from saccade.nests import map_nest

_OF_KERAS_2 = ("jit_compile", "is_legacy_optimizer")
_DEFAULT_REDUCTION = "auto"


def compile_config(training: dict[str, Any], outputs: Sequence[str] = ()) -> dict[str, Any]:
    """What `compile` is given, out of a `training_config`.

    Args:
        outputs: the names of the model's outputs; tf.keras put them before those of metrics.
    """
    if not training:
        return {}
    named = {key: in_todays_words(value) for key, value in training.items()}
    optimizer = named.pop("optimizer_config", named.get("optimizer"))
    if isinstance(optimizer, dict):
        named["optimizer"] = _optimizer(optimizer)
    if named.get("sample_weight_mode") is None:
        named.pop("sample_weight_mode", None)
    named["loss"] = map_nest(_loss, named.get("loss"), is_leaf=_is_record)
    for kind in ("metrics", "weighted_metrics"):
        found = map_nest(lambda one: _metric(one, outputs), named.get(kind), is_leaf=_is_record)
        if isinstance(found, list) and len(found) == 1 and isinstance(found[0], list):
            found = found[0]  # one list for each output
        named[kind] = found
    return named


def _optimizer(record: dict[str, Any]) -> dict[str, Any]:
    kind, words = str(record.get("class_name")), dict(record.get("config") or {})
    plain = kind.removeprefix("Custom>")  # tf.keras 2.11 and later put it before its own
    if plain.lower() in {name.lower() for name in optimizers.CLASSES}:
        kind = plain
    if "lr" in words:
        words["learning_rate"] = words.pop("lr")
    if kind == "Nadam" and "decay" in words:  # so tf.keras 2 called it until 2.10
        words["schedule_decay"] = words.pop("decay")
    elif kind == "Nadam" and "use_ema" not in words:
        words.setdefault("schedule_decay", 0.004)
    if kind == "Adagrad":
        words.setdefault("initial_accumulator_value", 0.0)
    if words.get("decay") in (0, 0.0):
        del words["decay"]
    words = {key: value for key, value in words.items() if key not in _OF_KERAS_2}
    return {**record, "class_name": kind, "config": words}


def _loss(record: Any) -> Any:
    if not _is_record(record) or not isinstance(record["config"], dict):  # a function's name
        return record
    words = {key: value for key, value in record["config"].items() if key != "fn"}
    if words.get("reduction") == _DEFAULT_REDUCTION:
        del words["reduction"]
    if record["class_name"] == "LossFunctionWrapper":
        return record["config"]["fn"]
    return {**record, "config": words}


def _metric(record: Any, outputs: Sequence[str]) -> Any:
    if not _is_record(record) or not isinstance(record["config"], dict):
        return record
    words = dict(record["config"])
    formula = words.pop("fn", None)
    name = words.get("name")
    for output in outputs if len(outputs) > 1 else ():
        if isinstance(name, str) and name.startswith(f"{output}_"):
            words["name"] = name.removeprefix(f"{output}_")
    kind = record["class_name"]
    if kind == "MeanMetricWrapper" and isinstance(formula, str):
        try:
            kind = type(metrics.get(formula)).__name__
        except UnknownName:  # a function of the user's
            return formula
    return {**record, "class_name": kind, "config": words}


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) and "class_name" in value and "config" in value
