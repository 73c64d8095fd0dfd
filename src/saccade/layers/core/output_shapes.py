"""Traced: shapes of what a layer gives, from its formula or from one call on zeros."""

from __future__ import annotations

from typing import Any

import torch

from saccade.graph import Symbol, map_symbols, symbols_in


def shape_of(inputs: Any) -> Any:
    """The shape of a batch with its batch size unknown; a list or dict of them for several."""
    if isinstance(inputs, (list, tuple)):
        return [shape_of(one) for one in inputs]
    if isinstance(inputs, dict):
        return {key: shape_of(one) for key, one in inputs.items()}
    return (None, *inputs.shape[1:])


def is_shape(value: Any) -> bool:
    """Whether a value is one shape and not a nest of them."""
    return isinstance(value, (list, tuple)) and all(
        size is None or isinstance(size, int) for size in value
    )


def symbols_of(shapes: Any, dtype: str, name: str) -> Any:
    """A symbol for each shape in a nest of shapes."""
    if is_shape(shapes):
        return Symbol(tuple(shapes), dtype, name)
    if isinstance(shapes, dict):
        return {key: symbols_of(shape, dtype, name) for key, shape in shapes.items()}
    return [symbols_of(shape, dtype, name) for shape in shapes]


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


def _shapes_on_zeros(layer: Any, args: Any, kwargs: Any, size: int) -> Any:
    def zeros(symbol: Symbol) -> torch.Tensor:
        sizes = [n or (size if axis else 1) for axis, n in enumerate(symbol.shape)]
        return torch.zeros(sizes, dtype=getattr(torch, symbol.dtype), device=layer.device)

    args, kwargs = map_symbols((args, kwargs), zeros)
    try:
        with torch.no_grad():
            return _sizes(layer(*args, **{"training": False, **kwargs}))
    finally:  # what it adds to the loss for zeros is nobody's loss
        for one in (layer, *layer.sublayers_within()):
            one._call_losses.clear()


def _sizes(output: Any) -> Any:
    if isinstance(output, dict):
        return {key: _sizes(one) for key, one in output.items()}
    if isinstance(output, (list, tuple)):
        return [_sizes(one) for one in output]
    return tuple(output.shape)


def _zipped(one: Any, other: Any, batch: int | None) -> Any:
    """Two nests of shapes as one, with None where they differ."""
    if isinstance(one, dict):
        return {key: _zipped(one[key], other[key], batch) for key in one}
    if isinstance(one, list):
        return [_zipped(a, b, batch) for a, b in zip(one, other, strict=True)]
    sizes = tuple(a if a == b else None for a, b in zip(one, other, strict=True))
    return (batch, *sizes[1:])
