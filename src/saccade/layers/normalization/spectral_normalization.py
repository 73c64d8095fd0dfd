"""A layer around another, whose kernel it holds at a spectral norm of 1."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.graph import Shape
from saccade.initializers import TruncatedNormal
from saccade.layers.core.checks import positive_integer
from saccade.layers.core.input_spec import InputSpec
from saccade.layers.core.layer import Layer
from saccade.layers.sequences.wrapper import Wrapper


class SpectralNormalization(Wrapper):
    """Divides a layer's kernel by its largest singular value before each call in training.

    The singular value is found by the power iteration, which goes on from call to call.

    Args:
        layer: one with a `kernel` or `embeddings`.
        power_iterations: how many rounds for each call.

    Input and output: those of the layer. Weights: those of the layer, and vector_u, which training
    does not move.

    Raises:
        InvalidArgument: a layer without such a weight, an argument that cannot work.

    Example:
        >>> from saccade.layers import Dense
        >>> layer = SpectralNormalization(Dense(3))
        >>> layer(torch.ones(2, 4), training=True).shape
        torch.Size([2, 3])

    Source: Miyato et al. (2018); `keras.layers.SpectralNormalization`.
    """

    keras_module = "keras.layers"
    casts_integers = True

    def __init__(self, layer: Layer, power_iterations: int = 1, **placement: Any):
        super().__init__(layer, **placement)
        self.power_iterations = positive_integer(self, "power_iterations", power_iterations)

    def build(self, input_shape: Any = None) -> None:
        super().build(input_shape)
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})
        kernel = getattr(self.layer, "kernel", None)
        kernel = getattr(self.layer, "embeddings", None) if kernel is None else kernel
        if kernel is None:
            raise InvalidArgument(
                self.where, "layer must have a kernel or embeddings", self.layer.where
            )
        self.kernel = kernel
        self.vector_u = self.add_weight(
            shape=(1, kernel.shape[-1]),
            initializer=TruncatedNormal(stddev=0.02),
            trainable=False,
            autocast=False,
            name="vector_u",
        )

    def call(self, x: torch.Tensor, training: bool | None = None) -> Any:
        if training:
            kernel, u = _whole(self, "kernel"), _whole(self, "vector_u")
            with torch.no_grad():
                if bool(kernel.any()):  # else it has no direction to go by
                    new_u, new_kernel = self.normalized_weights()
                    kernel.copy_(new_kernel)
                    u.copy_(new_u)
        return self.layer(x, training=training).to(x.dtype)

    @torch.no_grad()
    def normalized_weights(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The next singular vector, and the kernel divided by its singular value.

        May be overridden: each call in training asks for both.

        Source: `keras.layers.SpectralNormalization.normalized_weights`.
        """
        kernel, right = _whole(self, "kernel"), _whole(self, "vector_u").detach()
        rows, left = kernel.detach().reshape(-1, kernel.shape[-1]), None
        for _ in range(self.power_iterations):
            left = _unit(right @ rows.T)
            right = _unit(left @ rows)
        assert left is not None
        return right, kernel.detach() / (left @ rows @ right.T)

    def save_own_variables(self, store: Any) -> None:
        """The inner layer's kernel, too: Keras counts it here as well."""
        for number, name in enumerate(("kernel", "vector_u") if self.built else ()):
            store[str(number)] = _whole(self, name).detach().cpu().numpy()

    def load_own_variables(self, store: Any) -> None:
        for number, name in enumerate(("kernel", "vector_u") if self.built else ()):
            _whole(self, name).assign(store[str(number)])  # type: ignore[attr-defined]

    def compute_output_shape(self, input_shape: Shape) -> Any:
        return self.layer.compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {"power_iterations": self.power_iterations, **super().get_config()}


def _whole(layer: Any, name: str) -> torch.Tensor:
    """A weight itself, which under a mixed policy the layer sees cast."""
    return layer._parameters[name]


def _unit(vector: torch.Tensor) -> torch.Tensor:
    return vector / vector.norm().clamp(min=1e-6)
