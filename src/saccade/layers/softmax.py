"""A layer that turns logits into probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade import activations
from saccade.errors import ShapeError
from saccade.layers.core.layer_kinds import Pointwise
from saccade.numerics.tensors.conversion import as_tensor


class Softmax(Pointwise):
    """y = exp(x) / sum(exp(x)) along an axis.

    Args:
        axis: one, or several over which the sum runs together.

    Called with `mask`, which broadcasts against the input: what is False has probability 0 and is
    left out of the sum.

    Input and output: any shape.

    Source: `keras.layers.Softmax`.
    """

    _needs_no_build = True
    keras_module = "keras.layers"

    def __init__(self, axis: int | Sequence[int] = -1, **placement: Any):
        super().__init__(**placement)
        self.axis = axis if isinstance(axis, int) else list(axis)

    def call(self, x: torch.Tensor, mask: Any = None) -> torch.Tensor:
        if mask is None:
            return activations.softmax(x, self.axis)
        kept = self._kept(x, mask)
        # Far below any logit, yet finite: a row in which everything is masked must not give NaN.
        far_below = -3e4 if x.dtype is torch.float16 else -1e9
        y = activations.softmax(torch.where(kept, x, far_below), self.axis)
        return torch.where(kept, y, 0.0)

    def _kept(self, x: torch.Tensor, mask: Any) -> torch.Tensor:
        kept = as_tensor(mask, device=x.device)
        if kept.ndim > x.ndim or any(
            m not in (1, n) for m, n in zip(kept.shape[::-1], x.shape[::-1], strict=False)
        ):
            raise ShapeError(
                self.where, f"mask must fit the input {tuple(x.shape)}", str(tuple(kept.shape))
            )
        return kept if kept.dtype is torch.bool else kept > 0.5

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}
