"""Draws: random tensors, out of torch's generator."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.tensorflow_alias.parts.tensors.dtypes import torch_dtype
from saccade.tensorflow_alias.parts.tensors.tensors import sizes_of, tensor_of


def set_seed(seed: Any) -> None:
    """Make what is drawn from here on repeatable: weights, dropout, orders, and `tf.random`.

    The numbers are not TensorFlow's. Python's and NumPy's streams stay as they are, as there.
    """
    torch.manual_seed(int(seed))


def _stream(seed: Any) -> torch.Generator | None:
    return None if seed is None else torch.Generator().manual_seed(int(seed) % 2**63)


def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None,
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """Numbers from a bell of this mean and standard deviation; a seed gives the same each time."""
    drawn = torch.randn(sizes_of(shape), generator=_stream(seed), dtype=torch_dtype(dtype))
    return drawn * tensor_of(stddev, drawn.dtype) + tensor_of(mean, drawn.dtype)


def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = "float32", seed: Any = None,
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The same without what lies two standard deviations away or more."""
    drawn = torch.empty(sizes_of(shape), dtype=torch_dtype(dtype))
    low, high = mean - 2 * stddev, mean + 2 * stddev
    return torch.nn.init.trunc_normal_(drawn, mean, stddev, low, high, generator=_stream(seed))


def uniform(
    shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", seed: Any = None,
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """Numbers from `minval` up to `maxval`, without it; 1 for floats when None.

    Raises:
        InvalidArgument: integers without maxval.
    """
    kind = torch_dtype(dtype) or torch.float32
    if kind.is_floating_point:
        low = tensor_of(minval, kind)
        high = tensor_of(1.0 if maxval is None else maxval, kind)
        return low + (high - low) * torch.rand(sizes_of(shape), generator=_stream(seed), dtype=kind)
    if maxval is None:
        raise InvalidArgument("tf.random.uniform", "integers need maxval")
    return torch.randint(
        int(minval), int(maxval), sizes_of(shape), generator=_stream(seed), dtype=kind
    )


def gamma(
    shape: Any, alpha: Any, beta: Any = None, dtype: Any = "float32", seed: Any = None,
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """Numbers from Gamma(alpha) over beta: `shape` of them for each alpha."""
    kind = torch_dtype(dtype) or torch.float32
    shapes = tensor_of(alpha, kind)
    shapes = shapes.expand(*sizes_of(shape), *shapes.shape).contiguous()
    drawn = torch._standard_gamma(shapes, _stream(seed))
    return drawn if beta is None else drawn / tensor_of(beta, kind)


def poisson(
    shape: Any, lam: Any, dtype: Any = "float32", seed: Any = None, name: str | None = None
) -> torch.Tensor:
    """Whole numbers around lam: `shape` of them for each lam."""
    means = tensor_of(lam, torch.float32)
    means = means.expand(*sizes_of(shape), *means.shape).contiguous()
    return torch.poisson(means, _stream(seed)).to(torch_dtype(dtype))


def stateless_uniform(
    shape: Any, seed: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32",
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The same, a function of the seed's two integers alone."""
    return uniform(shape, minval, maxval, dtype, seed=one_seed(seed))


def stateless_normal(
    shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32",
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """`normal`, a function of the seed's two integers alone."""
    return normal(shape, mean, stddev, dtype, seed=one_seed(seed))


def stateless_truncated_normal(
    shape: Any, seed: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = "float32",
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """`truncated_normal`, a function of the seed's two integers alone."""
    return truncated_normal(shape, mean, stddev, dtype, seed=one_seed(seed))


def one_seed(seed: Any) -> int:
    """One integer for the two that TensorFlow's stateless functions take."""
    one, other = sizes_of(seed)
    return (one * 1_000_003 + other) % 2**63


def split(seed: Any, num: int = 2, alg: Any = None) -> torch.Tensor:
    """So many seeds out of one: rows of two integers."""
    return torch.randint(2**31 - 1, (int(num), 2), generator=_stream(one_seed(seed))).int()


def stateless_fold_in(seed: Any, data: Any, alg: Any = None) -> torch.Tensor:
    """A seed of two integers made of a seed and a number."""
    one, other = sizes_of(seed)
    start = (one_seed((one, other)) * 31 + int(data)) % 2**63
    return torch.randint(2**31 - 1, (2,), generator=_stream(start)).int()


def stateless_shuffle(
    value: Any, seed: Any, alg: Any = None, name: str | None = None
) -> torch.Tensor:
    """The rows in an order that the seed's two integers decide."""
    rows = tensor_of(value)
    return rows[torch.randperm(len(rows), generator=_stream(one_seed(seed)))]


def categorical(
    logits: Any, num_samples: Any, dtype: Any = None, seed: Any = None, name: str | None = None
) -> torch.Tensor:
    """Classes drawn with the probabilities softmax(logits), so many for each row."""
    chances = tensor_of(logits).softmax(-1)
    drawn = torch.multinomial(chances, int(num_samples), True, generator=_stream(seed))
    return drawn.to(torch_dtype(dtype or "int64"))


class Generator:
    """Random numbers out of a stream of its own.

    Source: `tf.random.Generator`.
    """

    def __init__(self, seed: Any = None):
        self._stream = torch.Generator()
        self._stream.manual_seed(int(torch.initial_seed() if seed is None else seed) % 2**63)

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        return cls(seed)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        return cls(torch.Generator().seed())

    def _next(self) -> int:
        return int(torch.randint(2**62, (), generator=self._stream))

    def normal(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32"):
        return normal(shape, mean, stddev, dtype, seed=self._next())

    def truncated_normal(self, shape: Any, mean: float = 0.0, stddev: float = 1.0):
        return truncated_normal(shape, mean, stddev, seed=self._next())

    def uniform(self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32"):
        return uniform(shape, minval, maxval, dtype, seed=self._next())

    def make_seeds(self, count: Any = 1) -> torch.Tensor:
        """Seeds for stateless functions: one a column, (2, count), int64."""
        return torch.randint(2**62, (2, int(count)), generator=self._stream)

    def split(self, count: int = 1) -> list[Generator]:
        return [Generator(self._next()) for _ in range(count)]

    def reset_from_seed(self, seed: Any) -> None:
        self._stream.manual_seed(int(seed))


_global: list[Generator] = []


def get_global_generator() -> Generator:
    """One that belongs to the process."""
    if not _global:
        _global.append(Generator())
    return _global[0]


def set_global_generator(generator: Generator) -> None:
    _global[:] = [generator]


def shuffle(value: Any, seed: Any = None, name: str | None = None) -> torch.Tensor:
    """The rows in another order."""
    rows = tensor_of(value)
    return rows[torch.randperm(len(rows), generator=_stream(seed)).to(rows.device)]
