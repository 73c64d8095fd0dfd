"""Where data comes in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.dtype_policy import floatx
from saccade.errors import InvalidArgument
from saccade.graph import Node, Shape, Symbol
from saccade.graph import batch_shape as _as_shape
from saccade.layers.core.checks import refuse
from saccade.layers.core.layer import Layer
from saccade.notes import note_old_word
from saccade.records import number_dtype
from saccade.script_door import is_script_door_open


def Input(
    shape: Sequence[int | None] | None = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> Symbol:
    """The shape of one input of a model, without the batch.

    Args:
        shape: of one input, without the batch; None for an axis whose size varies.
        batch_size: of the batch, when it is fixed.
        dtype: that of `floatx()` unless given, "float32" mostly.
        batch_shape: shape and batch together, instead of the two.
        name: of the input.
        tensor: a symbol, which is given back as it is; from Keras 2.
        optional: whether the model may be called with None in the place of this input.

    Returns:
        A symbol for a Sequential to start with.

    Source: `keras.Input`.
    """
    if isinstance(tensor, Symbol):
        return tensor
    refuse("Input", sparse=sparse, ragged=ragged, tensor=tensor)
    whole = _whole_shape(shape, batch_size, batch_shape)
    dtype = _input_dtype("Input", dtype)
    return InputLayer(batch_shape=whole, dtype=dtype, optional=optional, name=name).output


def _input_dtype(where: str, dtype: Any) -> str:
    """The word for the input's dtype; whole numbers are welcome, layers turn them into floats."""
    return number_dtype(where, floatx() if dtype is None else dtype)


def _whole_shape(shape: Any, batch_size: int | None, whole: Any) -> Shape:
    if (shape is None) == (whole is None):
        raise InvalidArgument("Input", "give either shape= or batch_shape=", f"{shape}, {whole}")
    if whole is not None:
        if batch_size is not None:
            needed = "batch_shape= says the batch's size, without batch_size="
            raise InvalidArgument("Input", needed, f"{batch_size}, {whole}")
        return _as_shape("Input", whole)
    if isinstance(shape, int) and is_script_door_open():
        note_old_word(f"Input(shape={shape}) is read as ({shape},); Keras 3 takes a tuple alone.")
        return (batch_size, shape)
    return (batch_size, *_as_shape("Input", shape))


class InputLayer(Layer):
    """The place of an input in a model; passes its input on.

    Args:
        shape, batch_size, dtype, batch_shape, optional, name: as of `Input`.
        input_tensor: a symbol that is to be the input; what else is given must agree with it.
        input_shape, batch_input_shape: older words for shape and batch_shape.

    Raises:
        InvalidArgument: shapes that contradict each other, or that nobody gave.
        NotSupported: sparse or ragged.
    """

    keras_module = "keras.layers"
    sparse = ragged = False  # there are no others
    input_dtype: str = "float32"  # of what comes in, which is not cast

    def __init__(
        self,
        shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Sequence[int | None] | None = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
    ):
        super().__init__(name=name)
        refuse(self, sparse=sparse, ragged=ragged)
        self.optional = bool(optional)
        shape = shape if input_shape is None else input_shape
        batch_shape = batch_shape if batch_input_shape is None else batch_input_shape
        if input_tensor is not None:
            self._check_symbol(input_tensor, shape, batch_size, batch_shape, dtype)
            shape, batch_size, batch_shape = None, None, input_tensor.shape
            dtype = input_tensor.dtype
        self.batch_shape = _whole_shape(shape, batch_size, batch_shape)
        self.input_dtype = _input_dtype(self.where, dtype)  # type: ignore[override]
        self.build_on(self.batch_shape)
        self._give_symbol(input_tensor)

    def _check_symbol(self, symbol: Any, shape: Any, size: Any, whole: Any, dtype: Any) -> None:
        if not isinstance(symbol, Symbol):
            needed = "input_tensor must be a symbol, as Input() gives one"
            raise InvalidArgument(self.where, needed, type(symbol).__name__)
        batch, *rest = symbol.shape or (None,)
        kind = None if dtype is None else _input_dtype(self.where, dtype)
        for word, given, own in (
            ("shape", shape and _as_shape(self.where, shape), tuple(rest)),
            ("batch_size", size, batch),
            ("batch_shape", whole and _as_shape(self.where, whole), tuple(symbol.shape)),
            ("dtype", kind, symbol.dtype),
        ):
            if given is not None and given != own:
                needed = f"{word} must be that of input_tensor, {own}"
                raise InvalidArgument(self.where, needed, repr(given))

    def _give_symbol(self, symbol: Symbol | None = None) -> None:
        node = Node(self, (), {})
        node.note()
        if symbol is None:
            symbol = Symbol(self.batch_shape, self.input_dtype, self.name)
        if symbol.node is None:
            node.give(symbol)
        else:
            node.outputs = symbol

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._give_symbol()

    def _given_to(self, number: int) -> Any:
        return self._call_at(number).outputs  # as in Keras 2: what comes in is what it gives

    def call(self, x: torch.Tensor | None = None) -> torch.Tensor | None:
        return x

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            "batch_shape": tuple(self.batch_shape),
            "dtype": self.input_dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": self.optional,
        }
