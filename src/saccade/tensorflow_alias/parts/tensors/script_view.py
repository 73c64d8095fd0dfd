"""Script view: what the script's own code sees of a tensor where TensorFlow's and torch's differ.

Torch, packages and saccade itself see torch's tensors as they are; so does a script that uses torch
as well. Who asks is told from the frame that asks, which costs less than a microsecond.
"""

from __future__ import annotations

import sys
from typing import Any

import torch

from saccade.requester import asks_script, known_files
from saccade.tensorflow_alias.parts.tensors.dtypes import DType, as_dtype
from saccade.tensorflow_alias.parts.tensors.known_shape import TensorShape

_BASE: Any = torch._C.TensorBase  # type: ignore[attr-defined]
_shape, _dtype = _BASE.shape.__get__, _BASE.dtype.__get__
_repr, _format = torch.Tensor.__repr__, torch.Tensor.__format__
_getframe = sys._getframe
_OF_TORCH: dict[torch.dtype, DType] = {}
_WORDS: dict[torch.dtype, WordDType] = {}


class WordDType(str):
    """The dtype of a Keras weight: a word, as Keras 3 has it, that answers as `tf.float32` too."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(as_dtype(str(self)), name)

    def __eq__(self, other: object) -> bool:
        return as_dtype(str(self)) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


def patch_view() -> None:
    """Let `x.shape`, `x.dtype`, `print(x)` and f-strings in the script be TensorFlow's."""
    tensor: Any = torch.Tensor
    tensor.shape, tensor.dtype = property(_shape_of), property(_dtype_of)
    tensor.__repr__, tensor.__str__, tensor.__format__ = _described, _shown, _formatted


def _shape_of(self: torch.Tensor) -> Any:
    sizes, frame = _shape(self), _getframe(1)
    if known_files.get(frame.f_code.co_filename) is False:  # nearly always: saccade's own
        return sizes
    return TensorShape(sizes) if asks_script(frame) else sizes


def _dtype_of(self: torch.Tensor) -> Any:
    kind, frame = _dtype(self), _getframe(1)
    if known_files.get(frame.f_code.co_filename) is False or not asks_script(frame):
        return kind
    if getattr(self, "dtype_is_a_word", False):
        return _WORDS.setdefault(kind, WordDType(as_dtype(kind).name))
    found = _OF_TORCH.get(kind)
    if found is None:
        found = _OF_TORCH[kind] = as_dtype(kind)
    return found


def _described(self: torch.Tensor, *, tensor_contents: Any = None) -> str:
    """repr: `<tf.Tensor: shape=(2,), dtype=int32, numpy=array([1, 2], dtype=int32)>`."""
    if not asks_script(sys._getframe(1)) or isinstance(self, torch.nn.Parameter):
        return _repr(self, tensor_contents=tensor_contents)
    array = self.numpy()
    numbers = repr(array) if array.ndim else str(array)
    numbers = f"\n{numbers}" if "\n" in numbers else numbers
    name = as_dtype(_dtype(self)).name
    return f"<tf.Tensor: shape={tuple(_shape(self))}, dtype={name}, numpy={numbers}>"


def _shown(self: torch.Tensor) -> str:
    """str: `tf.Tensor([1 2], shape=(2,), dtype=int32)`."""
    if not asks_script(sys._getframe(1)) or isinstance(self, torch.nn.Parameter):
        return repr(self)
    numbers = str(self.numpy())
    numbers = f"\n{numbers}" if "\n" in numbers else numbers
    name = as_dtype(_dtype(self)).name
    return f"tf.Tensor({numbers}, shape={tuple(_shape(self))}, dtype={name})"


def _formatted(self: torch.Tensor, specification: str) -> str:
    if not asks_script(sys._getframe(1)):
        return _format(self, specification)
    if not specification and isinstance(self, torch.nn.Parameter):
        return str(self)
    return format(self.numpy(), specification)
