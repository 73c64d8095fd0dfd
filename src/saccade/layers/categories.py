"""Categories: whole numbers become rows of zeros and ones, and measures become whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from saccade.errors import InvalidArgument, NotSupported, StateError
from saccade.graph import Shape
from saccade.layers.core.checks import positive_integer
from saccade.layers.core.layer import Layer
from saccade.names import unknown_name
from saccade.numerics.tensors.conversion import as_tensor

_MODES = ("count", "multi_hot", "one_hot")


class _Encoding(Layer):
    """A layer that gives a row for the number of each category.

    Attributes:
        output_mode: "one_hot" a row for each number, "multi_hot" one row for all of a sample,
            "count" how often each number comes in a sample.
    """

    weightless = True

    def __init__(self, output_mode: str, modes: Sequence[str], sparse: bool, **placement: Any):
        super().__init__(**placement)
        if sparse:
            raise NotSupported(self.where, "sparse tensors are not supported", "sparse=True")
        if output_mode not in modes:
            raise unknown_name(f"{self.where} output_mode", output_mode, modes)
        self.autocast = False
        self.output_mode, self.sparse = output_mode, False


class CategoryEncoding(_Encoding):
    """Whole numbers as rows of zeros and ones.

    Args:
        num_tokens: how many numbers there are, 0 to num_tokens - 1.
        output_mode: "multi_hot", one row for all numbers of a sample; "one_hot", a row for each;
            "count", how often each comes.
        sparse: False; sparse tensors are refused.

    Input: (batch, numbers) or (batch,), whole numbers; `count_weights=` of the same shape.
    Output: (batch, num_tokens); of "one_hot", (..., num_tokens).

    Raises:
        InvalidArgument: numbers out of range.

    Example:
        >>> CategoryEncoding(4)(torch.tensor([[0, 1], [3, 1]])).tolist()
        [[1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0]]

    Source: `keras.layers.CategoryEncoding`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        **placement: Any,
    ):
        mode = "multi_hot" if output_mode == "binary" else output_mode  # Keras 2's word
        super().__init__(mode, _MODES, sparse, **placement)
        if num_tokens is None:
            raise InvalidArgument(self.where, "needs num_tokens", "None")
        self.num_tokens = positive_integer(self, "num_tokens", num_tokens)

    def call(self, x: torch.Tensor, count_weights: Any = None) -> torch.Tensor:
        if count_weights is not None and self.output_mode != "count":
            needed = 'count_weights are for output_mode="count"'
            raise InvalidArgument(self.where, needed, repr(self.output_mode))
        weights = None if count_weights is None else as_tensor(count_weights)
        weights = None if weights is None else weights.to(self._computes_in)
        return _encoded(self, x, self.num_tokens, weights)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return _shape_of_rows(self.output_mode, input_shape, self.num_tokens)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_tokens": self.num_tokens,
            "output_mode": self.output_mode,
        }


class Discretization(_Encoding):
    """The number of the bin that each value lies in: how many boundaries are not above it.

    Args:
        bin_boundaries: where the next bin begins, growing.
        num_bins: how many bins `adapt(data)` is to make, which hold about as many values each.
        epsilon: how exactly, as a share of the values.
        output_mode: "int", the numbers; "one_hot", "multi_hot" and "count" as `CategoryEncoding`.
        sparse: False; sparse tensors are refused.

    Input: any shape, numbers. Output: of "int" the same shape, int32.

    Example:
        >>> Discretization([0.0, 1.0])(torch.tensor([-1.0, 0.0, 0.5, 3.0])).tolist()
        [0, 1, 1, 2]

    Source: `keras.layers.Discretization`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        bin_boundaries: Sequence[float] | None = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        **placement: Any,
    ):
        super().__init__(output_mode, ("int", *_MODES), sparse, **placement)
        if (bin_boundaries is None) == (num_bins is None):
            got = "both" if num_bins is not None else "neither"
            raise InvalidArgument(self.where, "needs bin_boundaries or num_bins", got)
        if num_bins is not None and num_bins < 0:
            raise InvalidArgument(self.where, "num_bins must be 0 or above", repr(num_bins))
        self.bin_boundaries = bin_boundaries
        self.num_bins, self.epsilon = num_bins, epsilon
        self.reset_state()

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Lay the boundaries between the values of an array, or of an iterable of arrays.

        Args:
            steps: how many arrays are looked at; all when None.
        """
        if self.num_bins is None:
            raise InvalidArgument(self.where, "bin_boundaries are given, there is nothing to adapt")
        whole = isinstance(data, np.ndarray) or torch.is_tensor(data)
        self.reset_state()
        for place, batch in enumerate([data] if whole else _iterated(data)):
            if steps is not None and place >= steps:
                break
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Look at one array more."""
        part = _summary_of(np.asarray(data, np.float32), self.epsilon)
        both = np.concatenate((part, self.summary), axis=1)
        self.summary = _shorter(both[:, np.argsort(both[0])], self.epsilon)

    def finalize_state(self) -> None:
        """Lay the boundaries between the values that were looked at; given ones stay."""
        if self.num_bins is not None:
            ends = _shorter(self.summary, 1.0 / self.num_bins)
            self.bin_boundaries = ends[0, :-1].tolist()

    def reset_state(self) -> None:
        """Forget what was looked at; the boundaries stay."""
        self.summary = np.zeros((2, 0), np.float32)

    @property
    def output_dtype(self) -> str:
        """Of what comes out, by name."""
        return "int32" if self.output_mode == "int" else str(self.compute_dtype)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        if self.bin_boundaries is None:
            do = "Call adapt(data), or give bin_boundaries=."
            raise StateError(self.where, "the boundaries are not known", None, do)
        ends = torch.tensor(self.bin_boundaries, dtype=torch.float32, device=x.device)
        numbers = torch.bucketize(
            x.to(torch.float32).contiguous(), ends, out_int32=True, right=True
        )
        if self.output_mode == "int":
            return numbers
        return _encoded(self, numbers, len(self.bin_boundaries) + 1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        if self.output_mode == "int":
            return input_shape
        known = self.bin_boundaries is not None
        depth = len(self.bin_boundaries or ()) + 1 if known else int(self.num_bins or 0)
        return _shape_of_rows(self.output_mode, input_shape, depth)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.pop("trainable", None)
        return {
            **config,
            "dtype": self.dtype_policy.name,
            "bin_boundaries": self.bin_boundaries,
            "num_bins": self.num_bins,
            "epsilon": self.epsilon,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        ends = config.get("bin_boundaries")
        if ends is None or config.get("num_bins") is None:
            return cls(**config)
        made = cls(**{**config, "bin_boundaries": None})  # it was adapted
        made.bin_boundaries = ends
        return made


def _encoded(layer: Any, numbers: torch.Tensor, depth: int, weights: Any = None) -> torch.Tensor:
    """The rows of numbers, `depth` wide."""
    numbers = numbers.to(torch.int64)
    numbers = numbers[None] if numbers.ndim == 0 else numbers
    low, high = (int(one) for one in torch.aminmax(numbers)) if numbers.numel() else (0, 0)
    if low < 0 or high >= depth:
        needed = f"numbers must be 0 to {depth - 1}"
        raise InvalidArgument(layer.where, needed, f"{low} to {high}")
    kind = layer._computes_in if weights is None else weights.dtype
    if isinstance(layer, CategoryEncoding) and weights is None:  # the weights', as in Keras
        kind = getattr(torch, layer.dtype_policy.variable_dtype)
    if layer.output_mode == "one_hot":
        last = numbers.ndim > 1 and numbers.shape[-1] == 1
        return F.one_hot(numbers.squeeze(-1) if last else numbers, depth).to(kind)
    rows, axis = F.one_hot(numbers, depth).to(kind), min(1, numbers.ndim - 1)
    if layer.output_mode == "multi_hot":
        return rows.amax(axis)
    return (rows if weights is None else rows * weights.to(rows)[..., None]).sum(axis)


def _shape_of_rows(mode: str, given: Shape, depth: int) -> Shape:
    """The shape of the rows of numbers of a shape."""
    if mode == "one_hot":
        last = len(given) > 1 and given[-1] == 1
        return (*(given[:-1] if last else given), depth)
    return (given[0], *given[2:], depth) if len(given) > 1 else (depth,)


def _iterated(data: Any) -> Iterable[Any]:
    return data if hasattr(data, "__iter__") else [data]


def _summary_of(values: np.ndarray, epsilon: float) -> np.ndarray:
    """Some of the sorted values, as many as `epsilon` asks for, and how many each stands for."""
    ordered = np.sort(values.reshape(-1))
    step = max(ordered.size * epsilon, 1)
    chosen = ordered[int(step - 1) :: int(step)]
    return np.stack([chosen, np.full_like(chosen, step)])


def _shorter(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """A summary of about 1 / epsilon values, each at its share of the whole count."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    counts = summary[1].cumsum()
    values = np.interp(shares, counts / counts[-1], summary[0])
    until = np.interp(shares, counts / counts[-1], counts)
    return np.stack((values, np.diff(until, prepend=0.0))).astype(np.float32)
