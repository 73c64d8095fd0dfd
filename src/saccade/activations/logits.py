"""Softmax and sigmoid, which turn logits into probabilities and remember the logits.

They leave a mark on their result that leads back to their input, so that a cross-entropy can be
computed from the logits (see `logits_of`). Any further operation makes a new tensor, without the
mark; a change in place makes the mark stale, which is noticed.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from saccade.numerics.tensors.conversion import takes_arrays


@takes_arrays
def softmax(x: torch.Tensor, axis: int | Sequence[int] | None = -1) -> torch.Tensor:
    """exp(x) / sum(exp(x)) along `axis`, or over several axes together (None: over all)."""
    if isinstance(axis, int):
        y = torch.softmax(x, axis)
        _mark(y, x, "softmax", axis % max(x.ndim, 1))
        return y
    axes = tuple(range(x.ndim)) if axis is None else tuple(axis)
    if len(axes) == 1:
        return softmax(x, axes[0])
    return torch.exp(x - torch.logsumexp(x, axes, keepdim=True))


@takes_arrays
def sigmoid(x: torch.Tensor) -> torch.Tensor:
    """1 / (1 + exp(-x))."""
    y = torch.sigmoid(x)
    _mark(y, x, "sigmoid", -1)
    return y


def _mark(y: torch.Tensor, logits: torch.Tensor, by: str, axis: int) -> None:
    y._logits = (logits, by, axis, _versions(logits, y))  # type: ignore[attr-defined]


def _versions(*tensors: torch.Tensor) -> tuple[int, ...] | None:
    """How often each was changed in place; None where inference mode keeps no count."""
    if any(one.is_inference() for one in tensors):
        return None
    return tuple(one._version for one in tensors)


def logits_of(y: torch.Tensor, by: str) -> torch.Tensor | None:
    """The input of the softmax or sigmoid (`by`) that made `y`, or None.

    None too when either was changed in place since, when it came from another function, or when a
    softmax ran along another axis than the last.
    """
    mark = getattr(y, "_logits", None)
    if mark is None:
        return None
    logits, marked_by, axis, versions = mark
    if marked_by != by or (by == "softmax" and axis != y.ndim - 1):
        return None
    if versions is not None:
        return logits if versions == _versions(logits, y) else None
    again = torch.softmax(logits, -1) if by == "softmax" else torch.sigmoid(logits)
    return logits if torch.equal(again, y) else None
