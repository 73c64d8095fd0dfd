"""How a layer is called that is not called on one array or on one list of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from parity.reference import keras
from saccade.layers import Layer

SEVERAL = frozenset({"MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention"})
"""Called on several arrays, not on a list."""
WHOLE = frozenset({"CategoryEncoding", "Discretization", "Embedding"})
"""Called on whole numbers, along which there is no slope."""
STEPPED = frozenset({"ContrastLimitedAdaptiveHistogramEqualization"})
"""Gives values out of a table, at rest too: there is no slope, either."""
ABSTRACT = frozenset({"Wrapper", "TorchModuleWrapper"})
"""Written to be subclassed, where Keras's can't be called, either; or made of code, which no record
holds: that one has tests of its own."""


def call(layer: Any, x: Any, **words: Any) -> Any:
    """The layer on its input."""
    several = type(layer).__name__ in SEVERAL and isinstance(x, (list, tuple))
    return layer(*x, **words) if several else layer(x, **words)


def output_shape(layer: Any, shapes: Any) -> Any:
    """The computed shape of the output for the input's."""
    several = type(layer).__name__ in SEVERAL
    return layer.compute_output_shape(*shapes) if several else layer.compute_output_shape(shapes)


def build(layer: Any, shapes: Any) -> None:
    """A layer of Keras's built for these shapes."""
    layer.build(*shapes) if type(layer).__name__ in SEVERAL else layer.build(shapes)


def numbers(name: str, shape: Any, stream: np.random.RandomState) -> np.ndarray:
    """A batch for the layer."""
    if name in WHOLE:
        return stream.randint(1, 9, shape).astype(np.float32)
    return stream.standard_normal(shape).astype(np.float32)


def keras_options(options: dict[str, Any]) -> dict[str, Any]:
    """The same arguments, with Keras's own layers where ours are."""

    def one(value: Any) -> Any:
        if not isinstance(value, Layer):
            return value
        return getattr(keras.layers, type(value).__name__).from_config(value.get_config())

    return {word: one(value) for word, value in options.items()}
