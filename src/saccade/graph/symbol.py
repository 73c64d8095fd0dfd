"""Symbol: an array that is not there yet: a shape, a dtype and where it comes from."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from saccade.errors import InvalidArgument, NotSupported, NoValue
from saccade.nests import by_key, leaves, map_nest

Shape = tuple[int | None, ...]
"""A shape with the batch first; None where the size is not known yet."""


class SymbolShape(tuple[int | None, ...]):
    """A shape, that can also be asked as TensorFlow's are: `x.shape.as_list()`."""

    __slots__ = ()

    def as_list(self) -> list[int | None]:
        return list(self)

    @property
    def ndims(self) -> int:
        return len(self)

    rank = ndims

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return SymbolShape(found) if isinstance(place, slice) else found


class KerasHistory(NamedTuple):
    """Where a symbol comes from, as Keras's tensors tell it."""

    operation: Any
    node_index: int
    tensor_index: int

    @property
    def layer(self) -> Any:
        """The operation under the name that it had in Keras 2."""
        return self.operation


class Mask:
    """The function that gives the mask of an array."""

    __name__ = "mask"

    def __init__(self, axes: int):
        self.axes = axes

    def __call__(self, array: Any) -> Any:
        mask = getattr(array, "_keras_mask", None)
        if mask is None:  # a sample on which the shape is tried
            mask = array[(..., *[0] * (array.ndim - self.axes))] == 0
        return mask


class Symbol:
    """What `Input()` returns, and what a layer called on symbols returns.

    Attributes:
        shape: batch first, None for unknown.
        dtype, name: of the array.
        node: the call that makes it; None for a symbol on its own.
        index: which of that call's outputs it is.
        samples: two values to try functions on, where its numbers may decide about shapes; else
            None.
        mask_axes: how many of its axes, the batch first, a mask will tell of; None without a mask.
    """

    sparse = ragged = False  # there are no others
    samples: Any = None
    mask_axes: int | None = None

    def __init__(
        self,
        shape: Shape,
        dtype: str = "float32",
        name: str = "",
        node: Any = None,
        index: int = 0,
        *,
        sparse: bool = False,
        ragged: bool = False,
    ):
        if sparse or ragged:
            kind = "sparse" if sparse else "ragged"
            raise NotSupported("KerasTensor", f"{kind} arrays are not supported", f"{kind}=True")
        self.shape, self.dtype, self.name = SymbolShape(shape), dtype, name
        self.node, self.index = node, index

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def activated(self, function: Callable[..., Any], *settings: Any, **named: Any) -> Symbol:
        """The symbol of an activation function of it."""
        return Symbol.activate(function, self, *settings, **named)

    def get_shape(self) -> SymbolShape:
        """The shape, as TensorFlow's tensors tell it."""
        return self.shape

    def reshape(self, newshape: Any) -> Symbol:
        """`ops.reshape` of it."""
        return Symbol.operate("reshape", self, newshape)

    def squeeze(self, axis: Any = None) -> Symbol:
        """`ops.squeeze` of it."""
        return Symbol.operate("squeeze", self, axis)

    @property
    def _keras_shape(self) -> Shape:
        """The same as Keras 1 and 2 kept it."""
        return tuple(self.shape)

    @property
    def _keras_history(self) -> KerasHistory | None:
        """The layer, which of its calls and which of that call's results gives the symbol."""
        if self.node is None:
            return None
        layer = self.node.layer
        return KerasHistory(layer, layer.nodes.index(self.node), self.index)

    @property
    def _keras_mask(self) -> Any:
        """The symbol of the mask that will come with the values; None without one."""
        return None if self.mask_axes is None else Symbol.note(Mask(self.mask_axes), self)

    def __repr__(self) -> str:
        shape = tuple(self.shape)
        return f"<KerasTensor shape={shape}, dtype={self.dtype}, name={self.name}>"

    def _no_value(self, do: str) -> NoValue:
        lacks = "has no value while the model is being described"
        return NoValue(f'symbol "{self.name}"', lacks, None, do)

    def __bool__(self) -> bool:
        raise self._no_value("Decide inside a layer's call(), not on symbols.")

    def __float__(self) -> float:
        raise self._no_value("Use ops.cast(x, ...), or a layer of your own.")

    __int__ = __index__ = __float__  # type: ignore[assignment]

    @property
    def __array_interface__(self) -> Any:
        """What NumPy and torch ask for: they would take the symbol for an object."""
        raise self._no_value("Use keras.ops in the place of NumPy's functions.")

    __array_ufunc__ = None  # so that numpy_array + symbol asks the symbol

    __hash__ = object.__hash__

    operate: Callable[..., Any]
    """(sign, left, right) -> symbol; set by `saccade.layers`, whose layers do the arithmetic."""
    note: Callable[..., Any]
    """(function, *arguments) -> symbol of what the function gives; set there too."""
    activate: Callable[..., Any]
    """(activation function, symbol, its settings) -> symbol; set there too."""

    def __iter__(self) -> Any:
        raise self._no_value("Use symbol[:, 0], or ops.unstack, in the place of going through it.")

    def __getitem__(self, key: Any) -> Symbol:
        return Symbol.operate("[]", self, key)

    def __add__(self, other: Any) -> Symbol:
        return Symbol.operate("+", self, other)

    def __radd__(self, other: Any) -> Symbol:
        return Symbol.operate("+", other, self)

    def __sub__(self, other: Any) -> Symbol:
        return Symbol.operate("-", self, other)

    def __rsub__(self, other: Any) -> Symbol:
        return Symbol.operate("-", other, self)

    def __mul__(self, other: Any) -> Symbol:
        return Symbol.operate("*", self, other)

    def __rmul__(self, other: Any) -> Symbol:
        return Symbol.operate("*", other, self)

    def __truediv__(self, other: Any) -> Symbol:
        return Symbol.operate("/", self, other)

    def __rtruediv__(self, other: Any) -> Symbol:
        return Symbol.operate("/", other, self)

    def __neg__(self) -> Symbol:
        if "int" in self.dtype:  # which stay integers
            return Symbol.operate("negative", self)
        return Symbol.operate("*", self, -1.0)

    def __abs__(self) -> Symbol:
        return Symbol.operate("abs", self)

    def __invert__(self) -> Symbol:
        return Symbol.operate("~", self)

    def __pow__(self, other: Any) -> Symbol:
        return Symbol.operate("**", self, other)

    def __rpow__(self, other: Any) -> Symbol:
        return Symbol.operate("**", other, self)

    def __floordiv__(self, other: Any) -> Symbol:
        return Symbol.operate("//", self, other)

    def __rfloordiv__(self, other: Any) -> Symbol:
        return Symbol.operate("//", other, self)

    def __mod__(self, other: Any) -> Symbol:
        return Symbol.operate("%", self, other)

    def __rmod__(self, other: Any) -> Symbol:
        return Symbol.operate("%", other, self)

    def __matmul__(self, other: Any) -> Symbol:
        return Symbol.operate("@", self, other)

    def __rmatmul__(self, other: Any) -> Symbol:
        return Symbol.operate("@", other, self)

    def __gt__(self, other: Any) -> Symbol:
        return Symbol.operate(">", self, other)

    def __ge__(self, other: Any) -> Symbol:
        return Symbol.operate(">=", self, other)

    def __lt__(self, other: Any) -> Symbol:
        return Symbol.operate("<", self, other)

    def __le__(self, other: Any) -> Symbol:
        return Symbol.operate("<=", self, other)

    def __and__(self, other: Any) -> Symbol:
        return Symbol.operate("&", self, other)

    def __or__(self, other: Any) -> Symbol:
        return Symbol.operate("|", self, other)

    def __xor__(self, other: Any) -> Symbol:
        return Symbol.operate("^", self, other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__  # either side may come first


def batch_shape(where: str, shape: Sequence[int | None] | int) -> Shape:
    """The shape as a tuple of positive integers and Nones.

    Raises:
        InvalidArgument: for anything else, such as a bare integer.
    """
    if isinstance(shape, int):
        raise InvalidArgument(
            where, "a shape is a tuple", repr(shape), f"Write ({shape},) for one axis."
        )
    try:
        sizes = tuple(None if size is None else operator.index(size) for size in shape)
        if all(size is None or size > 0 for size in sizes):
            return sizes
    except TypeError:
        pass
    raise InvalidArgument(where, "the sizes of a shape must be positive integers", repr(shape))


def symbols_in(nest: Any) -> list[Symbol]:
    """Every symbol in a nest of lists, tuples and dicts, in Keras's order."""
    if isinstance(nest, Symbol):
        return [nest]
    return [leaf for leaf in leaves(nest, by_key) if isinstance(leaf, Symbol)]


def plain_shapes(nest: Any) -> Any:
    """The nest with each symbol replaced by its shape, a plain tuple as Keras's shapes are."""
    return map_symbols(nest, lambda symbol: tuple(symbol.shape))


def map_symbols(nest: Any, function: Callable[[Symbol], Any]) -> Any:
    """The nest with each symbol replaced by what `function` gives for it."""
    if isinstance(nest, Symbol):
        return function(nest)
    return map_nest(lambda leaf: function(leaf) if isinstance(leaf, Symbol) else leaf, nest)


def own_nest(nest: Any) -> Any:
    """The same symbols and values in lists and dicts that nobody else changes."""
    return map_symbols(nest, lambda symbol: symbol)
