"""Variable: `tf.Variable`, a tensor that is changed in place."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import NotSupported
from saccade.tensorflow_alias.parts.running.recording import note_use, open_here
from saccade.tensorflow_alias.parts.tensors.dtypes import as_dtype
from saccade.tensorflow_alias.parts.tensors.indexing import (
    tensor_scatter_nd_add,
    tensor_scatter_nd_update,
)
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of
from saccade.variables import Variable as Weight


class Variable(Weight):
    """A tensor that keeps its place: a weight that belongs to no layer.

    Args:
        initial_value: an array, tensor or number, which is copied; or a function that gives one.
        trainable: whether tapes watch it; None says yes for floats.
        dtype: float32 for Python's floats, int32 for its integers when None.

    Source: `tf.Variable`.
    """

    dtype_is_a_word = False

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        name: str | None = None,
        dtype: Any = None,
        constraint: Any = None,
        shape: Any = None,
    ):
        pass  # everything happens in __new__, as in torch's own Parameter

    def __new__(
        cls,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        name: str | None = None,
        dtype: Any = None,
        constraint: Any = None,
        shape: Any = None,
    ):
        if shape is not None:
            raise NotSupported("tf.Variable", "shape= is not supported", None, "Leave it out.")
        given = initial_value() if callable(initial_value) else initial_value
        data = tensor_of(given, dtype).detach().clone()
        trains = data.is_floating_point() if trainable is None else bool(trainable)
        self = super().__new__(cls, data, trains and data.is_floating_point(), name or "Variable")
        self.constraint = constraint
        return self

    @classmethod
    def __torch_function__(
        cls, function: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """What torch does with it, which the open tapes are told; looking at it is no use."""
        name = getattr(function, "__name__", "")
        if open_here.tapes and name not in _LOOKS:
            note_use(one for one in args if isinstance(one, cls))
        with torch._C.DisableTorchFunctionSubclass():  # type: ignore[attr-defined]
            return function(*args, **(kwargs or {}))

    def assign(self, value: Any, use_locking: bool = False, **_: Any) -> Variable:
        """Take over other values of the same shape, in place."""
        super().assign(tensor_of(value).detach().to(self.dtype))
        return self

    def assign_add(  # type: ignore[override]  # TensorFlow calls it `delta`
        self, delta: Any, use_locking: bool = False, **_: Any
    ) -> Variable:
        return self.assign(self.detach() + tensor_of(delta).detach())

    def assign_sub(  # type: ignore[override]
        self, delta: Any, use_locking: bool = False, **_: Any
    ) -> Variable:
        return self.assign(self.detach() - tensor_of(delta).detach())

    def __getitem__(self, place: Any) -> torch.Tensor:
        """The numbers of now, which a later `assign` does not change; they can be assigned to."""
        part: Any = super().__getitem__(place).clone()
        part.assign = lambda value: self._assign_part(place, value)
        return part

    def _assign_part(self, place: Any, value: Any) -> Variable:
        with torch.no_grad():
            self.detach()[place] = tensor_of(value, self.dtype)
        return self

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Other numbers at places, in place."""
        return self.assign(tensor_scatter_nd_update(self.detach(), indices, updates))

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Numbers added at places, in place."""
        return self.assign(tensor_scatter_nd_add(self.detach(), indices, updates))

    def __repr__(self) -> str:  # type: ignore[override]
        kind = as_dtype(self.detach().dtype).name
        return (
            f"<tf.Variable '{self.name}:0' shape={tuple(self.detach().shape)} dtype={kind}, "
            f"numpy={self.numpy()!r}>"
        )

    __str__ = __repr__

    def value(self) -> torch.Tensor:  # type: ignore[override]
        """The same as `read_value`; of a Keras weight it is no method."""
        return self.read_value()

    def read_value(self) -> torch.Tensor:
        """The values of now; a gradient goes through."""
        return self.clone()


_LOOKS = {"__get__", "copy_", "detach", "dim", "is_floating_point", "requires_grad_", "size"}
