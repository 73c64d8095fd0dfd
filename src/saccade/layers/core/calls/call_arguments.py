"""Call arguments: the arrays of a call that come by keyword, their shapes by name, and how each is
made to fit the symbol that it is given for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import Shape, Symbol, plain_shapes, symbols_in
from saccade.layers.core.calls.one_sample import advice_for_one
from saccade.layers.core.output_shapes import shape_of
from saccade.nests import leaves
from saccade.numerics.tensors.conversion import as_tensor, narrowed

_FIRST = ("inputs", "data")  # what Keras calls the first argument of its layers


def first_in_place(layer: Any, kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """A call by keywords alone with its first argument in place, as everything else expects it.

    Layers of saccade take theirs under Keras's word, "inputs" ("data" for augmentations), too. A
    `call` whose arguments have to be named keeps them so.

    Raises:
        InvalidArgument: the first argument is not among them.
    """
    parameters = [
        one
        for one in inspect.signature(layer.call).parameters.values()
        if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD, one.VAR_POSITIONAL)
    ]
    if not parameters:
        if kwargs:
            return (), kwargs
        raise InvalidArgument(layer.where, "a call needs an input", "none")
    first = parameters[0].name
    own = type(layer).call.__module__.startswith("saccade.")
    for word in (first, *_FIRST) if own else (first,):
        if word in kwargs:
            return (kwargs[word],), {key: one for key, one in kwargs.items() if key != word}
    raise InvalidArgument(
        layer.where,
        f'the input is missing: call takes it first, or as "{"inputs" if own else first}"',
        ", ".join(kwargs) or "no arguments",
    )


def first_array(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a layer is built for: the first argument, or the first array that has a name."""
    if args:
        return args[0]
    return next((one for one in kwargs.values() if shapes_in(one) is not None), None)


def training_by_place(
    layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], training: bool | None
) -> tuple[tuple[Any, ...], dict[str, Any], bool | None]:
    """A call's arguments without `training`, and that, where it was given by its place.

    `model(x, True)` and `self.block(x, training)` are tf.keras 2's.
    """
    place = layer._training_place
    if len(args) <= place or not (args[place] is None or _is_flag(args[place])):
        return args, kwargs, training
    later = layer._call_names[place + 1 :] or ("mask",)
    kwargs = {**dict(zip(later, args[place + 1 :], strict=False)), **kwargs}
    return args[:place], kwargs, training if args[place] is None else bool(args[place])


def _is_flag(value: Any) -> bool:
    is_tensor = torch.is_tensor(value) and value.dtype is torch.bool and value.ndim == 0
    return is_tensor or isinstance(value, (bool, int, np.bool_))


def shape_names(function: Callable[..., Any], call: Sequence[str] = ()) -> tuple[str, ...]:
    """The names of a `build` that takes a shape of each argument: a_shape, b_shape.

    Empty for one that takes the shape of the first.

    Args:
        call: the arguments of `call`; b_shape=None counts where both are named after some of them.
    """
    parameters = list(inspect.signature(function).parameters.values())[1:]  # without self
    plain = [one for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    needed = [one.name for one in plain if one.default is one.empty]
    names = [one.name for one in plain if one.name in needed or one.name.endswith("_shape")]
    if len(needed) < 2 and not {*names} <= {f"{word}_shape" for word in call}:
        return ()
    return tuple(names) if len(names) > 1 else ()


def shapes_by_name(
    layer: Any, names: tuple[str, ...], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """The shape of each argument of a call under the name that `build` has for it, None for none.

    Raises:
        InvalidArgument: a name that does not end in _shape, or that is none of `call`'s arguments.
    """
    given = inspect.signature(layer.call).bind_partial(*args, **kwargs).arguments
    known = inspect.signature(layer.call).parameters
    for name in names:
        if not name.endswith("_shape") or name.removesuffix("_shape") not in known:
            raise InvalidArgument(
                f"{layer.where} build",
                f"each must end in _shape, named after one of call's ({', '.join(known)})",
                name,
            )
    return {name: shapes_in(given.get(name.removesuffix("_shape"))) for name in names}


def shapes_in(value: Any) -> Any:
    """The shape of an array or symbol, a nest of them for a nest; None for anything else."""
    if symbols_in(value):
        return plain_shapes(value)
    if all(isinstance(one, (torch.Tensor, np.ndarray)) for one in leaves(value)):
        return shape_of(value)
    return None


def in_shape_of(symbol: Symbol, value: Any, model: Any) -> Any:
    """An input in its dtype; a last axis of one is added or taken off where that is missing.

    Floats for an input of integers stay floats where they are not whole.
    """
    if value is None:
        if getattr(symbol.node.layer, "optional", False):
            return None
        where = f'{model.where}, input "{symbol.name}"'
        do = "Input(..., optional=True) makes one that may be left out."
        raise InvalidArgument(where, "needs an array", "None", do)
    dtype = getattr(torch, symbol.dtype)
    if not torch.is_tensor(value):
        value = as_tensor(np.asarray(value), device=model.device)
    if value.dtype is not dtype and (dtype.is_floating_point or not value.is_floating_point()):
        if torch.compiler.is_compiling() or value.is_meta:
            value = value.to(dtype)
        else:
            value = narrowed(f'{model.where}, input "{symbol.name}"', value, dtype)
    elif value.dtype is not dtype and not value.is_meta and not torch.compiler.is_compiling():
        whole = value.to(dtype)
        value = whole if bool((whole == value).all()) else value
    needed, given = symbol.shape, value.shape
    if len(given) != len(needed):
        value = with_last_axis(value, needed)
    got = value.shape
    fits = len(got) == len(needed) and all(
        n in (None, size) for n, size in zip(needed[1:], got[1:], strict=True)
    )
    if not fits:
        where, do = f'{model.where}, input "{symbol.name}"', advice_for_one(given, needed)
        raise ShapeError(where, f"must be {needed}", str(tuple(given)), do)
    return value


def with_last_axis(value: Any, needed: Shape) -> Any:
    """An array with a last axis of one added or taken off, where that is what it lacks."""
    got = getattr(value, "shape", None)
    if got is not None and len(got) == len(needed) - 1 and needed[-1] == 1:
        return value[..., None]
    if got is not None and len(got) == len(needed) + 1 and got[-1] == 1:
        return value[..., 0]
    return value
