"""Initial values of weights, with Keras's names, defaults and distributions.

A fan is counted as Keras counts it: for a kernel of shape (height, width, in, out) the receptive
field is height*width, fan_in = field*in and fan_out = field*out. Values come from torch's
generator, or from one of its own when `seed` is given; they are not the numbers that TensorFlow or
JAX would draw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.names import unknown_name
from saccade.records import checked_dtype, resolve, to_record


def count_fans(shape: Sequence[int]) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight of this shape; a vector counts as its own fan."""
    if len(shape) == 0:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    field = math.prod(shape[:-2])
    return field * shape[-2], field * shape[-1]


class Initializer:
    """Called with a shape, gives a float32 tensor; `seed` makes every call give the same."""

    keras_module = "keras.initializers"

    def __init__(self, seed: int | None = None):
        self.seed = seed

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> torch.Tensor:
        checked_dtype(type(self).__name__, dtype)
        return self.draw(shape)

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        """The values; each initialiser's own."""
        raise NotImplementedError

    def generator(self) -> torch.Generator | None:
        return None if self.seed is None else torch.Generator().manual_seed(self.seed)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        return cls(**config)


class Constant(Initializer):
    """Every element `value`."""

    keras_module = "keras.initializers"

    def __init__(self, value: float = 0.0):
        super().__init__()
        self.value = value

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        return torch.full(tuple(shape), float(self.value), device="cpu")

    def get_config(self) -> dict[str, Any]:
        return {"value": self.value}


class Zeros(Constant):
    """All zeros."""

    keras_module = "keras.initializers"

    def __init__(self):
        super().__init__(0.0)

    def get_config(self) -> dict[str, Any]:
        return {}


class Ones(Constant):
    """All ones."""

    keras_module = "keras.initializers"

    def __init__(self):
        super().__init__(1.0)

    def get_config(self) -> dict[str, Any]:
        return {}


class RandomUniform(Initializer):
    """Uniform on [minval, maxval)."""

    keras_module = "keras.initializers"

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None):
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        return _uniform(shape, self.minval, self.maxval, self.generator())

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, "minval": self.minval, "maxval": self.maxval}


class RandomNormal(Initializer):
    """Normal with `mean` and `stddev`."""

    keras_module = "keras.initializers"

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None):
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        return self.mean + self.stddev * _normal(shape, self.generator())

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(RandomNormal):
    """Normal with `mean` and `stddev`, redrawn within two standard deviations."""

    keras_module = "keras.initializers"

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        return self.mean + self.stddev * _truncated_normal(shape, self.generator())


# The standard deviation of a standard normal truncated to [-2, 2].
_TRUNCATED_STDDEV = 0.87962566103423978


class VarianceScaling(Initializer):
    """Zero mean and variance scale/n, n the fan that `mode` names.

    `uniform` draws from U(-limit, limit) with limit = sqrt(3*scale/n); `truncated_normal`
    corrects the standard deviation for the truncation at two of them.

    Raises:
        InvalidArgument: a scale that is not positive, an unknown mode or distribution.

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
        if input_axes is not None or output_axes is not None:
            raise InvalidArgument(
                type(self).__name__,
                "input_axes and output_axes must be None",
                f"{input_axes!r}, {output_axes!r}",
                "Fans are counted from the last two axes.",
            )
        if scale <= 0:
            raise InvalidArgument("VarianceScaling", "scale must be positive", repr(scale))
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise unknown_name("VarianceScaling mode", mode, ["fan_in", "fan_out", "fan_avg"])
        legal = ["truncated_normal", "untruncated_normal", "uniform", "normal"]
        if distribution not in legal:
            raise unknown_name("VarianceScaling distribution", distribution, legal)
        self.scale, self.mode = scale, mode
        self.distribution = "truncated_normal" if distribution == "normal" else distribution

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        fan_in, fan_out = count_fans(shape)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return _uniform(shape, -limit, limit, self.generator())
        if self.distribution == "untruncated_normal":
            return math.sqrt(variance) * _normal(shape, self.generator())
        return math.sqrt(variance) / _TRUNCATED_STDDEV * _truncated_normal(shape, self.generator())

    def get_config(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
        }


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
        return {"seed": self.seed}


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


def _uniform(
    shape: Sequence[int], low: float, high: float, generator: torch.Generator | None
) -> torch.Tensor:
    return torch.empty(tuple(shape), device="cpu").uniform_(low, high, generator=generator)


def _normal(shape: Sequence[int], generator: torch.Generator | None) -> torch.Tensor:
    return torch.empty(tuple(shape), device="cpu").normal_(generator=generator)


def _truncated_normal(shape: Sequence[int], generator: torch.Generator | None) -> torch.Tensor:
    """Standard normal conditioned on [-2, 2], by inverting its distribution function."""
    edge = math.erf(2 / math.sqrt(2))
    return _uniform(shape, -edge, edge, generator).erfinv_().mul_(math.sqrt(2)).clamp_(-2, 2)


CLASSES: dict[str, type[Initializer]] = {
    cls.__name__: cls
    for cls in (
        Constant,
        GlorotNormal,
        GlorotUniform,
        HeNormal,
        HeUniform,
        LecunNormal,
        LecunUniform,
        Ones,
        RandomNormal,
        RandomUniform,
        TruncatedNormal,
        VarianceScaling,
        Zeros,
    )
}
_WORDS: dict[str, type[Initializer]] = CLASSES | {
    "constant": Constant,
    "glorot_normal": GlorotNormal,
    "glorot_uniform": GlorotUniform,
    "he_normal": HeNormal,
    "he_uniform": HeUniform,
    "lecun_normal": LecunNormal,
    "lecun_uniform": LecunUniform,
    "one": Ones,
    "normal": RandomNormal,
    "random_normal": RandomNormal,
    "uniform": RandomUniform,
    "random_uniform": RandomUniform,
    "truncated_normal": TruncatedNormal,
    "variance_scaling": VarianceScaling,
    "zero": Zeros,
}


def get(identifier: Any) -> Any:
    """The initialiser meant by a word ("he_normal"), a record, an object or a function."""
    return resolve("initializer", identifier, _WORDS)


def serialize(initializer: Any) -> Any:
    return to_record(initializer) if isinstance(initializer, Initializer) else initializer


deserialize = get
