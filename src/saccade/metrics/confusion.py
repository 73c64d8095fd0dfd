"""Counts of right and wrong decisions at thresholds, and the two rates made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.metrics.metric import Sums, share, spread
from saccade.metrics.sum_variable import SumVariable
from saccade.numerics.loss_formulas import aligned, tensors

OUTCOMES = ("true_positives", "false_positives", "true_negatives", "false_negatives")
_NEVER = -1e10  # the prediction of what is not among the k largest


def decisions(
    y_true: torch.Tensor,
    y_pred: torch.Tensor,
    weight: torch.Tensor | None,
    thresholds: torch.Tensor,
) -> dict[str, torch.Tensor]:
    """How often each label is rightly and wrongly called positive (above) and negative.

    Args:
        y_true: (samples, labels), truths.
        y_pred: (samples, labels).
        weight: (samples, labels), or None to count in whole numbers.
        thresholds: (thresholds,), in any order.

    Returns:
        (thresholds, labels) for each of `OUTCOMES`.
    """
    ordered, order = thresholds.sort()
    size, labels = len(thresholds), y_true.shape[1]
    # How many thresholds a prediction is above tells all its decisions at once.
    passed = torch.searchsorted(ordered, y_pred.contiguous())
    cell = (passed * labels + torch.arange(labels, device=y_pred.device)).flatten()
    weight = torch.ones_like(passed) if weight is None else weight
    outcome = {}
    for kind, truth in (("positives", y_true), ("negatives", ~y_true)):
        part = weight * truth
        cells = part.new_zeros((size + 1) * labels).index_add_(0, cell, part.flatten())
        above = cells.view(size + 1, labels).flip(0).cumsum(0).flip(0)[1:]
        above = torch.empty_like(above).index_copy_(0, order, above)
        below = part.sum(0) - above
        if kind == "positives":
            outcome["true_positives"], outcome["false_negatives"] = above, below
        else:
            outcome["false_positives"], outcome["true_negatives"] = above, below
    return outcome


class Decisions(Sums):
    """Sums of decisions at thresholds; which of them a class keeps is its `sums`."""

    def __init__(self, thresholds: Sequence[float], name: str | None, dtype: Any):
        self.thresholds = list(thresholds)
        self._limits = torch.tensor(self.thresholds, dtype=torch.float32)
        super().__init__(dtype, name)

    def decide(self, y_true: torch.Tensor, y_pred: torch.Tensor, weight: Any) -> None:
        """Add the decisions about every element, all labels as one."""
        self._limits = self._limits.to(y_pred.device)
        weight = None if weight is None else weight.reshape(-1, 1)
        counts = decisions(y_true.reshape(-1, 1), y_pred.reshape(-1, 1), weight, self._limits)
        self.grow(**{name: counts[name].squeeze(1) for name in self.sums})

    def counted(self, name: str) -> torch.Tensor:
        """A sum as (thresholds,) numbers, also before the first batch."""
        return self.held(name, self._limits)

    def sum_shape(self) -> tuple[int, ...]:
        return (len(self.thresholds),)


class _Count(Decisions):
    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None):
        super().__init__(checked_thresholds(type(self).__name__, thresholds, 0.5), name, dtype)
        self.given_thresholds = thresholds

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.decide(*samples(self.name, y_true, y_pred, sample_weight))

    def result(self) -> torch.Tensor:
        return _one_or_all(self.counted(self.sums[0]))

    @property
    def accumulator(self) -> SumVariable:
        """The one sum, under the name that Keras has for it."""
        return SumVariable(self, self.sums[0])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "thresholds": self.given_thresholds}


class TruePositives(_Count):
    """How many samples are rightly called positive; one number a threshold.

    Args:
        thresholds: a number in [0, 1] or a list of them; predictions above are positive; 0.5
            when None.

    Source: `keras.metrics.TruePositives`.
    """

    keras_module = "keras.metrics"
    sums = ("true_positives",)
    sum_names: ClassVar[dict[str, str]] = {"true_positives": "accumulator"}


class FalsePositives(_Count):
    """How many samples are wrongly called positive; one number a threshold.

    Args:
        thresholds: a number in [0, 1] or a list of them; predictions above are positive; 0.5
            when None.

    Source: `keras.metrics.FalsePositives`.
    """

    keras_module = "keras.metrics"
    sums = ("false_positives",)
    sum_names: ClassVar[dict[str, str]] = {"false_positives": "accumulator"}


class TrueNegatives(_Count):
    """How many samples are rightly called negative; one number a threshold.

    Args:
        thresholds: a number in [0, 1] or a list of them; predictions above are positive; 0.5
            when None.

    Source: `keras.metrics.TrueNegatives`.
    """

    keras_module = "keras.metrics"
    sums = ("true_negatives",)
    sum_names: ClassVar[dict[str, str]] = {"true_negatives": "accumulator"}


class FalseNegatives(_Count):
    """How many samples are wrongly called negative; one number a threshold.

    Args:
        thresholds: a number in [0, 1] or a list of them; predictions above are positive; 0.5
            when None.

    Source: `keras.metrics.FalseNegatives`.
    """

    keras_module = "keras.metrics"
    sums = ("false_negatives",)
    sum_names: ClassVar[dict[str, str]] = {"false_negatives": "accumulator"}


class _Rate(Decisions):
    _direction = "up"

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        standard = 0.5 if top_k is None else _NEVER
        super().__init__(checked_thresholds(type(self).__name__, thresholds, standard), name, dtype)
        self.given_thresholds, self.top_k, self.class_id = thresholds, top_k, class_id

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.decide(*samples(self.name, y_true, y_pred, sample_weight, self.top_k, self.class_id))

    def result(self) -> torch.Tensor:
        right, wrong = (self.counted(name) for name in self.sums)
        return _one_or_all(share(right, right + wrong))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "thresholds": self.given_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }


class Precision(_Rate):
    """true positives / all that were called positive; 0 where none was.

    Args:
        thresholds: a number in [0, 1] or a list of them; predictions above are positive; 0.5
            when None, or every one of the k largest when `top_k` is given.
        top_k: only the k largest predictions of a sample can be positive.
        class_id: only this class (place on the last axis) is looked at.

    Source: `keras.metrics.Precision`.
    """

    keras_module = "keras.metrics"
    sums = ("true_positives", "false_positives")


class Recall(_Rate):
    """true positives / all that are positive; 0 where none is.

    Args:
        thresholds: a number in [0, 1] or a list of them; predictions above are positive; 0.5
            when None, or every one of the k largest when `top_k` is given.
        top_k: only the k largest predictions of a sample can be positive.
        class_id: only this class (place on the last axis) is looked at.

    Source: `keras.metrics.Recall`.
    """

    keras_module = "keras.metrics"
    sums = ("true_positives", "false_negatives")


def samples(
    where: str,
    y_true: Any,
    y_pred: Any,
    sample_weight: Any,
    top_k: int | None = None,
    class_id: int | None = None,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    """(truths, predictions, weights) of one shape, with what is not looked at left out."""
    y_true, y_pred = aligned(*tensors(y_true, y_pred))
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            where,
            f"labels must have the predictions' shape {tuple(y_pred.shape)}",
            str(tuple(y_true.shape)),
            "Make whole-number labels one-hot." if y_true.ndim < y_pred.ndim else "",
        )
    y_true, y_pred = y_true.bool(), y_pred.detach().float()
    weight = None if sample_weight is None else spread(sample_weight, y_pred)
    if top_k is not None:
        best = torch.argsort(y_pred, dim=-1, descending=True, stable=True)[..., :top_k]
        chosen = torch.zeros_like(y_true).scatter_(-1, best, True)
        y_pred = torch.where(chosen, y_pred, _NEVER)
    if class_id is not None:
        if y_pred.ndim == 1:
            raise ShapeError(where, "class_id needs predictions (samples, classes)", "(samples,)")
        y_true, y_pred = y_true[..., class_id], y_pred[..., class_id]
        weight = None if weight is None else weight[..., class_id]
    return y_true, y_pred, weight


def checked_thresholds(where: str, thresholds: Any, standard: float) -> list[float]:
    """Thresholds as a list.

    Raises:
        InvalidArgument: one that is outside [0, 1].
    """
    if thresholds is None:
        return [standard]
    listed = list(thresholds) if isinstance(thresholds, (list, tuple)) else [thresholds]
    for one in listed:
        if not isinstance(one, (int, float)) or not 0 <= one <= 1:
            raise InvalidArgument(where, "thresholds must be in [0, 1]", repr(one))
    return [float(one) for one in listed]


def _one_or_all(values: torch.Tensor) -> torch.Tensor:
    return values[0] if len(values) == 1 else values
