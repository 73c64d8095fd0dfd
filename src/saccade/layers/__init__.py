"""Layers, with Keras's names."""

from saccade.layers.activation import Activation
from saccade.layers.conv import Conv2D, Convolution2D
from saccade.layers.dense import Dense
from saccade.layers.dropout import Dropout
from saccade.layers.input import Input, InputLayer
from saccade.layers.layer import Layer
from saccade.layers.pool import AveragePooling2D, AvgPool2D, MaxPool2D, MaxPooling2D
from saccade.layers.shape import Flatten

CLASSES: dict[str, type[Layer]] = {
    cls.__name__: cls
    for cls in (
        Activation,
        AveragePooling2D,
        Conv2D,
        Dense,
        Dropout,
        Flatten,
        InputLayer,
        MaxPooling2D,
    )
}

__all__ = [
    "Activation",
    "AveragePooling2D",
    "AvgPool2D",
    "Conv2D",
    "Convolution2D",
    "Dense",
    "Dropout",
    "Flatten",
    "Input",
    "InputLayer",
    "Layer",
    "MaxPool2D",
    "MaxPooling2D",
]
