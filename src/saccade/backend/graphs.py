"""Graphs: functions of arrays between the symbols of a model, in the words of Keras's `backend`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from saccade.backend.gradient_layer import Gradients
from saccade.backend.values import get_value
from saccade.errors import InvalidArgument, NotSupported
from saccade.graph import Symbol
from saccade.layers import Input
from saccade.models import Model
from saccade.numerics.tensors.tensor_functions import convert_to_tensor


def placeholder(
    shape: Sequence[int | None] | None = None,
    ndim: int | None = None,
    dtype: Any = None,
    sparse: bool = False,
    name: str | None = None,
) -> Symbol:
    """What `Input(batch_shape=shape)` gives; None is a size that is not known."""
    if shape is None:
        if ndim is None:
            raise InvalidArgument("placeholder", "give shape= or ndim=", "neither")
        shape = (None,) * ndim
    return Input(batch_shape=tuple(shape), dtype=dtype, name=name)


def is_keras_tensor(x: Any) -> bool:
    """Whether it is a symbol: what `Input` and layers called on it give."""
    return isinstance(x, Symbol)


def is_placeholder(x: Any) -> bool:
    """Whether it is a symbol that is fed: what `placeholder` and `Input` give."""
    return isinstance(x, Symbol) and (x.node is None or not x.node.inputs)


@contextmanager
def name_scope(name: str) -> Iterator[str]:
    """Without effect: operations have no names."""
    yield name


def function(inputs: Any, outputs: Any, updates: Any = None, **_: Any) -> Callable[..., Any]:
    """A function of arrays from symbols to symbols of a model: a list in, a list of NumPy out.

    Where `K.learning_phase()` is among the inputs, its place in the list takes 1 or 0, for a model
    that trains or does not.

    Raises:
        NotSupported: `updates`.
    """
    if updates:
        raise NotSupported("K.function", "updates are not supported", f"{len(updates)} of them")
    inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    places = [place for place, one in enumerate(inputs) if isinstance(one, Symbol)]
    phases = [place for place, one in enumerate(inputs) if not isinstance(one, Symbol)]
    wanted = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    model = Model([inputs[place] for place in places], wanted)
    with_gradients = any(isinstance(layer, Gradients) for layer in model.sublayers())

    def run(values: Any) -> list[np.ndarray]:
        values = values if isinstance(values, (list, tuple)) else [values]
        training = any(bool(values[place]) for place in phases if place < len(values))
        given = [convert_to_tensor(values[place]) for place in places]
        with torch.set_grad_enabled(with_gradients):
            if with_gradients:
                given = [one.float().detach().requires_grad_() for one in given]
            found = model(given, training=training)
        return [get_value(one) for one in (found if isinstance(found, list) else [found])]

    return run
