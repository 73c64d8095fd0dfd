"""Output shapes: those of what a layer gives, from its formula or from one call on zeros."""

from __future__ import annotations

from typing import Any

import torch

from saccade.graph import Symbol, map_symbols, symbols_in
from saccade.layers.core.masks import mask_of, set_mask
from saccade.nests import leaves, map_nest
from saccade.numerics.machine.random_streams import put, state_of, streams_of
from saccade.weight_budget import check_zeros


def shape_of(inputs: Any) -> Any:
    """The shape of a batch with its batch size unknown; the same nest of them for several."""
    return map_nest(lambda one: (None, *one.shape[1:]), inputs)


def is_shape(value: Any) -> bool:
    """Whether a value is one shape and not a nest of them."""
    return isinstance(value, (list, tuple)) and all(
        size is None or isinstance(size, int) for size in value
    )


def symbols_of(shapes: Any, dtype: str, name: str) -> Any:
    """A symbol for each shape in a nest of shapes."""
    return map_nest(lambda shape: Symbol(tuple(shape), dtype, name), shapes, is_leaf=is_shape)


def traced_shape(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The shape of the output of a call on symbols, found by calling the layer on zeros.

    Sizes that are not known are tried with two values where there are any beside the batch: what
    changes in the output is not known either.
    """
    first = _shapes_on_zeros(layer, args, kwargs, 32)
    loose = any(None in symbol.shape[1:] for symbol in symbols_in((args, kwargs)))
    batch = next(symbol.shape[0] for symbol in symbols_in((args, kwargs)))
    if not loose:
        return _zipped(first, first, batch)
    return _zipped(first, _shapes_on_zeros(layer, args, kwargs, 48), batch)


def mark_masked(layer: Any, node: Any) -> None:
    """Note on the symbols that a call gave which of them will bring a mask."""
    found = leaves(on_zeros(layer, node.args, node.kwargs))
    for symbol, array in zip(symbols_in(node.outputs), found, strict=False):
        mask = mask_of(array)
        symbol.mask_axes = None if mask is None else mask.ndim


def _shapes_on_zeros(layer: Any, args: Any, kwargs: Any, size: int) -> Any:
    return _sizes(on_zeros(layer, args, kwargs, size))


def on_zeros(layer: Any, args: Any, kwargs: Any, size: int = 32) -> Any:
    """What a layer gives for zeros in the place of symbols; `size` for sizes not known."""
    args, kwargs = map_symbols((args, kwargs), lambda symbol: zeros_like(symbol, layer, size))
    streams = [(stream, state_of(stream)) for stream in streams_of(layer.modules())]
    assigned = [
        (weight, weight.detach().clone())
        for one in layer.modules()
        if getattr(one, "_assigns", False)
        for weight in one.parameters(recurse=False)
    ]
    try:
        with torch.no_grad():
            return layer(*args, **{"training": False, **kwargs})
    finally:  # what it adds to the loss, assigns and draws for zeros is nobody's
        layer._forget_what_zeros_added()
        with torch.no_grad():
            for weight, value in assigned:
                weight.copy_(value)
        for stream, state in streams:
            put(stream, state)


def zeros_like(symbol: Symbol, layer: Any, size: int = 32) -> torch.Tensor:
    """One sample of zeros as a symbol describes it, where the layer is, with its mask."""
    sizes = [n or (size if axis else 1) for axis, n in enumerate(symbol.shape)]
    check_zeros(layer.where, sizes)
    made = torch.zeros(sizes, dtype=getattr(torch, symbol.dtype), device=layer.device)
    if symbol.mask_axes is not None:
        sizes = sizes[: symbol.mask_axes]
        set_mask(made, torch.ones(sizes, dtype=torch.bool, device=layer.device))
    return made


def _sizes(output: Any) -> Any:
    """The shapes of a nest of arrays."""
    return map_nest(lambda one: tuple(one.shape), output)


def _zipped(one: Any, other: Any, batch: int | None) -> Any:
    """Two nests of shapes as one, with None where they differ."""

    def merged(one: Any, other: Any) -> Any:
        sizes = tuple(a if a == b else None for a, b in zip(one, other, strict=True))
        return (batch, *sizes[1:])

    return map_nest(merged, one, other, is_leaf=is_shape)
