"""What scripts import from `keras.engine`, which Keras 1 and 2 kept their layers and models in.

The files below it (`engine.topology`, `engine.training`) stand for the same.
"""

import sys
from typing import Any

from saccade.layers import Input, InputLayer, InputSpec, Layer, Merge, merge
from saccade.models import Model, Sequential
from saccade.names import refuse_name
from saccade.utils import get_source_inputs

Container = Network = Model
topology = base_layer = input_layer = input_spec = sys.modules[__name__]
training = network = sequential = functional = sys.modules[__name__]

REFUSED = {
    "Node": "saccade records calls in its own way; model.layers and layer.output tell of them.",
}


def __getattr__(name: str) -> Any:
    refuse_name("keras.engine", name, REFUSED)


__all__ = [
    "Container",
    "Input",
    "InputLayer",
    "InputSpec",
    "Layer",
    "Merge",
    "Model",
    "Network",
    "Sequential",
    "get_source_inputs",
    "merge",
]
