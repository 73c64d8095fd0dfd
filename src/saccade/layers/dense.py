"""The fully connected layer."""

from __future__ import annotations

from typing import Any

import torch

from saccade import activations
from saccade.errors import ShapeError
from saccade.graph import Shape
from saccade.layers.core.checks import positive_integer, refuse
from saccade.layers.core.layer import Layer
from saccade.layers.core.layer_kinds import Activated
from saccade.layers.core.weight_options import keep_options, make_weight, options_config


class Dense(Activated, Layer):
    """Every output sees every input: y = activation(x @ kernel + bias).

    Args:
        units: the size of the output.
        activation: a name, a function or None.
        use_bias: whether each output adds a number of its own.
        kernel_initializer, bias_initializer: see `saccade.initializers`.
        kernel_regularizer, bias_regularizer: what the weights add to the loss.
        activity_regularizer: what the output adds to the loss.
        kernel_constraint, bias_constraint: what the weights fulfil after every step.

    Input: (batch, ..., features), float32. Output: (batch, ..., units).
    Weights: kernel (features, units), bias (units,).

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: an input that does not fit.

    Source: the lesson; `keras.layers.Dense`.
    """

    keras_module = "keras.layers"
    casts_integers = True
    supports_masking = True

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **placement: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **placement)
        refuse(
            self,
            lora_rank=lora_rank,
            lora_alpha=lora_alpha,
            quantization_config=quantization_config,
        )
        self.units = positive_integer(self, "units", units)
        self.activation = activation
        self.use_bias = bool(use_bias)
        keep_options(
            self,
            kernel=(kernel_initializer, kernel_regularizer, kernel_constraint),
            bias=(bias_initializer, bias_regularizer, bias_constraint),
        )
        self.bias = None

    def build(self, input_shape: Shape) -> None:
        features = input_shape[-1]
        if features is None:
            raise ShapeError(
                self.where, "the last axis of the input must be known", str(input_shape)
            )
        self.kernel = make_weight(self, "kernel", (features, self.units))
        if self.use_bias:
            self.bias = make_weight(self, "bias", (self.units,))

    def call(self, x: torch.Tensor) -> torch.Tensor:
        if x.ndim < 2 or x.shape[-1] != self.kernel.shape[0]:
            self._misfit(x.shape)
        if self.bias is None:
            return self.activation(x @ self.kernel)
        if x.ndim == 2:
            return self.activation(torch.addmm(self.bias, x, self.kernel))
        return self.activation(x @ self.kernel + self.bias)

    def _misfit(self, shape: Any) -> None:
        flat = "Add Flatten() before it." if len(shape) > 2 else ""
        raise ShapeError(
            self.where,
            f"input must be (batch, {self.kernel.shape[0]})",
            str(tuple(shape)),
            flat,
        )

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) < 2:
            raise ShapeError(self.where, "input must be (batch, features)", str(input_shape))
        if self.built and input_shape[-1] not in (None, self.kernel.shape[0]):
            self._misfit(input_shape)
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            **options_config(self, "kernel", "bias"),
            "quantization_config": None,
        }
