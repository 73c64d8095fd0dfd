"""The fully connected layer."""

from __future__ import annotations

from typing import Any

import torch

from saccade import activations, initializers
from saccade.errors import ShapeError
from saccade.graph import Shape
from saccade.layers.checks import positive_integer, refuse
from saccade.layers.layer import Layer


class Dense(Layer):
    """Every output sees every input: y = activation(x @ kernel + bias).

    Args:
        units: the size of the output.
        activation: a word, a function or None.
        use_bias: whether each output adds a number of its own.
        kernel_initializer, bias_initializer: see `saccade.initializers`.

    Input: (batch, ..., features), float32. Output: (batch, ..., units).
    Weights: kernel (features, units), bias (units,).

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: an input that does not fit.

    Source: the lesson; `keras.layers.Dense`.
    """

    keras_module = "keras.layers"
    casts_integers = True

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
        quantization_config: Any = None,
        **placement: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **placement)
        refuse(
            self,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            lora_rank=lora_rank,
            quantization_config=quantization_config,
        )
        self.units = positive_integer(self, "units", units)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias = None

    def build(self, input_shape: Shape) -> None:
        features = input_shape[-1]
        if features is None:
            raise ShapeError(
                self.where, "the last axis of the input must be known", str(input_shape)
            )
        self.kernel = self.add_weight(
            (features, self.units), self.kernel_initializer, name="kernel"
        )
        if self.use_bias:
            self.bias = self.add_weight((self.units,), self.bias_initializer, name="bias")

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
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": None,
            "bias_regularizer": None,
            "kernel_constraint": None,
            "bias_constraint": None,
            "quantization_config": None,
        }
