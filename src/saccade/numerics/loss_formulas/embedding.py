"""The circle loss: embeddings of one class are pulled together, others pushed apart."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade.errors import ShapeError
from saccade.graph import compares_symbols
from saccade.numerics.loss_formulas.targets import tensors
from saccade.numerics.tensors.conversion import as_tensor


@compares_symbols
def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> torch.Tensor:
    """softplus(log sum over positives of exp(...) + log sum over negatives of exp(...)).

    With the cosine distance d >= 0 of a pair, a positive's exponent is
    -gamma * (margin + d) * (margin - d), a negative's is
    gamma * max(1 + margin - d, 0) * (1 - margin - d).

    Args:
        y_true: (batch,) or (batch, 1), whole-number labels.
        y_pred: (batch, features), embeddings of length one.
        ref_labels, ref_embeddings: what every row is compared with; the batch itself when None.
        remove_diagonal: leave out the pair of a row with itself.

    Returns:
        (batch,); 0 for a row that lacks a positive or a negative.

    Source: Sun et al. (2020), `keras.losses.Circle`.
    """
    y_true, y_pred = tensors(y_true, y_pred)
    if y_pred.ndim != 2 or y_true.numel() != len(y_pred):
        raise ShapeError(
            "circle",
            "labels must be (batch,) and embeddings (batch, features)",
            f"{tuple(y_true.shape)} and {tuple(y_pred.shape)}",
        )
    others = y_pred if ref_embeddings is None else as_tensor(ref_embeddings).to(y_pred)
    labels = y_true.reshape(-1, 1).long()
    other_labels = labels if ref_labels is None else as_tensor(ref_labels).to(labels)
    same = labels == other_labels.reshape(1, -1)
    positive, negative = same, ~same
    if remove_diagonal:
        diagonal = torch.eye(*same.shape, dtype=torch.bool, device=same.device)
        positive = positive & ~diagonal

    distance = (1.0 - y_pred @ others.T).clamp(min=0.0)
    pull = -gamma * (margin + distance) * (margin - distance)
    push = gamma * (1.0 + margin - distance).clamp(min=0.0) * (1.0 - margin - distance)
    never = float("-inf")
    return F.softplus(
        torch.where(positive, pull, never).logsumexp(1)
        + torch.where(negative, push, never).logsumexp(1)
    )
