"""Branches: how networks with a name scale, drop and add what one of their branches gives.

Keras has these classes beside its networks, not among its layers; files name them so.
"""

from __future__ import annotations

from typing import Any

import torch

from saccade import initializers
from saccade.errors import ShapeError
from saccade.graph import Shape
from saccade.layers.core.layer import Layer
from saccade.layers.merging.elementwise import Elementwise
from saccade.layers.regularization.noise import Noise


class CustomScaleLayer(Elementwise):
    """y = x + scale * branch, of a list of the two.

    Args:
        scale: of the branch.

    Input: [x, branch], arrays whose shapes broadcast.

    Raises:
        ShapeError: other than two arrays, or shapes that do not fit together.

    Example:
        >>> CustomScaleLayer(0.5)([torch.ones(1, 2), torch.ones(1, 2)])
        tensor([[1.5000, 1.5000]])

    Source: Szegedy et al. (2016), section 3.3; `keras.applications.inception_resnet_v2`.
    """

    keras_module = "keras.src.applications.inception_resnet_v2"
    _count = 2

    def __init__(self, scale: float, **placement: Any):
        super().__init__(**placement)
        self.scale = scale

    def meet(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return a + b * self.scale

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale}


class LayerScale(Layer):
    """y = gamma * x, with one number a channel.

    Args:
        init_values: gamma before training, for all channels.
        projection_dim: the number of channels.

    Input and output: (..., channels).

    Raises:
        ShapeError: an input of another number of channels.

    Example:
        >>> LayerScale(0.5, 2)(torch.ones(1, 2)).tolist()
        [[0.5, 0.5]]

    Source: Touvron et al., Going deeper with Image Transformers, 2021, section 2;
    `keras.applications.convnext`.
    """

    keras_module = "keras.src.applications.convnext"
    casts_integers = True

    def __init__(self, init_values: float, projection_dim: int, **placement: Any):
        super().__init__(**placement)
        self.init_values, self.projection_dim = init_values, projection_dim

    def build(self, input_shape: Any) -> None:
        self.compute_output_shape(input_shape)
        start = initializers.Constant(self.init_values)
        self.gamma = self.add_weight(shape=(self.projection_dim,), initializer=start)
        super().build(input_shape)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.gamma

    def compute_output_shape(self, input_shape: Any) -> Shape:
        channels = input_shape[-1]
        if channels not in (None, 1, self.projection_dim):
            raise ShapeError(
                self.where, f"input must have {self.projection_dim} channels", str(channels)
            )
        return (*input_shape[:-1], self.projection_dim)

    def get_config(self) -> dict[str, Any]:
        own = {"init_values": self.init_values, "projection_dim": self.projection_dim}
        return {**super().get_config(), **own}


class StochasticDepth(Noise):
    """While training, a whole image's branch is zero with a probability, else divided by the rest.

    The expected value stays what it was, so nothing has to change when training ends.

    Args:
        drop_path_rate: the share of images whose branch is dropped, in [0, 1].

    Input and output: any shape, the batch first.

    Source: Huang et al., Deep Networks with Stochastic Depth, 2016; `keras.applications.convnext`.
    """

    keras_module = "keras.src.applications.convnext"

    def __init__(self, drop_path_rate: float, **placement: Any):
        super().__init__(None, **placement)
        self.drop_path_rate = self.checked_share("drop_path_rate", drop_path_rate)

    def call(self, x: torch.Tensor, training: bool = False) -> torch.Tensor:
        if not training or self.drop_path_rate == 0:
            return x
        if self.drop_path_rate == 1:
            return torch.zeros_like(x)
        kept = 1 - self.drop_path_rate
        draws = self.uniform([x.shape[0], *[1] * (x.ndim - 1)], x)
        return x / kept * torch.floor(kept + draws).to(x.dtype)

    def get_config(self) -> dict[str, Any]:
        config = {key: value for key, value in super().get_config().items() if key != "seed"}
        return {**config, "drop_path_rate": self.drop_path_rate}


CLASSES: dict[str, type[Layer]] = {
    cls.__name__: cls for cls in (CustomScaleLayer, LayerScale, StochasticDepth)
}
"""The classes by the names that files give them."""
