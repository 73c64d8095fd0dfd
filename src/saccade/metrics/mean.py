"""Means and sums of values, and of functions of (y_true, y_pred)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.metrics.metric import Sums, masked_weight, share, spread
from saccade.notes import note_once
from saccade.numerics import loss_formulas
from saccade.numerics.tensors.conversion import as_tensor
from saccade.script_door import is_script_door_open


class Sum(Sums):
    """The weighted sum of all values seen.

    Source: `keras.metrics.Sum`.
    """

    keras_module = "keras.metrics"
    sums = ("total",)

    def __init__(self, name: str = "sum", dtype: Any = None):
        super().__init__(dtype, name)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        values = as_tensor(values, dtype=torch.float32).detach()
        weighted = values if sample_weight is None else values * spread(sample_weight, values)
        self.grow(total=weighted.sum())

    def result(self) -> torch.Tensor:
        return self.held("total")


class Mean(Sums):
    """The weighted mean of all values seen: total / count, two sums.

    Source: `keras.metrics.Mean`.
    """

    keras_module = "keras.metrics"
    sums = ("total", "count")
    _total: Any
    _count: Any

    def __init__(self, name: str = "mean", dtype: Any = None):
        super().__init__(dtype, name)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        self.add_values(as_tensor(values, dtype=torch.float32).detach(), sample_weight)

    def add(self, total: Any, count: Any) -> None:
        """Add a batch's sum and how many values it is the sum of."""
        if isinstance(total, (int, float)) and isinstance(count, int):  # read already
            self._total, self._count = self._total + total, self._count + count
        else:
            self.grow(total=total, count=count)

    def add_values(self, values: torch.Tensor, sample_weight: Any = None) -> None:
        """Add every value, weighted when weights are given."""
        if sample_weight is None:
            self.add(values.sum(), values.numel())
            return
        weight = spread(sample_weight, values)
        self.add((values * weight).sum(), weight.sum())

    def result(self) -> torch.Tensor:
        count, total = self.held("count"), self.held("total")
        return share(total, count)

    def reader(self) -> Callable[[], Any]:
        if type(self).result is not Mean.result:  # made of the mean, by a class below this one
            return super().reader()
        total, count = self._total, self._count
        return lambda: float(total) / float(count) if float(count) else 0.0

    def readers(self) -> dict[str, Callable[[], Any]]:
        if type(self).result is not Mean.result:
            return super().readers()
        return {self.name: self.reader()}  # a number for certain: nothing to compute yet


class MeanOf(Mean):
    """The mean over samples of `values(y_true, y_pred)`, which each class below writes."""

    reads_logits = False  # whether `values` looks for the logits behind a softmax or sigmoid

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        mask = getattr(y_pred, "_keras_mask", None)  # see layers/core/masks.py
        if mask is not None:
            sample_weight = masked_weight(mask, sample_weight)
        y_true, y_pred = loss_formulas.tensors(y_true, y_pred)
        if torch.is_grad_enabled():
            with torch.no_grad():
                self._add_batch(y_true, y_pred, sample_weight)
        else:
            self._add_batch(y_true, y_pred, sample_weight)

    def _add_batch(self, y_true: torch.Tensor, y_pred: torch.Tensor, sample_weight: Any) -> None:
        if y_pred.requires_grad and not self.reads_logits:
            y_pred = y_pred.detach()  # a function of the user's may want NumPy
        values = self.values(y_true, y_pred)
        self.add_values(values.detach() if values.requires_grad else values, sample_weight)


class MeanMetricWrapper(MeanOf):
    """The mean over samples of fn(y_true, y_pred, **kwargs).

    Args:
        fn: gives one number a sample.
        name: what it is reported under.
        kwargs: further arguments of `fn`.

    Raises:
        InvalidArgument: an argument that `fn` does not take.

    Example:
        >>> from saccade.losses import huber
        >>> metric = MeanMetricWrapper(huber, name="huber", delta=2.0)
        >>> float(metric([[0.0]], [[1.0]]))
        0.5

    Source: `keras.metrics.MeanMetricWrapper`.
    """

    keras_module = "keras.metrics"
    _has_compared = False

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ):
        super().__init__(name or getattr(fn, "name", None) or _name(fn), dtype)
        try:
            inspect.signature(fn).bind(None, None, **kwargs)
        except TypeError as error:
            raise InvalidArgument(
                f"MeanMetricWrapper of {_name(fn)}", f"the function does not fit: {error}"
            ) from error
        except ValueError:  # a function without a signature, written in C
            pass
        self.fn, self.options = fn, kwargs
        if _formula(fn) or getattr(type(fn), "keras_module", None) == "keras.losses":
            self._direction = "down"

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        if not self._has_compared and is_script_door_open():
            self._note_column(y_true, y_pred)
        return as_tensor(self.fn(y_true, y_pred, **self.options))

    def _note_column(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> None:
        """Say where targets as a row, which Keras 2 made a column, change what the function gives.

        `y_true - y_pred` of (n,) and (n, 1) is (n, n): every target beside every output. Seen by
        outputs that are the targets themselves, which differ from one another.
        """
        if y_true.ndim != 1 or y_pred.shape != (len(y_true), 1):
            self._has_compared = True
        elif (y_true != y_true[0]).any():
            self._has_compared = True
            column = y_true[:, None]
            right = column.to(y_pred.dtype)
            given, meant = (
                float(as_tensor(self.fn(targets, right, **self.options)).float().mean())
                for targets in (y_true, column)
            )
            if abs(given - meant) > 1e-4 * max(abs(given), abs(meant)):
                note_once(
                    f"metric {self.name}: its function gets targets of {tuple(y_true.shape)} "
                    f"beside outputs of {tuple(y_pred.shape)}, as in Keras 3, and takes every "
                    "target with every output. Keras 2 made the targets a column: to have it so, "
                    "give fit y.reshape(-1, 1).",
                    key=f"column {self.name}",
                )

    def get_config(self) -> dict[str, Any]:
        record: Any = self.fn
        if _formula(self.fn):
            record = {
                "module": "builtins",
                "class_name": "function",
                "config": self.fn.__name__,
                "registered_name": "function",
            }
        return {**super().get_config(), "fn": record, **self.options}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> MeanMetricWrapper:
        fn = config["fn"]
        if isinstance(fn, dict):
            fn = getattr(loss_formulas, fn["config"])
        return cls(**{**config, "fn": fn})


def _formula(fn: Any) -> bool:
    return any(fn is one for one in vars(loss_formulas).values())


def _name(fn: Any) -> str:
    return getattr(fn, "__name__", None) or type(fn).__name__
