"""Patches of torch's tensors: methods and operators that scripts expect of TensorFlow's.

They are put in when a script first uses a name of the thin tensorflow, and never without it. Each
takes the place of an error of torch's, or is for the script's own code (`requester.asks_script`).
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from saccade.data.dataset import Dataset
from saccade.data.dataset.string_scalar import StringScalar
from saccade.errors import ShapeError
from saccade.nests import map_nest
from saccade.requester import asks_script
from saccade.tensorflow_alias.parts.data.datasets import patch_datasets
from saccade.tensorflow_alias.parts.running.errors import as_size_error
from saccade.tensorflow_alias.parts.tensors.dtypes import string
from saccade.tensorflow_alias.parts.tensors.known_shape import TensorShape
from saccade.tensorflow_alias.parts.tensors.operators import patch_operators
from saccade.tensorflow_alias.parts.tensors.script_view import patch_view
from saccade.tensorflow_alias.parts.tensors.tensors import pair

_before: dict[type, dict[str, Any]] = {}  # what the classes had
_numpy = torch.Tensor.numpy
_bool = torch.Tensor.__bool__


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
    if _before:
        return
    _before.update({one: dict(vars(one)) for one in (torch.Tensor, StringScalar, Dataset)})
    patch_operators()
    patch_view()
    patch_datasets()
    StringScalar.dtype, StringScalar.shape = string, TensorShape()  # type: ignore[attr-defined]
    torch.Tensor.numpy = _to_numpy  # type: ignore[method-assign,assignment]
    torch.Tensor.__array__ = _to_array  # type: ignore[method-assign,assignment]
    torch.Tensor.__array_function__ = _by_numpy  # type: ignore[attr-defined]
    torch.Tensor.__float__ = _to_float  # type: ignore[method-assign]
    torch.Tensor.get_shape = _get_shape  # type: ignore[attr-defined]
    torch.Tensor.set_shape = _set_shape  # type: ignore[attr-defined]
    torch.Tensor.ref = _ref  # type: ignore[attr-defined]
    torch.Tensor.__bool__ = _to_bool  # type: ignore[method-assign]
    StringScalar.set_shape, StringScalar.ref = _set_shape, _ref  # type: ignore[attr-defined]
    torch.Tensor.__array_ufunc__ = _operate  # type: ignore[attr-defined]


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
    return np.asarray(_numpy(self, force=True), dtype=dtype)


def _by_numpy(
    self: torch.Tensor, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    return function(*_arrays(args), **_arrays(kwargs))


def _arrays(nest: Any) -> Any:
    return map_nest(lambda leaf: _numpy(leaf, force=True) if torch.is_tensor(leaf) else leaf, nest)


def _to_float(self: torch.Tensor) -> float:
    return float(self.item())  # torch warns about a tensor with a gradient


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
        raise as_size_error("tensorflow", error) from None


def _operate(self: torch.Tensor, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """`array * tensor` is a tensor, with its gradient; any other function of NumPy's an array."""
    function = _ARITHMETIC.get(ufunc.__name__)
    if function is None or method != "__call__" or kwargs or len(inputs) != 2:
        out = kwargs.get("out", ())
        if any(map(torch.is_tensor, out)):
            return NotImplemented
        return getattr(ufunc, method)(*_arrays(inputs), **_arrays(kwargs))
    return function(*pair(*inputs))


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "matmul": operator.matmul,
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
    "equal": operator.eq,
    "not_equal": operator.ne,
}
