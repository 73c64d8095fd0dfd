"""The fully connected layer over any axes, which an equation names."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Sequence
from typing import Any

import torch

from saccade import activations, regularizers
from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import Shape
from saccade.initializers import VarianceScaling
from saccade.layers.core.checks import refuse
from saccade.layers.core.input_spec import InputSpec
from saccade.layers.core.layer import Layer
from saccade.layers.core.layer_kinds import Activated
from saccade.layers.core.weight_options import keep_options, make_weight, options_config

_FORMS = (
    re.compile(r"(?P<x>[a-zA-Z]+),(?P<kernel>[a-zA-Z]+)->(?P<y>[a-zA-Z]+)"),
    re.compile(r"(?P<left>\.\.\.)(?P<x>[a-zA-Z]+),(?P<kernel>[a-zA-Z]+)->\.\.\.(?P<y>[a-zA-Z]+)"),
    re.compile(r"(?P<x>[a-zA-Z]{2,})\.\.\.,(?P<kernel>[a-zA-Z]+)->(?P<y>[a-zA-Z]+)\.\.\."),
)


class EinsumDense(Activated, Layer):
    """y = activation(einsum(equation, x, kernel) + bias).

    Args:
        equation: the letters of the axes of input, kernel and output, `"abc,cd->abd"`; axes that
            the layer leaves alone may be an ellipsis, all at the left or all at the right.
        output_shape: of one output, without the batch and without an ellipsis; None for an axis
            whose size is that of the input. A single size may be a number.
        activation: a name, a function or None.
        bias_axes: the letters of the output's axes that have a bias of their own; None for none.
        kernel_initializer, bias_initializer: see `saccade.initializers`. A spread that goes by the
            size of the weight counts the axes that are summed over as in, the others as out.
        kernel_regularizer, bias_regularizer: what the weights add to the loss.
        kernel_constraint, bias_constraint: what the weights fulfil after every step.

    Weights: kernel, of the sizes that the equation says; bias.

    Raises:
        InvalidArgument: an equation that is none. ShapeError: an input that does not fit it.

    Example:
        >>> EinsumDense("abc,cde->abde", (None, 2, 3))(torch.ones(1, 5, 4)).shape
        torch.Size([1, 5, 2, 3])

    Source: `keras.layers.EinsumDense`.
    """

    keras_module = "keras.layers"
    casts_integers = True

    def __init__(
        self,
        equation: str,
        output_shape: int | Sequence[int | None],
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        gptq_unpacked_column_size: int | None = None,
        quantization_config: Any = None,
        **placement: Any,
    ):
        super().__init__(**placement)
        refuse(
            self,
            lora_rank=lora_rank,
            lora_alpha=lora_alpha,
            gptq_unpacked_column_size=gptq_unpacked_column_size,
            quantization_config=quantization_config,
        )
        self._form = _parsed(self, equation)
        self.equation = equation
        sizes = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.partial_output_shape: tuple[int | None, ...] = sizes
        self.bias_axes = bias_axes
        for letter in bias_axes or "":
            if letter not in self._form["y"]:
                raise InvalidArgument(
                    self.where, f"bias_axes must be axes of the output, {self._form['y']}", letter
                )
        self.activation = activation
        keep_options(
            self,
            kernel=(kernel_initializer, kernel_regularizer, kernel_constraint),
            bias=(bias_initializer, bias_regularizer, bias_constraint),
        )
        self.bias = None
        self._summed = 0  # how many last axes of the input the kernel's first ones go with

    def build(self, input_shape: Shape) -> None:
        output, of_letter = self._sizes(input_shape)
        kernel, y = self._form["kernel"], self._form["y"]
        shape = tuple(of_letter[letter] or 0 for letter in kernel)
        if 0 in shape:
            needed = "the sizes of the kernel's axes must be known, from output_shape or the input"
            raise ShapeError(self.where, needed, f"{self.partial_output_shape} and {input_shape}")
        options, whole = self.kernel_initializer, self.kernel_initializer
        if isinstance(options, VarianceScaling) and options.input_axes is None:
            self.kernel_initializer = copy.copy(options)
            out = [place for place, letter in enumerate(kernel) if letter in y]
            self.kernel_initializer.output_axes = out
            self.kernel_initializer.input_axes = [n for n in range(len(kernel)) if n not in out]
        self.kernel = make_weight(self, "kernel", shape)
        self.kernel_initializer = whole
        if self.bias_axes:
            first = min(y.index(letter) for letter in self.bias_axes)
            sizes = [(of_letter[one] or 0) if one in self.bias_axes else 1 for one in y[first:]]
            elided = 0 if self._form["left"] else len(output) - len(y)
            if 0 in sizes:
                needed = "output_shape must say the sizes of the axes that have a bias"
                raise ShapeError(self.where, needed, str(self.partial_output_shape))
            self.bias = make_weight(self, "bias", (*sizes, *[1] * elided))
        self.input_spec = InputSpec(ndim=len(input_shape))
        self._summed = self._plain_sum()

    def _plain_sum(self) -> int:
        """How many axes are summed over, where they are the input's last and the kernel's first.

        Then the whole is one product of two matrices. 0 for any other equation.
        """
        x, kernel, y = (self._form[part] for part in ("x", "kernel", "y"))
        count = sum(letter not in y for letter in kernel)
        is_plain = count and x[-count:] == kernel[:count] and y == x[:-count] + kernel[count:]
        is_at_end = self._form["left"] or "..." not in self.equation
        return (
            count if is_plain and is_at_end and len({*x, *kernel[count:]}) == len(y) + count else 0
        )

    def call(self, x: torch.Tensor) -> torch.Tensor:
        kernel, count = self.kernel, self._summed
        if not count:
            y = torch.einsum(self.equation, x, kernel)
            return self.activation(y if self.bias is None else y + self.bias)
        sizes = kernel.shape
        rows = x.reshape(-1, math.prod(sizes[:count]))
        matrix = kernel.reshape(rows.shape[1], -1)
        if self.bias is not None and self.bias.shape == sizes[count:]:
            y = torch.addmm(self.bias.reshape(-1), rows, matrix)
            return self.activation(y.reshape(*x.shape[:-count], *sizes[count:]))
        y = (rows @ matrix).reshape(*x.shape[:-count], *sizes[count:])
        return self.activation(y if self.bias is None else y + self.bias)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return self._sizes(input_shape)[0]

    def _sizes(self, shape: Shape) -> tuple[Shape, dict[str, int | None]]:
        """The output's shape, and the size of each letter."""
        x, y, is_left = self._form["x"], self._form["y"], self._form["left"]
        elided = len(shape) - len(x)
        if elided < 0 or (elided and "..." not in self.equation):
            raise ShapeError(self.where, f'input must fit "{self.equation}"', str(tuple(shape)))
        output = [shape[0], *self.partial_output_shape]
        if is_left:
            output[1:1] = shape[1:elided]
        else:
            output += shape[len(shape) - elided :] if elided else ()
        rest = output[elided:] if is_left else output[: len(output) - elided]
        if len(rest) != len(y):
            needed = f'output_shape must have the axes of "{self.equation}" but for the batch'
            raise ShapeError(self.where, needed, str(self.partial_output_shape))
        of_letter = dict(zip(y, rest, strict=True))
        for letter, size in zip(x, shape[elided:] if is_left else shape, strict=False):
            wanted = of_letter.get(letter)
            if letter in of_letter and wanted is not None and wanted != size:
                needed = f'axis "{letter}" must be {wanted}, as output_shape says'
                raise ShapeError(self.where, needed, str(tuple(shape)))
            if letter not in of_letter:
                of_letter[letter] = size
        return tuple(output), of_letter

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "output_shape": self.partial_output_shape,
            "equation": self.equation,
            "activation": activations.serialize(self.activation),
            "bias_axes": self.bias_axes,
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            **options_config(self, "kernel", "bias"),
            "quantization_config": None,
        }


def _parsed(layer: Any, equation: Any) -> dict[str, str]:
    for form in _FORMS:
        found = form.fullmatch(str(equation).replace(" ", ""))
        if found:
            parts = {"left": "", **{k: v or "" for k, v in found.groupdict().items()}}
            unknown = set(parts["kernel"]) - set(parts["x"] + parts["y"])
            unknown |= set(parts["y"]) - set(parts["x"] + parts["kernel"])
            if not unknown:
                return parts
    raise InvalidArgument(
        layer.where,
        'equation must be as "ab,bc->ac", "...b,bc->...c" or "ab...,bc->ac...", '
        "each axis of kernel and output in another part",
        repr(equation),
    )
