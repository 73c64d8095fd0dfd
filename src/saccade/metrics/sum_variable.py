"""The sums of a metric as code written for Keras reads and sets them."""

from __future__ import annotations

from typing import Any

import torch

from saccade.metrics.variable import MetricVariable


class SumVariable(MetricVariable):
    """One sum of a metric: reads it as it is now, and `assign` puts another in its place.

    Args:
        metric: the metric with the sum.
        word: its attribute ("total").
    """

    def __init__(self, metric: Any, word: str):
        self._metric, self._word, self.name = metric, word, word

    @property
    def value(self) -> torch.Tensor:  # type: ignore[override]
        return self._metric.held(self._word)

    @value.setter
    def value(self, value: torch.Tensor) -> None:
        # An integer 0 is where every sum begins; it takes the shape of the first batch.
        setattr(self._metric, self._word, value.double() if value.any() else 0)
