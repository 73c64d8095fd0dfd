"""Objective: the loss and the metrics that `compile` was given."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from saccade import losses, metrics
from saccade.errors import DataError, InvalidArgument, NotSupported, StateError
from saccade.metrics import Mean
from saccade.training.logs import LazyLogs


class Objective:
    """What training makes smaller and what it reports.

    Args:
        loss: a word, an object, a function, or None.
        metrics: a list of words, objects and functions; "acc" and "accuracy" become the accuracy
            that fits the first batch and are reported under the word that was typed.
    """

    def __init__(self, loss: Any = None, metrics: Any = None):
        self.loss = None if loss is None else losses.get(loss)
        self.given_loss, self.given_metrics = loss, metrics
        self.mean_loss = Mean("loss")
        # A word that needs the shapes of the first batch stays a word until then.
        self._planned = [one if _is_accuracy(one) else _metric(one) for one in _flat(metrics)]
        self._metrics: list[Any] | None = None
        if not any(_is_accuracy(one) for one in self._planned):
            self._metrics = self._planned

    def compute(
        self, y: Any, y_pred: Any, sample_weight: Any = None, where: str = "fit"
    ) -> torch.Tensor:
        """The loss of a batch, one number."""
        if self.loss is None:
            raise StateError(
                where,
                "a loss is needed",
                "compile(loss=None)",
                'Give compile a loss, such as "sparse_categorical_crossentropy".',
            )
        if y is None:
            raise DataError(
                where,
                "targets are needed to compute the loss",
                "x alone",
                'Give y, or class_mode="sparse" to the generator.',
            )
        value = self.loss(y, y_pred, sample_weight)
        return value if value.ndim == 0 else value.mean()

    def check_targets(self, y: Any, classes: int, where: str = "fit") -> None:
        """Raise when whole-number labels are out of range for so many classes.

        Raises:
            DataError: naming the range that is needed and the one that was found.
        """
        if not isinstance(self.loss, losses.SparseCategoricalCrossentropy):
            return
        if y is None or y.shape[1:] not in ((), (1,)):
            return
        if self.loss.ignore_class is not None:
            y = y[y != self.loss.ignore_class]
        if not y.numel():
            return
        low, high = (one.item() for one in torch.aminmax(y))
        finite = math.isfinite(low) and math.isfinite(high)
        whole = not y.is_floating_point() or bool((y == y.trunc()).all())
        if finite and whole and low >= 0 and high < classes:
            return
        if not finite:
            do = "Look for NaN in the labels."
        elif not whole:
            do = "For probabilities as targets use another loss."
        elif low < 0:
            do = "Number the classes from 0."
        else:
            do = f"Give the last layer {int(high) + 1} units, or number the classes from 0."
        raise DataError(
            where,
            f"labels must be whole numbers from 0 to {classes - 1}, "
            f"one for each of the model's {classes} outputs",
            f"{'labels' if whole or not finite else 'fractions'} from {low:g} to {high:g}",
            do,
        )

    def update(self, y: Any, y_pred: Any, loss: torch.Tensor | float | None, samples: int) -> None:
        """Add a batch to the sums. Plain metrics ignore sample weights, as in Keras."""
        if loss is not None:
            self.mean_loss.add(loss * samples, samples)
        if y is None:
            return
        if self._metrics is None:
            self._metrics = [
                metrics.accuracy_for(y, y_pred, one) if _is_accuracy(one) else one
                for one in self._planned
            ]
        for metric in self._metrics:
            metric.update_state(y, y_pred)

    def reset(self) -> None:
        self.mean_loss.reset_state()
        for metric in self._metrics or ():
            metric.reset_state()

    @property
    def metrics(self) -> list[Any]:
        return [self.mean_loss, *(self._metrics or ())]

    def logs(self) -> LazyLogs:
        """The numbers so far, in alphabetical order as Keras prints them."""
        readers: dict[str, Callable[[], float]] = {}
        for metric in self.metrics if self.loss is not None else self._metrics or ():
            readers[metric.name] = metric.reader()
        return LazyLogs(dict(sorted(readers.items())))

    def state(self) -> list[dict[str, Any]]:
        """The sums so far; which accuracy "acc" turned out to be is part of them."""
        return [
            {
                "class": type(metric).__name__,
                "sums": metric.state() if hasattr(metric, "state") else None,
            }
            for metric in self.metrics
        ]

    def restore(self, state: list[dict[str, Any]]) -> None:
        """Go on from a `state()`."""
        if self._metrics is None and len(state) > 1:
            self._metrics = [
                metrics.CLASSES[saved["class"]](name=given) if _is_accuracy(given) else given
                for given, saved in zip(self._planned, state[1:], strict=True)
            ]
        for metric, saved in zip(self.metrics, state, strict=False):
            if saved["sums"] is not None:
                metric.restore(saved["sums"])


def _metric(given: Any) -> Any:
    if given is None:
        raise InvalidArgument("compile", "a metric can't be None")
    return metrics.get(given)


def _is_accuracy(given: Any) -> bool:
    return isinstance(given, str) and given.lower() in metrics.ACCURACY_WORDS


def _flat(given: Any) -> list[Any]:
    if given is None:
        return []
    if isinstance(given, dict):
        raise NotSupported("compile", "metrics must be a list for a model of one output", "a dict")
    if isinstance(given, str) or not isinstance(given, (list, tuple)):
        given = [given]
    return [one for part in given for one in (part if isinstance(part, (list, tuple)) else [part])]
