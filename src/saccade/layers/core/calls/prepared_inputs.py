"""Prepared inputs: what a layer is called with, as tensors on its device, in its precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.layers.core.masks import with_mask_of
from saccade.layers.core.weight_holder import WeightHolder
from saccade.nests import leaves
from saccade.numerics.tensors.conversion import as_tensor, is_table, narrowed


class PreparedInputs(WeightHolder):
    """The half of a layer that turns arrays, lists and numbers into tensors."""

    joins_lists = False  # whether a list of arrays is one batch of them, and not several inputs
    casts_integers = False  # whether an integer input is turned into floats before `call`
    autocast: bool

    def _prepared(self, value: Any) -> Any:
        """An array as a tensor on the weights' device, floats in the layer's dtype."""
        if isinstance(value, (list, tuple)) and any(_is_array(v) for v in value):
            if self.joins_lists:
                value = torch.stack([as_tensor(one, device=self.device) for one in value])
                return self._prepared(value)
            return type(value)(self._prepared(v) for v in value)
        if isinstance(value, dict):
            return {key: self._prepared(v) for key, v in value.items()}
        is_given = False
        if not torch.is_tensor(value):
            if not isinstance(value, (np.ndarray, list, tuple, float, int)) and not is_table(value):
                return value
            value = as_tensor(np.asarray(value), device=self.device)
            is_given = True
        is_float = value.dtype.is_floating_point
        if (is_float and self.autocast) or (not is_float and self.casts_integers):
            if is_given or value.is_complex():
                return narrowed(self.where, value, self._computes_in)
            return with_mask_of(value, value.to(self._computes_in))
        return value

    def _prepared_word(self, value: Any) -> Any:
        """The same for what has a name, where numbers and lists of them are settings."""
        return self._prepared(value) if any(map(_is_array, leaves(value))) else value


def _is_array(value: Any) -> bool:
    return torch.is_tensor(value) or isinstance(value, np.ndarray) or is_table(value)
