"""Layers that make one array of several."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import ShapeError
from saccade.graph import Shape
from saccade.layers.layer import Layer


class _Merge(Layer):
    """What the elementwise merges share: shapes broadcast, missing axes come after the batch."""

    casts_integers = True

    def build(self, input_shape: Any) -> None:
        self.compute_output_shape(input_shape)

    def call(self, inputs: list[torch.Tensor]) -> torch.Tensor:
        return self._merge(_same_rank(list(inputs)))

    def _merge(self, arrays: list[torch.Tensor]) -> torch.Tensor:
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Any) -> Shape:
        if not isinstance(input_shape, list) or len(input_shape) < 2:
            raise ShapeError(
                self.where, "input must be a list of at least two arrays", str(input_shape)
            )
        merged = tuple(input_shape[0])
        for shape in input_shape[1:]:
            merged = self._broadcast(merged, tuple(shape))
        return merged

    def _broadcast(self, a: Shape, b: Shape) -> Shape:
        rank = max(len(a), len(b))
        a = (a[0], *[1] * (rank - len(a)), *a[1:])
        b = (b[0], *[1] * (rank - len(b)), *b[1:])
        sizes = []
        for m, n in zip(a, b, strict=True):
            if m == n or n == 1 or m is None:
                sizes.append(m if m is not None or n in (1, None) else n)
            elif m == 1 or n is None:
                sizes.append(n if n is not None else m)
            else:
                raise ShapeError(self.where, "the shapes must fit together", f"{a} and {b}")
        return tuple(sizes)


class Add(_Merge):
    """The sum of the inputs. Source: `keras.layers.Add`."""

    keras_module = "keras.layers"

    def _merge(self, arrays: list[torch.Tensor]) -> torch.Tensor:
        total = arrays[0]
        for array in arrays[1:]:
            total = total + array
        return total


class Subtract(_Merge):
    """The first input minus the second. Source: `keras.layers.Subtract`."""

    keras_module = "keras.layers"

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        if len(input_shape) != 2:
            raise ShapeError(self.where, "input must be a list of two arrays", len(input_shape))

    def _merge(self, arrays: list[torch.Tensor]) -> torch.Tensor:
        return arrays[0] - arrays[1]


class Multiply(_Merge):
    """The product of the inputs. Source: `keras.layers.Multiply`."""

    keras_module = "keras.layers"

    def _merge(self, arrays: list[torch.Tensor]) -> torch.Tensor:
        product = arrays[0]
        for array in arrays[1:]:
            product = product * array
        return product


class Average(_Merge):
    """The mean of the inputs. Source: `keras.layers.Average`."""

    keras_module = "keras.layers"

    def _merge(self, arrays: list[torch.Tensor]) -> torch.Tensor:
        total = arrays[0]
        for array in arrays[1:]:
            total = total + array
        return total / len(arrays)


class Maximum(_Merge):
    """The largest of the inputs. Source: `keras.layers.Maximum`."""

    keras_module = "keras.layers"

    def _merge(self, arrays: list[torch.Tensor]) -> torch.Tensor:
        largest = arrays[0]
        for array in arrays[1:]:
            largest = torch.maximum(largest, array)
        return largest


class Minimum(_Merge):
    """The smallest of the inputs. Source: `keras.layers.Minimum`."""

    keras_module = "keras.layers"

    def _merge(self, arrays: list[torch.Tensor]) -> torch.Tensor:
        smallest = arrays[0]
        for array in arrays[1:]:
            smallest = torch.minimum(smallest, array)
        return smallest


class Concatenate(Layer):
    """The inputs one after another along `axis`.

    Args:
        axis: counted with the batch; -1 is the channels.

    Source: `keras.layers.Concatenate`.
    """

    keras_module = "keras.layers"
    casts_integers = True

    def __init__(self, axis: int = -1, **placement: Any):
        super().__init__(**placement)
        self.axis = axis

    def build(self, input_shape: Any) -> None:
        self.compute_output_shape(input_shape)

    def call(self, inputs: list[torch.Tensor]) -> torch.Tensor:
        return torch.cat(list(inputs), dim=self.axis)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        if not isinstance(input_shape, list) or not input_shape:
            raise ShapeError(self.where, "input must be a list of arrays", str(input_shape))
        rank = len(input_shape[0])
        axis = self.axis % rank
        for shape in input_shape:
            rest = [
                (m, n)
                for place, (m, n) in enumerate(zip(shape, input_shape[0], strict=False))
                if place != axis and None not in (m, n) and m != n
            ]
            if len(shape) != rank or rest:
                raise ShapeError(
                    self.where,
                    f"the shapes must be equal but for axis {self.axis}",
                    ", ".join(str(tuple(one)) for one in input_shape),
                )
        sizes = [shape[axis] for shape in input_shape]
        joined = None if None in sizes else sum(sizes)
        first = input_shape[0]
        return (*first[:axis], joined, *first[axis + 1 :])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


def _same_rank(arrays: list[torch.Tensor]) -> list[torch.Tensor]:
    rank = max(array.ndim for array in arrays)
    return [
        array.reshape(array.shape[0], *[1] * (rank - array.ndim), *array.shape[1:])
        if array.ndim < rank
        else array
        for array in arrays
    ]
