"""Merges: layers that make one array of several, place by place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, NoReturn

import torch

from saccade.errors import ShapeError
from saccade.graph import Shape
from saccade.layers.core.layer import Layer
from saccade.layers.core.masks import MaskPassing, mask_of
from saccade.numerics.tensors.conversion import convert_to_tensor


class Merge(Layer):
    """A layer of several inputs, given as a list."""

    casts_integers = True
    supports_masking = True
    weightless = True
    _count: int | None = None  # how many inputs; any number when None
    _joins_batches = False

    def merge(self, arrays: list[torch.Tensor]) -> torch.Tensor:
        """One array of the inputs."""
        raise NotImplementedError

    def _merge_function(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        """What Keras calls `merge`, by which a subclass of the user's overrides it."""
        return self.merge(list(inputs))

    def _aligned(self, arrays: list[torch.Tensor]) -> list[torch.Tensor]:
        """The inputs as `merge` takes them."""
        return arrays

    def merged_shape(self, shapes: list[Shape]) -> Shape:
        """The shape of the result, from shapes that are known to be several of the same batch."""
        raise NotImplementedError

    def build(self, input_shape: Any) -> None:
        self.compute_output_shape(input_shape)

    def compute_mask(  # type: ignore[override]  # Keras's word for it here
        self, inputs: Any, mask: Any = None
    ) -> Any:
        """Of places where any input counts; None where an input has no mask.

        Raises:
            ShapeError: inputs or masks that are no lists of one length.
        """
        masks = self._masks_of(inputs, mask)
        if masks is None or any(one is None for one in masks):
            return None
        return reduce(torch.logical_or, map(convert_to_tensor, masks))

    def _masks_of(self, inputs: Any, mask: Any) -> Sequence[Any] | None:
        """The masks of several inputs, checked; None for None."""
        if mask is None:
            return None
        if not isinstance(inputs, (list, tuple)):
            self._say_list(type(inputs).__name__)
        if not isinstance(mask, (list, tuple)) or len(mask) != len(inputs):
            needed = f"mask must be a list of {len(inputs)}, one for each input"
            raise ShapeError(self.where, needed, type(mask).__name__)
        return mask

    def call(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        if not isinstance(inputs, (list, tuple)):
            self._say_list(type(inputs).__name__)
        batches = {one.shape[0] if one.ndim else None for one in inputs}
        batches.discard(1)  # one sample is for all
        if (len(batches) > 1 and not self._joins_batches) or None in batches:
            self.compute_output_shape([tuple(one.shape) for one in inputs])
        try:
            return self._merge_function(self._aligned(list(inputs)))
        except RuntimeError:
            self.compute_output_shape([tuple(one.shape) for one in inputs])  # says what is wrong
            raise

    def compute_output_shape(self, input_shape: Any) -> Shape:
        if not isinstance(input_shape, (list, tuple)) or not all(
            isinstance(shape, (list, tuple)) for shape in input_shape
        ):
            self._say_list(input_shape)
        shapes = [tuple(shape) for shape in input_shape]
        if not shapes or len(shapes) != (self._count or len(shapes)):
            count = {None: "at least one array", 2: "two arrays"}[self._count]
            raise ShapeError(self.where, f"input must be a list of {count}", f"{len(shapes)}")
        batches = {shape[0] for shape in shapes if shape} - {None}
        if () in shapes or (len(batches) > 1 and not self._joins_batches):
            raise ShapeError(self.where, "the inputs must be of one batch", listed(shapes))
        return self.merged_shape(shapes)

    def _say_list(self, got: Any) -> NoReturn:
        raise ShapeError(
            self.where, "input must be a list of arrays", str(got), "Write layer([a, b])."
        )


class Elementwise(Merge):
    """Numbers in the same place meet; shapes broadcast, axes that are missing follow the batch."""

    casts_integers = False

    def _aligned(self, arrays: list[torch.Tensor]) -> list[torch.Tensor]:
        return _same_rank(arrays)

    def merge(self, arrays: list[torch.Tensor]) -> torch.Tensor:
        return reduce(self.meet, arrays)

    def meet(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        """What two arrays make."""
        raise NotImplementedError

    def merged_shape(self, shapes: list[Shape]) -> Shape:
        batches = [shape[0] for shape in shapes if shape[0] is not None]
        rank = max(len(shape) for shape in shapes) - 1
        columns = zip(
            *((1,) * (rank - len(shape[1:])) + shape[1:] for shape in shapes), strict=True
        )
        return (batches[0] if batches else None, *(self._meet_sizes(c, shapes) for c in columns))

    def _meet_sizes(self, sizes: tuple[int | None, ...], shapes: list[Shape]) -> int | None:
        wide = {size for size in sizes if size is not None and size != 1}
        if len(wide) > 1:
            raise ShapeError(
                self.where, "the shapes must be equal, or 1 where they differ", listed(shapes)
            )
        return None if None in sizes else max(wide, default=1)


class Add(Elementwise):
    """The sum of the inputs.

    Args: none of its own. Input: a list of arrays whose shapes broadcast.

    Raises:
        ShapeError: shapes that do not fit together.

    Example:
        >>> Add()([torch.ones(1, 2), torch.ones(1, 2)])
        tensor([[2., 2.]])

    Source: `keras.layers.Add`.
    """

    keras_module = "keras.layers"

    def meet(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return a + b


class Subtract(Elementwise):
    """The first input minus the second. Source: `keras.layers.Subtract`."""

    keras_module = "keras.layers"
    _count = 2

    def meet(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return a - b


class Multiply(Elementwise):
    """The product of the inputs; what a mask rules out is a factor of 1, and 0 where all rule it
    out.

    Source: `keras.layers.Multiply`.
    """

    keras_module = "keras.layers"

    def merge(self, arrays: list[torch.Tensor]) -> torch.Tensor:
        masks = [mask_of(one) for one in arrays] if MaskPassing.seen else []
        if all(mask is None for mask in masks):
            return super().merge(arrays)
        masks = [None if one is None else one.bool().unsqueeze(-1) for one in masks]
        pairs = zip(arrays, masks, strict=True)
        y = super().merge([x if m is None else torch.where(m, x, 1.0) for x, m in pairs])
        if any(mask is None for mask in masks):
            return y
        return torch.where(reduce(torch.logical_or, masks), y, 0.0)

    def meet(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return a * b


class Average(Add):
    """The mean of the inputs. Source: `keras.layers.Average`."""

    keras_module = "keras.layers"

    def merge(self, arrays: list[torch.Tensor]) -> torch.Tensor:
        return super().merge(arrays) / len(arrays)


class _Extreme(Elementwise):
    """The largest or smallest of the inputs; what a mask rules out is no candidate."""

    def merge(self, arrays: list[torch.Tensor]) -> torch.Tensor:
        masks = [mask_of(one) for one in arrays] if MaskPassing.seen else []
        if all(mask is None for mask in masks):
            return super().merge(arrays)
        flags = [None if one is None else one.bool().unsqueeze(-1) for one in masks]
        y, counts = arrays[0], flags[0]
        for x, flag in zip(arrays[1:], flags[1:], strict=True):
            other = x if flag is None else torch.where(flag, x, y)
            y = y if counts is None else torch.where(counts, y, other)
            counts = None if flag is None or counts is None else counts | flag
            y = self.meet(y, other)
        return y


class Maximum(_Extreme):
    """The largest of the inputs, place by place. Source: `keras.layers.Maximum`."""

    keras_module = "keras.layers"

    def meet(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.maximum(a, b)


class Minimum(_Extreme):
    """The smallest of the inputs, place by place. Source: `keras.layers.Minimum`."""

    keras_module = "keras.layers"

    def meet(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.minimum(a, b)


def add(inputs: Sequence[Any], **placement: Any) -> Any:
    """`Add()` of the inputs."""
    return Add(**placement)(inputs)


def subtract(inputs: Sequence[Any], **placement: Any) -> Any:
    """`Subtract()` of the inputs."""
    return Subtract(**placement)(inputs)


def multiply(inputs: Sequence[Any], **placement: Any) -> Any:
    """`Multiply()` of the inputs."""
    return Multiply(**placement)(inputs)


def average(inputs: Sequence[Any], **placement: Any) -> Any:
    """`Average()` of the inputs."""
    return Average(**placement)(inputs)


def maximum(inputs: Sequence[Any], **placement: Any) -> Any:
    """`Maximum()` of the inputs."""
    return Maximum(**placement)(inputs)


def minimum(inputs: Sequence[Any], **placement: Any) -> Any:
    """`Minimum()` of the inputs."""
    return Minimum(**placement)(inputs)


def listed(shapes: list[Shape]) -> str:
    return " and ".join(str(shape) for shape in shapes)


def _same_rank(arrays: list[torch.Tensor]) -> list[torch.Tensor]:
    """The arrays with axes of size 1 after the batch where they have fewer than the others."""
    rank = max(array.ndim for array in arrays)
    return [
        array
        if array.ndim == rank
        else array.reshape(array.shape[0], *[1] * (rank - array.ndim), *array.shape[1:])
        for array in arrays
    ]
