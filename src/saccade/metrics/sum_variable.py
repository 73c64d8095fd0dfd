"""The sums of a metric as code written for Keras reads and sets them."""

from __future__ import annotations

from typing import Any

import torch

from saccade.metrics.variable import MetricVariable, plain


class SumVariable(MetricVariable):
    """One sum of a metric: reads it as it is now, and `assign` puts another in its place.

    Args:
        metric: the metric with the sum.
        word: its attribute ("total").
    """

    def __init__(self, metric: Any, word: str):
        self._metric, self._word = metric, word
        self.name = metric.sum_names.get(word, word)

    @property
    def value(self) -> torch.Tensor:  # type: ignore[override]
        return self._metric.shown(self._word)

    @value.setter
    def value(self, value: torch.Tensor) -> None:
        self._metric.hold(self._word, value)


class NamedSum:
    """A sum as an attribute: `metric.total` is its variable, and what is set takes its place.

    The metric itself adds to `metric._total`, a number or a tensor.
    """

    def __init__(self, word: str):
        self.word, self.kept = word, f"_{word}"

    def __get__(self, metric: Any, cls: type | None = None) -> Any:
        if metric is None:
            return self
        if self.kept not in vars(metric):
            raise AttributeError(f"{type(metric).__name__} has no {self.word!r} yet")
        return SumVariable(metric, self.word)

    def __set__(self, metric: Any, value: Any) -> None:
        setattr(metric, self.kept, plain(value))
