"""Metric: a number that is followed, summed over batches.

State is never changed in place: each update puts new tensors in the place of the old, so a value
can be read later, when somebody asks, without waiting for the device before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from saccade.names import auto_name, snake_case
from saccade.records import checked_dtype


class Metric:
    """A running number; users' own subclass it.

    Write `update_state(y_true, y_pred, sample_weight=None)`, `result()` and `reset_state()`.

    Source: `keras.metrics.Metric`.
    """

    keras_module: str | None = None

    def __init__(self, dtype: Any = None, name: str | None = None):
        self.name = name or auto_name(snake_case(type(self).__name__))
        checked_dtype(self.name, dtype)

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError

    def result(self) -> Any:
        raise NotImplementedError

    def reset_state(self) -> None:
        raise NotImplementedError

    def reader(self) -> Callable[[], float]:
        """A function that gives the value as it is now, whenever it is called."""
        value = self.result()
        if torch.is_tensor(value):  # which the next update may change in place
            value = value.detach().clone()
        return lambda: float(value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": "float32"}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Metric:
        return cls(**config)


class Average(Metric):
    """Keeps total / count, two sums: those of several processes add up."""

    def __init__(self, name: str, dtype: Any = None):
        super().__init__(dtype, name)
        self.reset_state()

    def reset_state(self) -> None:
        self.total: Any = 0  # an integer, so that a sum of hits stays exact beyond float32's 2**24
        self.count: Any = 0

    def add(self, total: Any, count: Any) -> None:
        """Add a batch's sum and how many values it is the sum of."""
        self.total = self.total + total
        self.count = self.count + count

    def add_values(self, values: torch.Tensor, sample_weight: Any = None) -> None:
        """Add every value, weighted when weights are given."""
        if sample_weight is None:
            self.add(values.sum(), values.numel())
            return
        weight = torch.as_tensor(sample_weight, dtype=torch.float32, device=values.device)
        while weight.ndim > values.ndim and weight.shape[-1] == 1:
            weight = weight.squeeze(-1)
        while weight.ndim < values.ndim:
            weight = weight.unsqueeze(-1)
        weight = weight.expand_as(values)
        self.add((values * weight).sum(), weight.sum())

    def result(self) -> torch.Tensor:
        count = torch.as_tensor(self.count, dtype=torch.float32)
        total = torch.as_tensor(self.total, dtype=torch.float32)
        return torch.where(count == 0, 0.0, total / count.clamp(min=1e-30))

    def reader(self) -> Callable[[], float]:
        total, count = self.total, self.count
        return lambda: float(total) / float(count) if float(count) else 0.0

    def state(self) -> dict[str, float]:
        both = {"total": self.total, "count": self.count}
        return {name: one.item() if torch.is_tensor(one) else one for name, one in both.items()}

    def restore(self, state: dict[str, float]) -> None:
        self.total, self.count = state["total"], state["count"]


class Mean(Average):
    """The weighted mean of all values seen.

    Source: `keras.metrics.Mean`.
    """

    keras_module = "keras.metrics"

    def __init__(self, name: str = "mean", dtype: Any = None):
        super().__init__(name, dtype)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        self.add_values(torch.as_tensor(values, dtype=torch.float32).detach(), sample_weight)


class MeanOf(Average):
    """The mean over samples of a function of (y_true, y_pred)."""

    def __init__(self, function: Callable[..., torch.Tensor], name: str, dtype: Any = None):
        super().__init__(name, dtype)
        self.function = function

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = torch.as_tensor(y_pred).detach()
        y_true = torch.as_tensor(y_true, device=y_pred.device)
        self.add_values(self.function(y_true, y_pred), sample_weight)
