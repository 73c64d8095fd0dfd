"""Intersection over union of classes, out of a confusion matrix of whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.metrics.metric import Sums, spread
from saccade.numerics.epsilon import epsilon
from saccade.numerics.tensors.conversion import as_tensor

_WHOLE = ("int", "int32", "int64")


class _ConfusionMatrix(Sums):
    """Counts (true class, predicted class) pairs."""

    sums = ("total_cm",)
    sum_names: ClassVar[dict[str, str]] = {"total_cm": "total_confusion_matrix"}
    _direction = "up"

    def __init__(
        self,
        num_classes: int,
        name: str | None,
        dtype: Any,
        ignore_class: int | None,
        sparse_y_true: bool,
        sparse_y_pred: bool,
        axis: int,
    ):
        super().__init__(dtype, name)
        self.num_classes, self.ignore_class, self.axis = num_classes, ignore_class, axis
        self.sparse_y_true, self.sparse_y_pred = sparse_y_true, sparse_y_pred

    def checked(self, dtype: Any) -> str:
        word = str(getattr(dtype, "name", None) or dtype or "int32").removeprefix("torch.")
        return "int32" if word in _WHOLE else super().checked(dtype)

    def sum_shape(self) -> tuple[int, ...]:
        return (self.num_classes, self.num_classes)

    def shown(self, name: str) -> torch.Tensor:
        # From the sum itself: float32 holds whole numbers up to 2**24 alone.
        counts = as_tensor(getattr(self, f"_{name}")).to(getattr(torch, self.dtype))
        return counts.expand(self.sum_shape())

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = as_tensor(y_pred)
        y_true = as_tensor(y_true, device=y_pred.device)
        y_true = y_true if self.sparse_y_true else (y_true + 0).argmax(self.axis)
        y_pred = y_pred if self.sparse_y_pred else (y_pred + 0).argmax(self.axis)
        weight = None
        if sample_weight is not None:
            sample_weight = as_tensor(sample_weight, device=y_true.device)
            if sample_weight.numel() == y_true.numel():
                weight = sample_weight.float().flatten()
            else:
                weight = spread(sample_weight, y_true).flatten()
        y_true, y_pred = y_true.flatten().long(), y_pred.flatten().long()
        if y_true.shape != y_pred.shape:
            raise ShapeError(
                self.name,
                "labels and predictions must be as many",
                f"{len(y_true)} and {len(y_pred)}",
            )
        classes = self.num_classes
        counted = (y_true >= 0) & (y_true < classes) & (y_pred >= 0) & (y_pred < classes)
        if self.ignore_class is not None:
            counted = counted & (y_true != self.ignore_class)
        part = counted.long() if weight is None else weight * counted
        cell = torch.where(counted, y_true * classes + y_pred, 0)
        cells = part.new_zeros(classes * classes).index_add_(0, cell, part)
        self.grow(total_cm=cells.view(classes, classes))


class IoU(_ConfusionMatrix):
    """The mean over the target classes of true positives / (predicted + true - true positives).

    A class that neither occurs nor is predicted does not count.

    Args:
        num_classes: how many there are.
        target_class_ids: whose mean is taken.
        ignore_class: a label whose elements are left out.
        sparse_y_true, sparse_y_pred: whether labels (predictions) are class numbers; False takes
            the largest along `axis`.
        axis: where the classes are.

    Raises:
        InvalidArgument: a target class that is not below `num_classes`.

    Source: `keras.metrics.IoU`.
    """

    keras_module = "keras.metrics"

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)
        if max(target_class_ids) >= num_classes:
            raise InvalidArgument(
                type(self).__name__,
                f"target_class_ids must be below num_classes={num_classes}",
                repr(list(target_class_ids)),
            )
        self.target_class_ids = list(target_class_ids)

    def result(self) -> torch.Tensor:
        matrix = self.held("total_cm")
        if not matrix.ndim:
            return torch.zeros(())
        right = matrix.diagonal()
        union = matrix.sum(0) + matrix.sum(1) - right
        wanted = torch.tensor(self.target_class_ids, device=matrix.device)
        right, union = right[wanted], union[wanted]
        valid = union > 1e-9
        each = torch.where(valid, right / (union + epsilon()), 0.0)
        return each.sum() / (valid.sum() + epsilon())

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }


class BinaryIoU(IoU):
    """IoU of two classes, 0 and 1, told apart at a threshold.

    Args:
        target_class_ids: [0], [1] or both.
        threshold: predictions from here up are class 1.

    Source: `keras.metrics.BinaryIoU`.
    """

    keras_module = "keras.metrics"

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        super().update_state(y_true, as_tensor(y_pred) >= self.threshold, sample_weight)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        kept = {name: config[name] for name in ("name", "dtype", "target_class_ids")}
        return {**kept, "threshold": self.threshold}


class MeanIoU(IoU):
    """IoU of all classes; arguments as for `IoU`.

    Source: `keras.metrics.MeanIoU`.
    """

    keras_module = "keras.metrics"

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__(
            num_classes,
            range(num_classes),
            name,
            dtype,
            ignore_class,
            sparse_y_true,
            sparse_y_pred,
            axis,
        )

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["target_class_ids"]
        return config


class OneHotIoU(IoU):
    """IoU for one-hot labels; arguments as for `IoU`.

    Source: `keras.metrics.OneHotIoU`.
    """

    keras_module = "keras.metrics"

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["sparse_y_true"]
        return config


class OneHotMeanIoU(MeanIoU):
    """IoU of all classes for one-hot labels; arguments as for `IoU`.

    Source: `keras.metrics.OneHotMeanIoU`.
    """

    keras_module = "keras.metrics"

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["sparse_y_true"]
        return config
