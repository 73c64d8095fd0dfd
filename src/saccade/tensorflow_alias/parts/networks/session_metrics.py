"""Session metrics: `tf.metrics`, which is Keras's, with what TensorFlow 1 had there."""

from __future__ import annotations

from typing import Any

import torch

from saccade import metrics
from saccade.notes import note_once
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of


def mean_iou(
    labels: Any, predictions: Any, num_classes: int, weights: Any = None,
    metrics_collections: Any = None, updates_collections: Any = None, name: str | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    """(score, score): the intersection over the union of each class, averaged, of these numbers.

    TensorFlow 1 gave the score of all that was seen since its variables were set to zero, and an
    operation that adds to it. Classes that neither the labels nor the predictions have are left
    out.

    Args:
        labels, predictions: whole numbers of one shape.
        weights: of each number; None for 1.
    """
    note_once("tf.metrics.mean_iou is of each batch by itself; TensorFlow 1 added them up.")
    metric = metrics.MeanIoU(int(num_classes))
    metric.update_state(tensor_of(labels), tensor_of(predictions), weights)
    score = metric.result()
    return score, score


def __getattr__(name: str) -> Any:
    return getattr(metrics, name)


def __dir__() -> list[str]:
    return sorted({*dir(metrics), "mean_iou"})
