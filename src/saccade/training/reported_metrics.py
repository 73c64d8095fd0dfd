"""ReportedMetrics: the metrics of `compile`, told apart by output and named as in the logs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from saccade import metrics
from saccade.errors import InvalidArgument
from saccade.nests import is_nest, leaves
from saccade.notes import note_old_word
from saccade.training.outputs import map_given, per_output


class ReportedMetrics:
    """Metrics of each output, plain ones and those that count with the sample weights.

    "acc" and "accuracy" stay words until a batch shows which accuracy fits its shapes.

    Args:
        plain, weighted: what `compile` was given.

    Attributes:
        plain_of, weighted_of: for each output its metrics.
    """

    def __init__(self, plain: Any, weighted: Any):
        self._plain, self._weighted = map_given(_metric, plain), map_given(_metric, weighted)
        self.plain_of: list[list[Any]] = []
        self.weighted_of: list[list[Any]] = []
        self._named: list[tuple[str, Any]] | None = None

    def tell_apart(self, names: list[str]) -> None:
        """Give each output its metrics."""
        self._named = None
        self.plain_of = _of_each("metrics", self._plain, names)
        self.weighted_of = _of_each("weighted_metrics", self._weighted, names)

    @property
    def has_words(self) -> bool:
        many = (*self.plain_of, *self.weighted_of)
        return any(isinstance(one, str) for some in many for one in some)

    def make(self, targets: Sequence[Any], predictions: Sequence[Any]) -> None:
        """Put the accuracy that fits the outputs' shapes in place of each word."""
        for many in (self.plain_of, self.weighted_of):
            for place, some in enumerate(many):
                some[:] = [
                    metrics.accuracy_for(targets[place], predictions[place], one)
                    if isinstance(one, str)
                    else one
                    for one in some
                ]

    def find_names(self, names: Sequence[str]) -> None:
        """Find each metric's name in the logs; `names` are those of the outputs."""
        self._named = []
        taken: set[str] = set()
        prefixes = [f"{name}_" if len(names) > 1 else "" for name in names]
        for many, weighted in ((self.plain_of, False), (self.weighted_of, True)):
            for prefix, some in zip(prefixes, many, strict=True):
                for metric in some:
                    name = prefix + metric.name
                    if weighted and name in taken:
                        name = f"{prefix}weighted_{metric.name}"
                    stem, count = name, 0
                    while name in taken:
                        count += 1
                        name = f"{stem}_{count}"
                    taken.add(name)
                    self._named.append((name, metric))

    @property
    def have_names(self) -> bool:
        return self._named is not None

    @property
    def named(self) -> Sequence[tuple[str, Any]]:
        """The metrics by their names in the logs; none before `find_names`."""
        return self._named or ()

    def update(self, place: int, y: Any, y_pred: Any, sample_weight: Any) -> None:
        """Add a batch of one output. Plain metrics ignore sample weights, as in Keras."""
        for metric in self.plain_of[place]:
            metric.update_state(y, y_pred)
        for metric in self.weighted_of[place]:
            metric.update_state(y, y_pred, sample_weight)

    def readers(self) -> dict[str, Callable[[], Any]]:
        """What reads each number, by its name in the logs."""
        found: dict[str, Callable[[], Any]] = {}
        for name, metric in self.named:
            readers = metric.readers()
            if list(readers) == [metric.name]:
                found[name] = readers[metric.name]
            else:  # a metric of several numbers
                found |= readers
        return found

    def state(self) -> dict[str, Any]:
        """Which metric each is; which accuracy "acc" turned out to be is part of it."""
        return {
            "plain": [_kinds(some) for some in self.plain_of],
            "weighted": [_kinds(some) for some in self.weighted_of],
            "resolved": self.have_names,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Make the metrics of a `state()` of the words that are left."""
        pairs = ((self.plain_of, state["plain"]), (self.weighted_of, state["weighted"]))
        for many, kinds in pairs:
            for some, saved in zip(many, kinds, strict=True):
                some[:] = [
                    metrics.CLASSES[kind](name=one) if isinstance(one, str) else one
                    for one, kind in zip(some, saved, strict=True)
                ]


def _metric(given: Any) -> Any:
    is_word = isinstance(given, str) and given.lower() in metrics.ACCURACY_WORDS
    return given if given is None or is_word else metrics.as_reported(given)


def _of_each(what: str, given: Any, names: list[str]) -> list[list[Any]]:
    """The metrics of each output; all are the one output's where there is one."""
    if isinstance(given, (list, tuple)) and not given:
        some = [[] for _ in names]
    elif len(names) == 1:
        some = [leaves(given) if is_nest(given) else given]
    elif _is_for_all(given, names):
        note_old_word(
            f"compile({what}=): one list for all outputs is taken for each of them, as in Keras 2."
        )
        some = [list(given) for _ in names]
    else:
        some = per_output(what, given, names)
    return [_flat(one) for one in some]


def _is_for_all(given: Any, names: list[str]) -> bool:
    """Whether a list cannot be one entry for each output, and holds metrics alone."""
    if not isinstance(given, (list, tuple)) or not given or len(given) == len(names):
        return False
    return not any(one is None or is_nest(one) for one in given)


def _flat(given: Any) -> list[Any]:
    if given is None:
        return []
    if not isinstance(given, (list, tuple)):
        given = [given]
    found = [one for part in given for one in (part if isinstance(part, (list, tuple)) else [part])]
    if any(one is None for one in found):
        raise InvalidArgument("compile", "a metric can't be None")
    return found


def _kinds(some: list[Any]) -> list[str]:
    return [one if isinstance(one, str) else type(one).__name__ for one in some]
