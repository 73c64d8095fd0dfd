"""What scripts import from `keras.engine`, which Keras 1 and 2 kept their layers and models in.

The files below it (`engine.topology`, `engine.training`) stand for the same.
"""

import sys
from typing import Any

from saccade.graph import Symbol
from saccade.layers import Input, InputLayer, InputSpec, Layer, Merge, merge
from saccade.models import Functional, Model, Sequential
from saccade.names import refuse_name
from saccade.nests import map_nest
from saccade.utils import get_source_inputs, pack_x_y_sample_weight, unpack_x_y_sample_weight

Container = Network = Model
KerasTensor = Symbol
topology = base_layer = input_layer = input_spec = sys.modules[__name__]
training = network = sequential = functional = sys.modules[__name__]
data_adapter = keras_tensor = training_utils = sys.modules[__name__]


def make_batches(size: int, batch_size: int) -> list[tuple[int, int]]:
    """Where each batch of so many samples begins and ends.

    >>> make_batches(10, 4)
    [(0, 4), (4, 8), (8, 10)]
    """
    return [(start, min(size, start + batch_size)) for start in range(0, size, batch_size)]


_make_batches = make_batches


def expand_1d(data: Any) -> Any:
    """A nest of arrays with a last axis of one for those that have one axis alone."""
    return map_nest(lambda x: x[..., None] if getattr(x, "ndim", None) == 1 else x, data)


REFUSED = {
    "Node": "saccade records calls in its own way; model.layers and layer.output tell of them.",
}


def __getattr__(name: str) -> Any:
    refuse_name("keras.engine", name, REFUSED)


__all__ = [
    "Container",
    "Functional",
    "Input",
    "InputLayer",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Merge",
    "Model",
    "Network",
    "Sequential",
    "expand_1d",
    "get_source_inputs",
    "make_batches",
    "merge",
    "pack_x_y_sample_weight",
    "unpack_x_y_sample_weight",
]
