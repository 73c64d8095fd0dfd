"""Normalization: a layer that subtracts the data's mean and divides by its standard deviation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from saccade.errors import DataError, InvalidArgument, ShapeError
from saccade.graph import Shape
from saccade.layers.core.layer_kinds import Pointwise
from saccade.layers.normalization.rescaling import plain_numbers
from saccade.names import refuse_overriding
from saccade.numerics.tensors.conversion import as_tensor, is_table

_EPSILON = 1e-7  # the least standard deviation that is divided by
_ROWS = 1024  # of an array that are turned into float64 at a time


class Normalization(Pointwise):
    """y = (x - mean) / sqrt(variance), with the mean and the variance of the training data.

    Args:
        axis: those that keep a mean of their own, the last by default: each channel has one;
            None: one mean for everything.
        mean, variance: where they are known; otherwise call `adapt(data)`.
        invert: the way back, y = mean + x * sqrt(variance).

    Weights, when they are not given: mean, variance, each of the kept axes' shape, and count.

    Input and output: any shape; integers become floats.

    Source: `keras.layers.Normalization`.
    """

    keras_module = "keras.layers"
    joins_lists = True
    weightless = False

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        names = ("finalize_state", "convert_weight")
        refuse_overriding(cls, Normalization, "layer", names, "Override adapt(data) or call(x).")

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **placement: Any,
    ):
        super().__init__(**placement)
        self.axis = () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        if (mean is None) != (variance is None):
            raise InvalidArgument(
                self.where, "give both mean and variance, or none", f"{mean}, {variance}"
            )
        self.input_mean = mean if mean is None else plain_numbers(self, "mean", mean)
        self.input_variance = (
            variance if variance is None else plain_numbers(self, "variance", variance)
        )
        shapes = np.shape(self.input_mean or 0), np.shape(self.input_variance or 0)
        if shapes[0] != shapes[1] or len(shapes[0]) > len(self.axis):
            raise ShapeError(
                self.where,
                f"mean and variance must have one shape, with at most the axes {self.axis}",
                f"{shapes[0]} and {shapes[1]}",
            )
        self.invert = bool(invert)

    def build(self, input_shape: Shape) -> None:
        ndim = len(input_shape)
        if any(not -ndim <= axis < ndim for axis in self.axis):
            raise ShapeError(self.where, f"input must have the axes {self.axis}", str(input_shape))
        self._kept = tuple(sorted(axis % ndim for axis in self.axis))
        one = 1 if np.size(self.input_mean if self.input_mean is not None else ()) == 1 else None
        sizes = [(n or one) if i in self._kept else 1 for i, n in enumerate(input_shape)]
        self._sizes = tuple(n for n in sizes if n is not None)
        if len(self._sizes) < ndim:
            raise ShapeError(
                self.where,
                f"the sizes along axis {self.axis} must be known, for each has its mean",
                str(input_shape),
            )
        if self.input_mean is not None:
            self._check_fits(np.shape(self.input_mean))
            return
        shape = [self._sizes[axis] for axis in self._kept]
        self.adapt_mean = self.add_weight(
            shape=shape, initializer="zeros", trainable=False, name="mean"
        )
        self.adapt_variance = self.add_weight(
            shape=shape, initializer="ones", trainable=False, name="variance"
        )
        # Keras keeps a count, an integer that stays 0, in every file.
        self.count = self._own(torch.zeros((), dtype=torch.int32), False, "count")

    def adapt(self, data: Any) -> None:
        """Take mean and variance from data; what an earlier call took is forgotten.

        Args:
            data: an array, a sequence of batches (`data[i]`, `len(data)`), or an iterable of them;
                a batch may be (images, labels), of which only the images count.

        Raises:
            InvalidArgument: no batch at all; or the layer was made with mean= and variance=.
            ShapeError: a batch of another shape.
        """
        if self.input_mean is not None:
            raise InvalidArgument(self.where, "mean and variance are given, there is nothing to do")
        total, mean, squares = 0, np.zeros(()), np.zeros(())
        for batch in self._batches(data):
            axes = tuple(i for i in range(batch.ndim) if i not in self._kept)
            count = math.prod(batch.shape[i] for i in axes)
            if not count:
                continue
            batch = batch.astype(np.float64)
            here = batch.mean(axes)
            # Chan's rule for the sum of squares about the mean of two sets together
            off, total = here - mean, total + count
            squares = squares + count * batch.var(axes) + off**2 * (count * (total - count) / total)
            mean = mean + off * (count / total)
        if not total:
            raise InvalidArgument(self.where, "adapt needs at least one value", "none")
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(squares / total)

    def _batches(self, data: Any) -> Iterator[np.ndarray]:
        """The data in arrays of a few rows; builds the layer on the first."""
        for batch in _pieces(self.where, data):
            if isinstance(batch, (tuple, list)):
                batch = batch[0]
            if not hasattr(batch, "shape"):
                raise InvalidArgument(
                    self.where, "adapt needs an array or batches of them", type(batch).__name__
                )
            array = batch.detach().cpu().numpy() if torch.is_tensor(batch) else np.asarray(batch)
            if array.dtype.kind not in "biuf":
                raise DataError(self.where, "adapt needs numbers", f"dtype {array.dtype}")
            if not self.built:
                self.build_on(tuple(array.shape))
            got = [array.shape[i] for i in self._kept if i < array.ndim]
            needed = [n for i, n in enumerate(self._sizes) if i in self._kept]
            if got != needed or array.ndim != len(self._sizes):
                raise ShapeError(
                    self.where,
                    f"adapt needs arrays that fit {self._built_shape}",
                    str(array.shape),
                )
            yield array

    @property
    def mean(self) -> torch.Tensor | None:
        """The mean, in a shape that broadcasts against the input; None before it is known."""
        return self._spread("mean")

    @property
    def variance(self) -> torch.Tensor | None:
        """The variance, in a shape that broadcasts against the input; None before it is known."""
        return self._spread("variance")

    def _spread(self, which: str) -> torch.Tensor | None:
        if not self.built:
            return None
        given = getattr(self, f"input_{which}")
        if given is None:
            return getattr(self, f"adapt_{which}").detach().reshape(self._sizes)
        values = as_tensor(given, dtype=self._computes_in, device=self.device)
        last = self._kept[len(self._kept) - values.ndim :]
        shape = [1] * len(self._sizes)
        for axis, size in zip(last, values.shape, strict=True):
            shape[axis] = size
        return values.reshape(shape).expand(self._sizes)

    def _check_fits(self, shape: tuple[int, ...]) -> None:
        last = self._kept[len(self._kept) - len(shape) :]
        needed = tuple(self._sizes[axis] for axis in last)
        if any(size not in (1, n) for size, n in zip(shape, needed, strict=True)):
            raise ShapeError(self.where, f"mean must have shape {needed}", str(shape))

    def call(self, x: torch.Tensor) -> torch.Tensor:
        mean, variance = self.mean, self.variance
        assert mean is not None
        assert variance is not None
        spread, mean = torch.sqrt(variance).clamp(min=_EPSILON).to(x), mean.to(x)
        return mean + x * spread if self.invert else (x - mean) / spread

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "axis": self.axis,
            "invert": self.invert,
            "mean": self.input_mean,
            "variance": self.input_variance,
        }


def _pieces(where: str, data: Any) -> Iterable[Any]:
    """Data as batches."""
    data = data.to_numpy() if is_table(data) else data
    if torch.is_tensor(data) or isinstance(data, np.ndarray):
        return (data[start : start + _ROWS] for start in range(0, len(data), _ROWS))
    if hasattr(data, "__getitem__") and hasattr(data, "__len__"):
        # a generator of images goes round and round when it is iterated: ask for each batch once
        return (data[i] for i in range(len(data)))
    if isinstance(data, Iterable):
        return data
    raise InvalidArgument(where, "adapt needs an array or batches of them", type(data).__name__)
