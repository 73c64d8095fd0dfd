"""The area under a curve that thresholds draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.metrics.confusion import OUTCOMES, checked_thresholds, decisions, samples
from saccade.metrics.metric import Sums, share
from saccade.metrics.operating_point import even_thresholds
from saccade.names import unknown_name
from saccade.numerics.loss_formulas import tensors

_MARGIN = 1e-7  # the outer thresholds lie this far outside [0, 1]: all above one, none above other


class AUC(Sums):
    """The area under the ROC, precision-recall or precision-recall-gain curve.

    The curve is drawn through the points of `num_thresholds` thresholds, which follow the true
    curve the closer the more even the predictions lie between 0 and 1.

    Args:
        num_thresholds: at least 2, evenly spaced; `thresholds` overrides it.
        curve: "ROC" (recall over the share of negatives called positive), "PR" (precision over
            recall) or "PRGAIN".
        summation_method: between two points "interpolation" (for "PR" that of Davis and Goadrich,
            which keeps the counts linear), "minoring" the lower of both, "majoring" the higher.
        thresholds: those between 0 and 1, which are always there.
        multi_label: a curve for each label, then the mean of the areas.
        num_labels: how many labels; found out from the first batch when None.
        label_weights: weights of the labels: of the areas with `multi_label`, else of the counts.
        from_logits: predictions are logits.

    y_true and y_pred: (samples,), (samples, 1) or (samples, labels).

    Raises:
        InvalidArgument: an unknown curve or method, fewer than 2 thresholds, thresholds outside
            [0, 1], `num_labels` without `multi_label`.

    Example:
        >>> float(AUC(num_thresholds=3)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
        0.75

    Source: `keras.metrics.AUC`.
    """

    keras_module = "keras.metrics"
    sums = OUTCOMES
    _direction = "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Sequence[float] | None = None,
        from_logits: bool = False,
    ):
        super().__init__(dtype, name)
        if thresholds is None and num_thresholds < 2:
            raise InvalidArgument("AUC", "num_thresholds must be at least 2", repr(num_thresholds))
        if num_labels and not multi_label:
            raise InvalidArgument("AUC", "num_labels needs multi_label=True", repr(num_labels))
        self.curve = _word("AUC curve", curve, ("ROC", "PR", "PRGAIN"))
        methods = ("interpolation", "majoring", "minoring")
        self.summation_method = _word("AUC summation_method", summation_method, methods)
        self.given_thresholds = thresholds is not None
        if thresholds is None:
            inner = even_thresholds("AUC", num_thresholds)[1:-1]
        else:
            inner = sorted(checked_thresholds("AUC", list(thresholds), 0.5))
        self.num_thresholds = len(inner) + 2
        self.thresholds = [-_MARGIN, *inner, 1.0 + _MARGIN]
        self._limits = torch.tensor(self.thresholds, dtype=torch.float32)
        self.multi_label, self.num_labels = multi_label, num_labels
        self.label_weights = None if label_weights is None else [float(w) for w in label_weights]
        self.from_logits = from_logits

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        if self.from_logits:
            y_true, y_pred = tensors(y_true, y_pred)
            y_pred = torch.sigmoid(y_pred)
        truth, p, weight = samples(self.name, y_true, y_pred, sample_weight)
        if self.multi_label:
            self._check_labels(p)
        else:
            if self.label_weights is not None:
                by_label = torch.tensor(self.label_weights, device=p.device).expand_as(p)
                weight = by_label if weight is None else weight * by_label
            truth, p = truth.reshape(-1, 1), p.reshape(-1, 1)
            weight = None if weight is None else weight.reshape(-1, 1)
        self._limits = self._limits.to(p.device)
        self.grow(**decisions(truth, p.clamp(0.0, 1.0), weight, self._limits))

    def _check_labels(self, p: torch.Tensor) -> None:
        if p.ndim != 2 or self.num_labels not in (None, p.shape[1]):
            wanted = "labels" if self.num_labels is None else self.num_labels
            raise ShapeError(
                self.name, f"multi_label needs predictions (samples, {wanted})", str(tuple(p.shape))
            )

    def result(self) -> torch.Tensor:
        tp, fp, tn, fn = (self._column(name) for name in OUTCOMES)
        if self.curve == "PR" and self.summation_method == "interpolation":
            areas = _interpolated_precision(tp, fp, fn)
        else:
            x, y = _CURVES[self.curve](tp, fp, tn, fn)
            areas = ((x[:-1] - x[1:]) * _HEIGHTS[self.summation_method](y[:-1], y[1:])).sum(0)
        if self.multi_label and self.label_weights is not None:
            weights = torch.tensor(self.label_weights, device=areas.device)
            return share((areas * weights).sum(), weights.sum())
        return areas.mean()

    def sum_shape(self) -> tuple[int, ...] | None:
        if not self.multi_label:
            return (self.num_thresholds,)
        return (self.num_thresholds, self.num_labels) if self.num_labels else None

    def hold(self, name: str, value: torch.Tensor) -> None:
        super().hold(name, value.reshape(self.num_thresholds, -1) if value.ndim else value)

    def _column(self, name: str) -> torch.Tensor:
        """A sum as (thresholds, labels) numbers, also before the first batch."""
        held = self.held(name)
        return held if held.ndim else held.expand(self.num_thresholds, self.num_labels or 1)

    def get_config(self) -> dict[str, Any]:
        own = {"thresholds": self.thresholds[1:-1]} if self.given_thresholds else {}
        return {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": self.label_weights,
            "from_logits": self.from_logits,
            **own,
        }


def _word(where: str, word: Any, legal: tuple[str, ...]) -> str:
    word = getattr(word, "value", word)  # Keras's own enumeration
    for one in legal:
        if isinstance(word, str) and word.lower() == one.lower():
            return one
    raise unknown_name(where, word, legal)


Points = tuple[torch.Tensor, torch.Tensor]
Counts = torch.Tensor


def _roc(tp: Counts, fp: Counts, tn: Counts, fn: Counts) -> Points:
    return share(fp, fp + tn), share(tp, tp + fn)


def _precision_recall(tp: Counts, fp: Counts, tn: Counts, fn: Counts) -> Points:
    return share(tp, tp + fn), share(tp, tp + fp)


def _gains(tp: Counts, fp: Counts, tn: Counts, fn: Counts) -> Points:
    """Flach and Kull (2015): both rates measured from that of calling everything positive."""
    odds = share(tp + fn, tn + fp)
    recall = torch.where(tp == 0, 0.0, 1.0 - odds * share(fn, tp)).clamp(min=0.0)
    return recall, torch.where(tp == 0, 1.0, 1.0 - odds * share(fp, tp))


_CURVES = {"ROC": _roc, "PR": _precision_recall, "PRGAIN": _gains}
_HEIGHTS = {
    "interpolation": lambda a, b: (a + b) / 2.0,
    "majoring": torch.maximum,
    "minoring": torch.minimum,
}


def _interpolated_precision(tp: Counts, fp: Counts, fn: Counts) -> torch.Tensor:
    """Davis and Goadrich (2006): between two points true positives grow linearly with all."""
    called = tp + fp
    gained, more = tp[:-1] - tp[1:], (called[:-1] - called[1:]).clamp(min=0.0)
    slope = share(gained, more)
    start = tp[1:] - slope * called[1:]
    both = (called[:-1] > 0) & (called[1:] > 0)
    ratio = torch.where(both, share(called[:-1], called[1:].clamp(min=0.0)), 1.0)
    area = slope * (gained + start * ratio.log())
    return share(area, (tp[1:] + fn[1:]).clamp(min=0.0)).sum(0)
