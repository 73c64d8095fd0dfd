"""Joining: layers that put arrays side by side, or take their products along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import Shape
from saccade.layers.merging.elementwise import Merge, listed
from saccade.numerics.tensors.conversion import convert_to_tensor
from saccade.numerics.tensors.ops_formulas import dot_of_samples


class Concatenate(Merge):
    """The inputs one after another along `axis`.

    Args:
        axis: counted with the batch; -1 is the channels, 0 joins batches.

    Raises:
        ShapeError: shapes that differ elsewhere.

    Example:
        >>> Concatenate()([torch.ones(1, 2), torch.zeros(1, 1)])
        tensor([[1., 1., 0.]])

    Source: `keras.layers.Concatenate`.
    """

    keras_module = "keras.layers"
    casts_integers = False

    def __init__(self, axis: int = -1, **placement: Any):
        super().__init__(**placement)
        if not isinstance(axis, int) or isinstance(axis, bool):
            raise InvalidArgument(self.where, "axis must be an integer", repr(axis))
        self.axis = axis
        self._joins_batches = axis == 0

    def merge(self, arrays: list[torch.Tensor]) -> torch.Tensor:
        return torch.cat(arrays, dim=self.axis)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The masks joined as the inputs are; an input without one counts everywhere.

        Raises:
            ShapeError: inputs or masks that are no lists of one length.
        """
        masks = self._masks_of(inputs, mask)
        if masks is None or all(one is None for one in masks):
            return None
        given = [None if one is None else convert_to_tensor(one) for one in masks]
        device = next(one.device for one in given if one is not None)
        spread = []
        for array, one in zip(inputs, given, strict=True):
            shape = tuple(array.shape)  # of a symbol too
            one = torch.ones(shape, device=device) if one is None else one
            spread.append(one[..., None].expand(shape) if one.ndim < len(shape) else one)
        return torch.cat([one.bool() for one in spread], dim=self.axis).any(-1)

    def merged_shape(self, shapes: list[Shape]) -> Shape:
        first = shapes[0]
        if not -len(first) < self.axis < len(first):
            raise ShapeError(self.where, f"input must have an axis {self.axis}", listed(shapes))
        axis = self.axis % len(first)
        rests = [(*shape[:axis], *shape[axis + 1 :]) for shape in shapes]
        if len({len(shape) for shape in shapes}) > 1 or any(
            len(set(sizes) - {None}) > 1 for sizes in zip(*rests, strict=True)
        ):
            needed = f"the shapes must be equal but for axis {self.axis}"
            raise ShapeError(self.where, needed, listed(shapes))
        sizes = [shape[axis] for shape in shapes]
        joined = None if None in sizes else sum(size for size in sizes if size is not None)
        columns = zip(*rests, strict=True)
        known = [next((n for n in column if n is not None), None) for column in columns]
        return (*known[:axis], joined, *known[axis:])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


class Dot(Merge):
    """The sum of the products of two inputs along one axis of each.

    The law, for x (batch, i, k) and y (batch, k, j) with axes (2, 1)::

        z[b, i, j] = sum_k x[b, i, k] * y[b, k, j]

    Args:
        axes: one axis for both inputs, or one for each; not the batch's own.
        normalize: whether rows along the axes are divided by their length first, which makes the
            result the cosine of their angle.

    Raises:
        ShapeError: the sizes along the axes differ.

    Example:
        >>> Dot(axes=1)([torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]])])
        tensor([[11.]])

    Source: `keras.layers.Dot`.
    """

    keras_module = "keras.layers"
    casts_integers = False
    _count = 2

    def __init__(self, axes: int | tuple[int, int], normalize: bool = False, **placement: Any):
        super().__init__(**placement)
        pair = tuple(axes) if isinstance(axes, (list, tuple)) else (axes, axes)
        if len(pair) != 2 or any(not isinstance(a, int) or isinstance(a, bool) for a in pair):
            raise InvalidArgument(self.where, "axes must be an integer or two", repr(axes))
        if 0 in pair:
            raise InvalidArgument(self.where, "axes must not be 0, the batch's", repr(axes))
        self.axes = axes if isinstance(axes, int) else tuple(pair)
        self._pair = (pair[0], pair[1])
        self.normalize = bool(normalize)

    def merge(self, arrays: list[torch.Tensor]) -> torch.Tensor:
        x, y = arrays
        self.merged_shape([tuple(x.shape), tuple(y.shape)])
        a, b = (axis % one.ndim for axis, one in zip(self._pair, arrays, strict=True))
        if self.normalize:
            x, y = (one if one.is_floating_point() else one.to(self._computes_in) for one in (x, y))
            x = torch.nn.functional.normalize(x, dim=a, eps=1e-7)
            y = torch.nn.functional.normalize(y, dim=b, eps=1e-7)
        return dot_of_samples(x, y, a, b)

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """None: what is summed over has no place left."""

    def merged_shape(self, shapes: list[Shape]) -> Shape:
        for axis, shape in zip(self._pair, shapes, strict=True):
            if not -len(shape) < axis < len(shape):
                raise ShapeError(self.where, f"input must have an axis {axis}", listed(shapes))
        x, y = shapes
        a, b = (axis % len(shape) for axis, shape in zip(self._pair, shapes, strict=True))
        if None not in (x[a], y[b]) and x[a] != y[b]:
            needed = f"the sizes on axes {self._pair} must be equal"
            raise ShapeError(self.where, needed, listed(shapes))
        batch = x[0] if x[0] is not None else y[0]
        rest = (*x[1:a], *x[a + 1 :], *y[1:b], *y[b + 1 :])
        return (batch, *rest) if rest else (batch, 1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axes": self.axes, "normalize": self.normalize}


def concatenate(inputs: Sequence[Any], axis: int = -1, **placement: Any) -> Any:
    """`Concatenate(axis)` of the inputs."""
    return Concatenate(axis, **placement)(inputs)


def dot(
    inputs: Sequence[Any],
    axes: int | tuple[int, int] = -1,
    normalize: bool = False,
    **placement: Any,
) -> Any:
    """`Dot(axes, normalize)` of the inputs."""
    return Dot(axes, normalize, **placement)(inputs)
