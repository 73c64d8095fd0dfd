"""A layer that applies an activation function."""

from __future__ import annotations

from typing import Any

import torch

from saccade import activations
from saccade.layers.core.layer_kinds import Activated, Pointwise


class Activation(Activated, Pointwise):
    """y = activation(x), pointwise.

    Args:
        activation: a name ("relu") or a function.

    Input and output: any shape.

    Source: `keras.layers.Activation`.
    """

    _needs_no_build = True
    keras_module = "keras.layers"

    def __init__(self, activation: Any, **placement: Any):
        super().__init__(**placement)
        self.activation = activation

    def call(self, x: torch.Tensor) -> torch.Tensor:
        return self.activation(x)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "activation": activations.serialize(self.activation)}
