"""Initial values whose spread goes by the size of a weight."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.initializers.distribution import normal, truncated_normal, uniform
from saccade.initializers.initializer import Initializer
from saccade.names import unknown_name


def count_fans(
    shape: Sequence[int],
    input_axes: int | Sequence[int] | None = None,
    output_axes: int | Sequence[int] | None = None,
) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight of this shape; a vector counts as its own fan.

    Where both axes are given, a fan is the product of the sizes along its axes.
    """
    if input_axes is not None and output_axes is not None:
        return _product(shape, input_axes), _product(shape, output_axes)
    if len(shape) == 0:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    field = math.prod(shape[:-2])
    return field * shape[-2], field * shape[-1]


def _product(shape: Sequence[int], axes: int | Sequence[int]) -> int:
    return math.prod(shape[axis] for axis in ([axes] if isinstance(axes, int) else axes))


# The standard deviation of a standard normal truncated to [-2, 2].
_TRUNCATED_STDDEV = 0.87962566103423978


class VarianceScaling(Initializer):
    """Zero mean and variance scale/n, n the fan that `mode` names.

    `uniform` draws from U(-limit, limit) with limit = sqrt(3*scale/n); `truncated_normal`
    corrects the standard deviation for the truncation at two of them.

    Args:
        scale: positive.
        mode: "fan_in", "fan_out" or "fan_avg".
        distribution: "truncated_normal" (also "normal"), "untruncated_normal" or "uniform".
        seed: makes every call give the same.
        input_axes, output_axes: which axes are counted as in and out, both or neither; the last
            two with the receptive field before them when None.

    Raises:
        InvalidArgument: a scale that is not positive, an unknown mode or distribution, one of
            the axes alone.

    Source: Glorot and Bengio (2010); He et al. (2015); Keras 3.
    """

    keras_module = "keras.initializers"

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        input_axes: int | Sequence[int] | None = None,
        output_axes: int | Sequence[int] | None = None,
    ):
        super().__init__(seed)
        if (input_axes is None) != (output_axes is None):
            raise InvalidArgument(
                type(self).__name__,
                "input_axes and output_axes go together",
                f"{input_axes!r}, {output_axes!r}",
            )
        if scale <= 0:
            raise InvalidArgument("VarianceScaling", "scale must be positive", repr(scale))
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise unknown_name("VarianceScaling mode", mode, ["fan_in", "fan_out", "fan_avg"])
        legal = ["truncated_normal", "untruncated_normal", "uniform", "normal"]
        if distribution not in legal:
            raise unknown_name("VarianceScaling distribution", distribution, legal)
        self.scale, self.mode = scale, mode
        self.input_axes, self.output_axes = input_axes, output_axes
        self.distribution = "truncated_normal" if distribution == "normal" else distribution

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        fan_in, fan_out = count_fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return uniform(shape, -limit, limit, self.generator())
        if self.distribution == "untruncated_normal":
            return math.sqrt(variance) * normal(shape, self.generator())
        return math.sqrt(variance) / _TRUNCATED_STDDEV * truncated_normal(shape, self.generator())

    def get_config(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            **self._axes(),
        }

    def _axes(self) -> dict[str, Any]:
        # Older releases of Keras 3 do not know them: written only where they are given.
        axes = {"input_axes": self.input_axes, "output_axes": self.output_axes}
        return {name: axis for name, axis in axes.items() if axis is not None}


class _Named(VarianceScaling):
    """A variance scaling that has a name: only its seed is an argument."""

    law: tuple[float, str, str]

    def __init__(
        self,
        seed: int | None = None,
        input_axes: int | Sequence[int] | None = None,
        output_axes: int | Sequence[int] | None = None,
    ):
        super().__init__(*self.law, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, **self._axes()}


class GlorotUniform(_Named):
    """U(-l, l), l = sqrt(6 / (fan_in + fan_out)): the default of Keras's kernels."""

    keras_module = "keras.initializers"
    law = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Named):
    """Truncated normal of variance 2 / (fan_in + fan_out)."""

    keras_module = "keras.initializers"
    law = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Named):
    """U(-l, l), l = sqrt(6 / fan_in)."""

    keras_module = "keras.initializers"
    law = (2.0, "fan_in", "uniform")


class HeNormal(_Named):
    """Truncated normal of variance 2 / fan_in."""

    keras_module = "keras.initializers"
    law = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Named):
    """U(-l, l), l = sqrt(3 / fan_in)."""

    keras_module = "keras.initializers"
    law = (1.0, "fan_in", "uniform")


class LecunNormal(_Named):
    """Truncated normal of variance 1 / fan_in."""

    keras_module = "keras.initializers"
    law = (1.0, "fan_in", "truncated_normal")
