"""Keras 1's `merge` and `Merge`: several arrays into one, by the word of a mode."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from saccade.layers.core.layer import Layer
from saccade.layers.lambda_layer import Lambda
from saccade.layers.merging.along_axis import Concatenate, Dot
from saccade.layers.merging.elementwise import Add, Average, Maximum, Minimum, Multiply
from saccade.names import unknown_name
from saccade.notes import note_old_word

_PLAIN: dict[str, Callable[..., Layer]] = {
    "sum": Add,
    "mul": Multiply,
    "ave": Average,
    "max": Maximum,
    "min": Minimum,
}
MODES = (*_PLAIN, "concat", "dot", "cos")


def merge(
    inputs: Sequence[Any],
    mode: str | Callable[..., Any] = "sum",
    concat_axis: int = -1,
    dot_axes: int | Sequence[int] = -1,
    output_shape: Any = None,
    name: str | None = None,
) -> Any:
    """One array of several.

    Args:
        inputs: symbols or arrays, batch first.
        mode: "sum", "mul", "ave", "max", "min", "concat", "dot", "cos", or a function of the list.
        concat_axis: for "concat", counted with the batch.
        dot_axes: for "dot" and "cos".
        output_shape: of a function's result, without the batch.
        name: of the layer.

    Source: `keras.layers.merge` of Keras 1.
    """
    return Merge(None, mode, concat_axis, dot_axes, output_shape, name)(list(inputs))


def Merge(
    layers: Sequence[Any] | None = None,
    mode: str | Callable[..., Any] = "sum",
    concat_axis: int = -1,
    dot_axes: int | Sequence[int] = -1,
    output_shape: Any = None,
    name: str | None = None,
) -> Layer:
    """Today's layer for a mode of Keras 1's; the arguments are those of `merge`.

    Args:
        layers: branches, at the beginning of a Sequential: models or layers that know their input
            shape. What comes is a model of all their inputs, in order.
    """
    if layers:
        options = (mode, concat_axis, dot_axes, output_shape)
        return _joined(layers, lambda outputs: Merge(None, *options)(outputs), name)
    note_old_word(
        "merge and Merge are Keras 1's: Add, Multiply, Concatenate and so on are today's."
    )
    if callable(mode):
        return Lambda(mode, output_shape=output_shape, name=name)
    if mode in _PLAIN:
        return _PLAIN[mode](name=name)
    if mode == "concat":
        return Concatenate(concat_axis, name=name)
    if mode in ("dot", "cos"):
        axes: Any = dot_axes
        return Dot(axes, normalize=mode == "cos", name=name)
    raise unknown_name("merge mode", mode, MODES)


def _joined(branches: Sequence[Any], merged: Callable[..., Any], name: str | None) -> Layer:
    """A model of several branches; the package knows what a model is, the layers do not."""
    package = sys.modules["saccade"]
    models = [one if hasattr(one, "fit") else package.Sequential([one]) for one in branches]
    inputs = {id(each): each for one in models for each in one.inputs}
    return package.Model(list(inputs.values()), merged([one.output for one in models]), name=name)
