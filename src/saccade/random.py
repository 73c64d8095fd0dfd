"""Keras 3's `random`: draws of tensors, repeatable where a seed is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.numerics.machine.random_streams import stream_of_seed
from saccade.numerics.tensors.tensor_functions import cast, convert_to_tensor
from saccade.variables import Variable

Shape = Sequence[int]


class SeedGenerator:
    """A seed that moves on: every draw with it gives other numbers, the same in every run.

    Args:
        seed: an integer; None takes one from torch's stream.

    Attributes:
        state: the seed of the next draw, two integers (the seed itself, the draw's number), int64;
            one of the `variables` of a layer that holds the generator, and none of its weights.

    Source: `keras.random.SeedGenerator`.
    """

    keras_module = "keras.random"

    def __init__(self, seed: int | None = None, name: str | None = None):
        if seed is None:
            seed = int(torch.randint(2**31 - 1, ()))
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise InvalidArgument(
                "SeedGenerator", "seed must be an integer, 0 or above", repr(seed)
            )
        self.seed, self.name = seed, name or "seed_generator"
        first = torch.tensor([seed, 0], dtype=torch.int64)
        self.state = Variable(first, trainable=False, name=f"{self.name}_state")

    def next(self, ordered: bool = True) -> torch.Tensor:
        """The seed of the next draw; `state` moves on."""
        state = self.state.detach().clone()
        with torch.no_grad():
            self.state[1] += 1
        return state

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        return cls(**config)


Seed = int | SeedGenerator | torch.Tensor | None


def _stream(seed: Seed) -> torch.Generator | None:
    """The stream that a seed means; None, torch's own, for no seed."""
    return None if seed is None else stream_of_seed(seed)


def normal(
    shape: Shape, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Seed = None
) -> torch.Tensor:
    """Numbers from the bell around mean."""
    return cast(torch.randn(tuple(shape), generator=_stream(seed)) * stddev + mean, _of(dtype))


def uniform(
    shape: Shape, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Seed = None
) -> torch.Tensor:
    """Numbers in [minval, maxval)."""
    drawn = torch.rand(tuple(shape), generator=_stream(seed))
    return cast(drawn * (maxval - minval) + minval, _of(dtype))


def randint(
    shape: Shape, minval: int, maxval: int, dtype: Any = "int32", seed: Seed = None
) -> torch.Tensor:
    """Whole numbers in [minval, maxval)."""
    return cast(torch.randint(minval, maxval, tuple(shape), generator=_stream(seed)), dtype)


def truncated_normal(
    shape: Shape, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Seed = None
) -> torch.Tensor:
    """Numbers from the bell, none further than two stddev from mean."""
    drawn = torch.nn.init.trunc_normal_(
        torch.empty(tuple(shape)), a=-2.0, b=2.0, generator=_stream(seed)
    )
    return cast(drawn * stddev + mean, _of(dtype))


def categorical(
    logits: Any, num_samples: int, dtype: Any = "int32", seed: Seed = None
) -> torch.Tensor:
    """So many class numbers for each row of logits: (rows, num_samples)."""
    chances = torch.softmax(convert_to_tensor(logits), -1)
    return cast(torch.multinomial(chances, num_samples, True, generator=_stream(seed)), dtype)


def binomial(
    shape: Shape, counts: Any, probabilities: Any, dtype: Any = None, seed: Seed = None
) -> torch.Tensor:
    """How many of `counts` tries come off, each with its probability."""
    counts, chances = (
        convert_to_tensor(one).float().expand(tuple(shape)) for one in (counts, probabilities)
    )
    return cast(torch.binomial(counts, chances, generator=_stream(seed)), _of(dtype))


def gamma(shape: Shape, alpha: Any, dtype: Any = None, seed: Seed = None) -> torch.Tensor:
    """Numbers from Gamma(alpha, 1)."""
    shapes = convert_to_tensor(alpha).float().expand(tuple(shape)).contiguous()
    return cast(torch._standard_gamma(shapes, _stream(seed)), _of(dtype))


def beta(shape: Shape, alpha: Any, beta: Any, dtype: Any = None, seed: Seed = None) -> torch.Tensor:
    """Numbers in [0, 1] from Beta(alpha, beta)."""
    stream = _stream(seed)
    one, other = (
        torch._standard_gamma(
            convert_to_tensor(each).double().expand(tuple(shape)).contiguous(), stream
        )
        for each in (alpha, beta)
    )
    return cast(one / (one + other), _of(dtype))


def shuffle(x: Any, axis: int = 0, seed: Seed = None) -> torch.Tensor:
    """The same parts along an axis, in any order."""
    x = convert_to_tensor(x)
    order = torch.randperm(x.shape[axis], generator=_stream(seed))
    return x.index_select(axis, order.to(x.device))


def dropout(
    inputs: Any, rate: float, noise_shape: Shape | None = None, seed: Seed = None
) -> torch.Tensor:
    """A part `rate` of the numbers set to zero, the others over 1 - rate."""
    x = convert_to_tensor(inputs)
    kept = torch.rand(tuple(noise_shape or x.shape), generator=_stream(seed)) >= rate
    return x * kept.to(x.device) / (1.0 - rate)


def _of(dtype: Any) -> Any:
    return "float32" if dtype is None else dtype
