"""Patches of torch's tensors: methods and operators that scripts expect of TensorFlow's.

They are put in when a script that saccade runs loads torch, whatever it imports, or when the thin
tensorflow is first used without such a script; and never else. Each takes the place of an error of
torch's, or is for the script's own code (`requester.asks_script`).

This is loaded in the middle of an import of torch's, so it loads little itself.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import torch

from saccade.errors import ShapeError
from saccade.nests import map_nest
from saccade.requester import asks_script
from saccade.tensorflow_alias.parts.tensors.known_shape import TensorShape
from saccade.tensorflow_alias.parts.tensors.operators import of_sizes, patch_operators
from saccade.tensorflow_alias.parts.tensors.script_view import patch_view

_before: dict[type, dict[str, Any]] = {}  # what the classes had
_numpy = torch.Tensor.numpy
_bool = torch.Tensor.__bool__
_wrap = torch.Tensor.__array_wrap__
_deepcopy = torch.Tensor.__deepcopy__
_IN_PLACE = {"copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask"}
"""Functions of NumPy's that would write to a copy, and not be seen to fail."""


class Reference:
    """`x.ref()`: what tensors are called in sets and dicts."""

    def __init__(self, tensor: Any):
        self._tensor = tensor

    def deref(self) -> Any:
        return self._tensor

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self._tensor is other._tensor

    def __hash__(self) -> int:
        return id(self._tensor)


def patch_tensors() -> None:
    """Let torch tensors answer `numpy()` and NumPy's functions wherever they come from.

    A loss is a tensor that has a gradient, and `loss.numpy()` in a loop must not fail; nor must
    `np.max(heatmap)`, which NumPy would hand to torch's own method of that name.
    """
    if torch.Tensor in _before:
        return
    _before[torch.Tensor] = dict(vars(torch.Tensor))
    patch_operators()
    patch_view()
    tensor: Any = torch.Tensor
    tensor.numpy, tensor.__array__ = _to_numpy, _to_array
    tensor.__array_function__, tensor.__array_wrap__ = _by_numpy, _wrapped
    tensor.__float__, tensor.__int__, tensor.__complex__ = _to_float, _to_int, _to_complex
    tensor.__bool__, tensor.__deepcopy__ = _to_bool, _copied
    tensor.get_shape, tensor.set_shape, tensor.ref = _get_shape, _set_shape, _ref


def patch_elements() -> None:
    """Let datasets and the strings in them answer as tf.data's; once they are loaded."""
    from saccade.data.dataset import Dataset
    from saccade.data.dataset.string_scalar import StringScalar
    from saccade.tensorflow_alias.parts.data.datasets import patch_datasets
    from saccade.tensorflow_alias.parts.tensors.dtypes import string

    if Dataset in _before:
        return
    _before.update({one: dict(vars(one)) for one in (StringScalar, Dataset)})
    patch_datasets()
    StringScalar.dtype, StringScalar.shape = string, TensorShape()  # type: ignore[attr-defined]
    StringScalar.set_shape, StringScalar.ref = _set_shape, _ref  # type: ignore[attr-defined]


def forget_patches() -> None:
    """Let tensors be torch's again, for tests that share a process with others."""
    for one, before in _before.items():
        for name, value in list(vars(one).items()):
            if name not in before:
                delattr(one, name)
            elif value is not before[name]:
                setattr(one, name, before[name])
    _before.clear()


def _to_numpy(self: torch.Tensor, *, force: bool = True) -> Any:
    if self.dtype is torch.bfloat16:  # which NumPy does not know
        self = self.float()
    array = _numpy(self, force=force)
    if array.ndim and asks_script(sys._getframe(1)):
        return array.copy()  # its own: writing to it leaves the tensor as it is
    return array if array.ndim else array[()]  # TensorFlow's numbers print as numbers


def _to_array(self: torch.Tensor, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
    if self.dtype is torch.bfloat16:
        self = self.float()
    array = _numpy(self, force=True)
    if copy is not False and asks_script(sys._getframe(1)):
        return np.array(array, dtype)  # its own, as above
    return np.asarray(array, dtype)


def _by_numpy(
    self: torch.Tensor, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """`np.mean(x)` of the script is NumPy's function of the numbers; elsewhere where it fails."""
    if function.__name__ in _IN_PLACE:
        return function._implementation(*args, **kwargs)
    if not asks_script(sys._getframe(1)):
        try:
            return function._implementation(*args, **kwargs)
        except (TypeError, RuntimeError):  # a word or a gradient that torch refuses
            pass
    return function(*_arrays(args), **_arrays(kwargs))


def _arrays(nest: Any) -> Any:
    return map_nest(lambda leaf: np.array(leaf.numpy()) if torch.is_tensor(leaf) else leaf, nest)


def _wrapped(
    self: torch.Tensor, array: Any, context: Any = None, return_scalar: bool = False
) -> Any:
    """`np.sqrt(x)` of the script is an array; torch would make a tensor of it."""
    if asks_script(sys._getframe(1)):
        return array[()] if return_scalar else array
    return _wrap(self, array)


# torch warns where a tensor that has a gradient becomes a number


def _to_float(self: torch.Tensor) -> float:
    return float(self.item())


def _to_int(self: torch.Tensor) -> int:
    return int(self.item())


def _to_complex(self: torch.Tensor) -> complex:
    return complex(self.item())


def _copied(self: torch.Tensor, memo: dict[int, Any]) -> Any:
    """A copy, of the outcome of operations as well, which torch refuses to copy."""
    return _deepcopy(self if self.is_leaf else self.detach(), memo)


def _get_shape(self: torch.Tensor) -> TensorShape:
    return TensorShape(self.shape)


def _set_shape(self: Any, shape: Any) -> None:
    """Look whether the tensor has this shape, in which None stands for any size.

    Raises:
        ShapeError: another one.
    """
    sizes = TensorShape(self.shape)
    if shape is not None and not sizes.is_compatible_with(shape):
        raise ShapeError("set_shape", f"the tensor must be {TensorShape(shape)}", str(sizes))


def _ref(self: Any) -> Reference:
    return Reference(self)


def _to_bool(self: torch.Tensor) -> bool:
    try:
        return _bool(self)
    except RuntimeError as error:
        raise of_sizes(error) from None
