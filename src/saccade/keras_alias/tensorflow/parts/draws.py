"""Draws: random tensors, out of torch's generator."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.keras_alias.tensorflow.parts.dtypes import torch_dtype
from saccade.keras_alias.tensorflow.parts.tensors import sizes_of, tensor_of


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


def stateless_uniform(
    shape: Any, seed: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32",
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The same, a function of the seed's two integers alone."""
    one, other = sizes_of(seed)
    return uniform(shape, minval, maxval, dtype, seed=one * 1_000_003 + other)


def shuffle(value: Any, seed: Any = None, name: str | None = None) -> torch.Tensor:
    """The rows in another order."""
    rows = tensor_of(value)
    return rows[torch.randperm(len(rows), generator=_stream(seed)).to(rows.device)]
