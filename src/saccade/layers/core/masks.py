"""Masks: which steps of a batch count, handed from layer to layer beside the arrays.

A mask is an array of booleans, False for what does not count, in the attribute `_keras_mask` of
the tensor that it is about. It is made by layers such as `Embedding(mask_zero=True)` and `Masking`,
handed on by layers that support it, and read by attention, by averages, by losses and metrics.
Any other operation makes a new tensor without one.
"""

from __future__ import annotations

from collections.abc import Iterable
from inspect import Parameter
from typing import Any

import torch

from saccade.nests import leaves, map_nest
from saccade.notes import note_once
from saccade.numerics.tensors.conversion import as_tensor


class MaskPassing:
    """The part of a layer that takes masks in and hands them on.

    Attributes:
        supports_masking: whether a mask of the input is one of the output.
    """

    seen = False  # whether this process has set a mask at all; until then nobody looks for one

    supports_masking = False
    _makes_masks = False  # whether a mask may come out where none went in
    _loses_masks_quietly = False  # as functions do, of which nobody expects to hand one on
    _call_names: tuple[str, ...] = ()

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the output, or a list of them; None for none. May be overridden.

        Args:
            inputs: the first argument of the call.
            previous_mask: its mask; a list of masks for a list of inputs.

        Source: `keras.layers.Layer.compute_mask`.
        """
        return previous_mask

    def _masks_brought(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[dict[str, Any], tuple[Any, Any] | None]:
        """The call's keywords with the masks that it asks for, and (the first input, its mask).

        A call on one array gets its mask as `mask`. One on several gets that of each as
        `<its argument>_mask`. What the caller gave stays. None instead of the two where
        there is nothing to hand on.
        """
        names = self._call_names
        given = dict(zip(names, args, strict=False)) | kwargs
        arrays = {name: value for name, value in given.items() if _holds_arrays(value)}
        if len(arrays) > 1:
            words = {f"{name}_mask": masks_of(value) for name, value in arrays.items()}
        else:
            words = {"mask": masks_of(next(iter(arrays.values()), None))}
        for word, mask in words.items():
            if word in names and given.get(word) is None and mask is not None:
                kwargs = {**kwargs, word: mask}
        first = next(iter(given.values()), None)
        previous = kwargs.get("mask")
        previous = masks_of(first) if previous is None else previous
        is_masked = any(one is not None for one in leaves(previous))
        return kwargs, (first, previous) if is_masked or self._makes_masks else None

    def _hand_on_masks(self, inputs: Any, previous: Any, outputs: Any) -> Any:
        """The outputs, with the masks that this layer gives them."""
        if not self.supports_masking:
            if not self._loses_masks_quietly and previous is not None:
                note_once(
                    f"{self.where} does not pass masks on: the layers "  # type: ignore[attr-defined]
                    "after it get none, and count padded steps as data.",
                    key="a mask is lost",
                )
            return outputs
        arrays = leaves(outputs)
        if any(mask_of(one) is None for one in arrays):
            masks = self.compute_mask(inputs, previous)
            for one, mask in zip(arrays, leaves(masks), strict=False):
                if mask is not None and mask_of(one) is None:
                    set_mask(one, mask)
        return outputs


def mask_of(array: Any) -> Any:
    """The mask of an array; None for none."""
    return getattr(array, "_keras_mask", None)


def masks_of(nest: Any) -> Any:
    """The mask of an array, or those of a nest of arrays in the same nest."""
    return mask_of(nest) if torch.is_tensor(nest) else map_nest(mask_of, nest)


def set_mask(array: Any, mask: Any) -> None:
    """Say which steps of a tensor count; None for all of them."""
    array._keras_mask = mask
    MaskPassing.seen = MaskPassing.seen or mask is not None


def with_mask_of(source: Any, array: Any) -> Any:
    """`array`, made of `source` by a change that its mask outlives, with that mask."""
    if MaskPassing.seen and array is not source and (mask := mask_of(source)) is not None:
        set_mask(array, mask)
    return array


def with_masks(nest: Any, masks: Any) -> Any:
    """The arrays of a nest with these masks; the caller's own arrays stay as they were."""

    def masked(array: Any, mask: Any) -> Any:
        if mask is None:
            return array
        array = as_tensor(array)
        array = array.view(array.shape)
        set_mask(array, as_tensor(mask))
        return array

    return masked(nest, masks) if torch.is_tensor(nest) else map_nest(masked, nest, masks)


def names_of(parameters: Iterable[Parameter]) -> tuple[str, ...]:
    """The names of a call's arguments, in order."""
    open_ended = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return tuple(one.name for one in parameters if one.kind not in open_ended)[1:]


def _holds_arrays(value: Any) -> bool:
    if torch.is_tensor(value):
        return True
    return isinstance(value, (list, tuple, dict)) and any(map(torch.is_tensor, leaves(value)))
