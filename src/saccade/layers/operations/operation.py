"""Operation: a function of arrays among a model's layers, which a call on symbols notes.

    ops.mean(symbol, axis=1)  ->  a layer "mean" whose call is ops.mean(x, axis=1)

Keras writes such a layer under the function's name in capitals ("Mean", of `keras.src.ops.numpy`),
its settings in the config and its arrays in the call; so does this one.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from saccade.errors import AxisError, InvalidArgument, NotSupported
from saccade.graph import Node, Symbol, map_symbols, plain_shapes, symbols_in, values_now
from saccade.layers.core.layer import Layer
from saccade.layers.operations.operation_table import (
    ARRAYS,
    FUNCTIONS,
    KEEPS_SAMPLES_APART,
    KERAS_WORDS,
    MODULES,
    class_name,
)
from saccade.names import unknown_name
from saccade.nests import as_given, is_nest, is_plain_nest, leaves, map_nest, same_type
from saccade.numerics.tensors.tensor_functions import convert_to_tensor

_SAMPLE_SIZES = ((2, 32), (3, 48))  # (batch, any other size that is not known), twice
_SMALL = 64  # numbers of a sample that is kept


class Operation(Layer):
    """A function without weights, with the settings that it was called with.

    Attributes:
        function: what it computes.
    """

    weightless = True
    _loses_masks_quietly = True
    function: Callable[..., Any]

    def __init__(self, name: str | None = None, **settings: Any):
        super().__init__(name=name)
        self.built = True
        self.settings = settings

    def call(self, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = together((args, kwargs))
        return type(self).function(*args, **kwargs, **self.settings)

    @property
    def keeps_samples_apart(self) -> bool:
        """Whether what an image gives does not depend on the others in its batch."""
        return False

    def _prepared(self, value: Any) -> Any:
        return value  # numbers stay numbers, and dtypes what they are

    def describe(self, args: tuple[Any, ...], kwargs: dict[str, Any], training: Any = None) -> Any:
        self._check_arguments(args, kwargs)
        node = Node(self, args, kwargs)
        outputs = self._traced(args, kwargs)  # before the call is noted: it may fail
        node.note()
        return node.give(outputs)

    def shape_for(self, args: Any, kwargs: dict[str, Any]) -> Any:
        return plain_shapes(self._traced(tuple(args), kwargs))

    @property
    def input_shape(self) -> Any:
        """The shapes of the symbols of the first call, batch first; of one of them its shape."""
        shapes = plain_shapes(self._call_at(0).inputs)
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> Any:
        """The shapes that the first call gave."""
        return plain_shapes(self._call_at(0).outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape for the arguments of the first call, with other shapes in their order."""
        node = self._call_at(0)
        shapes = [input_shape] if len(node.inputs) == 1 else input_shape
        given = {
            id(old): Symbol(tuple(shape), old.dtype)
            for old, shape in zip(node.inputs, shapes, strict=True)
        }
        return self.shape_for(*node.arguments(given))

    def _check_arguments(self, args: Any, kwargs: Any) -> None:
        for one in leaves((args, kwargs), as_given):
            if isinstance(one, torch.nn.Parameter) and not getattr(one, "stands_alone", False):
                raise NotSupported(
                    self.where,
                    "a weight beside what comes from Input() would not be trained",
                    repr(one),
                    "Write a layer of your own that holds the weight.",
                )

    # -- shapes ------------------------------------------------------------------------------

    def _traced(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Symbols for what a call gives, found by two calls on arrays of different sizes."""
        try:
            one, other = (self._on_samples(args, kwargs, which) for which in (0, 1))
        except (RuntimeError, IndexError) as error:  # torch's, of sizes that do not fit
            shapes = ", ".join(str(tuple(one.shape)) for one in symbols_in((args, kwargs)))
            needed = "takes no arrays of these shapes"
            raise InvalidArgument(self.where, needed, shapes, str(error)) from error
        return _symbols(one, other, self.name)

    def _on_samples(self, args: tuple[Any, ...], kwargs: dict[str, Any], which: int) -> Any:
        def sample(symbol: Symbol) -> torch.Tensor:
            if symbol.samples is not None:
                return symbol.samples[which]
            batch, other = _SAMPLE_SIZES[which]
            sizes = [n or (other if axis else batch) for axis, n in enumerate(symbol.shape)]
            return _sample(sizes, getattr(torch, symbol.dtype))

        args, kwargs = map_symbols((args, kwargs), sample)
        with torch.no_grad():
            return self.call(*args, **kwargs)


def _sample(sizes: list[int], dtype: torch.dtype) -> torch.Tensor:
    """Ones, and twos where the last two axes meet: so that square matrices have an inverse."""
    made = torch.ones(sizes, dtype=dtype)
    if len(sizes) > 1 and dtype.is_floating_point and 0 not in sizes:
        made.diagonal(dim1=-2, dim2=-1).fill_(2)
    return made


Operation._takes_training = False  # its `call` hands on whatever it gets


class KerasOperation(Operation):
    """One of `keras.ops`; `operation("mean")` gives the class for a name.

    Attributes:
        word: the function's name.
    """

    word: str

    def get_config(self) -> dict[str, Any]:
        renamed = KERAS_WORDS.get(self.word, {})
        return {
            "name": self.name,
            **{renamed.get(key, key): _plain(value) for key, value in self.settings.items()},
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> KerasOperation:
        """The operation that a config describes.

        Raises:
            NotSupported: a setting that the function does not have.
        """
        renamed = {new: old for old, new in KERAS_WORDS.get(cls.word, {}).items()}
        known = inspect.signature(cls.function).parameters
        settings = {renamed.get(key, key): value for key, value in config.items() if key != "name"}
        for key in [*settings]:
            if key not in known:
                value = settings.pop(key)
                if value not in (None, False, "float32") and (key, value) != ("axis", -1):
                    raise NotSupported(f"ops.{cls.word}", f"{key} is not supported", repr(value))
        return cls(name=config.get("name"), **settings)

    @property
    def keeps_samples_apart(self) -> bool:
        return all(map(self._call_keeps_apart, self.nodes))

    def _call_keeps_apart(self, node: Node) -> bool:
        shapes = {len(symbol.shape) for symbol in node.inputs}
        outputs = symbols_in(node.outputs)
        if len(shapes) != 1 or any(symbol.shape[:1] != (None,) for symbol in outputs):
            return False
        if self.word == "get_item":
            first = node.args[1][0] if isinstance(node.args[1], (list, tuple)) else node.args[1]
            return first is Ellipsis or first == slice(None)
        return self.word in KEEPS_SAMPLES_APART


@functools.cache
def operation(word: str) -> type[KerasOperation]:
    """The class of one of `keras.ops`, such as "mean".

    Raises:
        UnknownName: there is no such function.
    """
    if word not in FUNCTIONS:
        raise unknown_name("ops", word, FUNCTIONS)
    body = {
        "__doc__": f"ops.{word} in a model.",
        "__module__": __name__,
        "keras_module": MODULES[word],
        "word": word,
        "function": staticmethod(FUNCTIONS[word]),
    }
    return type(class_name(word), (KerasOperation,), body)


def __getattr__(name: str) -> Any:
    """The classes by name, so that a pickle finds them."""
    for word in FUNCTIONS:
        if class_name(word) == name:
            return operation(word)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def note_call(word: str, *args: Any, **kwargs: Any) -> Any:
    """Note a call of one of `keras.ops` on symbols; gives symbols.

    Raises:
        InvalidArgument: a symbol for a setting, such as an axis; a string among the arrays.
    """
    cls = operation(word)
    bound = inspect.signature(cls.function).bind(*args, **kwargs)
    bound.apply_defaults()
    arrays = [value for name, value in bound.arguments.items() if name in ARRAYS]
    settings = {name: value for name, value in bound.arguments.items() if name not in ARRAYS}
    if symbols_in(settings):
        raise InvalidArgument(f"ops.{word}", "settings must be numbers", ", ".join(settings))
    strange = [one for one in leaves(arrays, as_given) if isinstance(one, (str, bytes, set))]
    if strange:
        raise InvalidArgument(f"ops.{word}", "needs symbols, numbers or arrays", repr(strange[0]))
    while arrays and arrays[-1] is None:
        arrays.pop()
    if word == "get_item" and isinstance(arrays[1], tuple):
        arrays[1] = list(arrays[1])  # as Keras writes it
    return cls(**settings)(*arrays)


def on_symbols(word: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, which on symbols notes the operation of that word instead."""

    signature = inspect.signature(function)

    @functools.wraps(function)
    def of_values_or_symbols(*args: Any, **kwargs: Any) -> Any:
        if has_symbols(args) or (kwargs and has_symbols(kwargs.values())):
            if (known := values_now()) is not None:
                return known.call(function, args, kwargs)
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()  # the function's own, which need not be those of `ops`
            return note_call(word, *bound.args, **bound.kwargs)
        try:
            return function(*args, **kwargs)
        except IndexError as error:
            raise as_axis_error(word, error) from error

    return of_values_or_symbols


def as_axis_error(word: str, error: IndexError) -> IndexError:
    """Torch's error for an axis as the one that Keras's callers catch, too; others as they are."""
    if isinstance(error, AxisError) or not str(error).startswith("Dimension"):
        return error
    return AxisError(word, "axis must be one of the array's", None, str(error))


def has_symbols(values: Any) -> bool:
    """Whether there is a symbol among the arguments of a call."""
    return any(
        isinstance(one, Symbol) or (is_nest(one) and bool(symbols_in(one))) for one in values
    )


# -- nests ---------------------------------------------------------------------------------------


def _symbols(one: Any, other: Any, name: str) -> Any:
    """Symbols in the nest of two results, whose sizes are known where they agree."""

    def symbol(one: Any, other: Any) -> Symbol:
        if not torch.is_tensor(one):
            raise NotSupported(
                "an operation on symbols", "must give tensors", type(one).__name__, "Write a layer."
            )
        sizes = tuple(a if a == b else None for a, b in zip(one.shape, other.shape, strict=True))
        made = Symbol(sizes, str(one.dtype).removeprefix("torch."), name)
        if not one.is_floating_point() and one.numel() <= _SMALL:
            made.samples = one, other  # sizes, perhaps, which decide about other shapes
        return made

    return map_nest(symbol, one, other, rebuild=same_type)


def together(nest: Any) -> Any:
    """The nest with its arrays where its first tensor is; nothing is done on the processor."""
    tensors = filter(torch.is_tensor, leaves(nest, as_given))
    device = next((one.device for one in tensors), None)
    if device is None or device.type == "cpu":
        return nest

    def moved(value: Any) -> Any:
        is_array = torch.is_tensor(value) or isinstance(value, np.ndarray)
        return convert_to_tensor(value).to(device) if is_array and value.ndim else value

    return map_nest(moved, nest, is_leaf=lambda one: not is_plain_nest(one))


def _plain(value: Any) -> Any:
    """A setting as JSON can hold it."""
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    if not isinstance(value, (bool, int, float, str, type(None))):
        return getattr(value, "name", None) or np.asarray(value).tolist()
    return value
