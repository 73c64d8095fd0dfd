"""Wishes: the losses and metrics that `compile` was given, as objects in the same nests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saccade import losses, metrics
from saccade.errors import InvalidArgument
from saccade.nests import as_list, is_nest, leaves, map_nest
from saccade.notes import note_once
from saccade.records import is_record
from saccade.training.outputs import per_output


def as_loss(given: Any) -> Any:
    if given is None or (isinstance(given, str) and given.lower() in ("crossentropy", "ce")):
        return given
    return losses.get(given)


def as_metric(given: Any) -> Any:
    if given is None or _is_accuracy(given):
        return given
    return metrics.get(given)


def _is_accuracy(given: Any) -> bool:
    return isinstance(given, str) and given.lower() in metrics.ACCURACY_WORDS


def each(given: Any, function: Callable[[Any], Any]) -> Any:
    """A nest with `function` of each leaf; a record is a leaf."""
    return map_nest(function, given, rebuild=as_list, is_leaf=is_record)


def metrics_of(what: str, given: Any, names: list[str]) -> list[Any]:
    """The metrics of each output; all are the one output's where there is one."""
    if len(names) == 1:
        return [leaves(given) if is_nest(given) else given]
    if _is_for_all(given, names):
        note_once(
            f"compile({what}=): one list for all outputs is taken for each of them, as in Keras 2."
        )
        return [list(given) for _ in names]
    return per_output(what, given, names)


def _is_for_all(given: Any, names: list[str]) -> bool:
    """Whether a list cannot be one entry for each output, and holds metrics alone."""
    if not isinstance(given, (list, tuple)) or not given or len(given) == len(names):
        return False
    return not any(one is None or is_nest(one) for one in given)


def flat(given: Any) -> list[Any]:
    if given is None:
        return []
    if not isinstance(given, (list, tuple)):
        given = [given]
    found = [one for part in given for one in (part if isinstance(part, (list, tuple)) else [part])]
    if any(one is None for one in found):
        raise InvalidArgument("compile", "a metric can't be None")
    return found


def kinds(some: list[Any]) -> list[str]:
    return [one if isinstance(one, str) else type(one).__name__ for one in some]
