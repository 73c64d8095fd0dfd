"""A mask for steps in which nothing happens."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.graph import Symbol
from saccade.layers.core.layer_kinds import Pointwise
from saccade.layers.core.masks import set_mask
from saccade.layers.operations.operation import note_call
from saccade.numerics.tensors.conversion import as_tensor


class Masking(Pointwise):
    """Masks the steps of which all features are `mask_value`, and makes them 0.

    Args:
        mask_value: what a step without anything holds.

    Input: (batch, steps, ..., features). Output: the same, with a mask (batch, steps, ...).

    Example:
        >>> Masking()(torch.tensor([[[1.0, 2.0], [0.0, 0.0]]]))._keras_mask
        tensor([[ True, False]])

    Source: `keras.layers.Masking`.
    """

    _needs_no_build = True
    keras_module = "keras.layers"
    casts_integers = False
    joins_lists = True
    _makes_masks = True

    def __init__(self, mask_value: float = 0.0, **placement: Any):
        super().__init__(**placement)
        self.mask_value = mask_value

    def call(self, x: torch.Tensor) -> torch.Tensor:
        mask = self.compute_mask(x)
        x = x.int() if x.dtype is torch.bool else x  # as Keras has it
        y = torch.where(mask.unsqueeze(-1), x, x.new_zeros(()))
        set_mask(y, mask)
        return y

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """True for steps with any feature other than `mask_value`."""
        if isinstance(inputs, Symbol):
            return note_call("any", note_call("not_equal", inputs, self.mask_value), axis=-1)
        x = inputs if torch.is_tensor(inputs) else as_tensor(np.asarray(inputs))
        return (x != self.mask_value).any(-1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mask_value": self.mask_value}
