"""The methods of a dataset that begin one: from arrays, a generator, files, numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Self

import numpy as np
import torch

from saccade.data.dataset.element_stages import Slices, as_columns
from saccade.data.dataset.elements import as_element, map_element
from saccade.data.dataset.source_stages import (
    Counter,
    Generated,
    Listed,
    RandomNumbers,
    as_nest,
    matching_files,
    torch_dtype,
)
from saccade.data.dataset.stage import StageChain
from saccade.errors import InvalidArgument


class SourceMethods(StageChain):
    """What `Dataset` inherits; `tf.data.Dataset` says what each method means."""

    @classmethod
    def from_tensor_slices(cls, tensors: Any, name: Any = None) -> Self:
        """The rows of arrays; a tuple or dict of arrays gives tuples or dicts of rows.

        Raises:
            ShapeError: arrays of different lengths.
        """
        return cls._of(Slices(as_columns(tensors)))

    @classmethod
    def from_tensors(cls, tensors: Any, name: Any = None) -> Self:
        """One element: these tensors."""
        return cls._of(Listed([as_element(tensors)]))

    @classmethod
    def from_generator(
        cls,
        generator: Callable[..., Any],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Self:
        """What a function gives to iterate over; it is called anew in every iteration.

        Args:
            generator: a function, most often one with `yield`; not a generator that runs already.
            output_types: a dtype for each part of an element; as they come when None.
            output_shapes: not needed, and not compared.
            args: what the function is called with.
            output_signature: things with a `dtype` in place of output_types.
        """
        check_callable("from_generator", generator)
        kinds = output_types
        if output_signature is not None:
            kinds = map_element(lambda spec: spec.dtype, as_nest(output_signature))
        given = tuple(args or ())
        return cls._of(Generated(lambda: generator(*given), kinds))

    @classmethod
    def range(cls, *args: int, output_type: Any = None, name: str | None = None) -> Self:
        """The integers of Python's `range`, int64."""
        numbers = (check_whole("range", one, at_least=None) for one in args)
        kind = torch_dtype(output_type) or torch.int64
        return cls._of(Slices(torch.tensor([*range(*numbers)], dtype=kind)))

    @classmethod
    def list_files(
        cls,
        file_pattern: Any,
        shuffle: bool | None = None,
        seed: int | None = None,
        name: Any = None,
    ) -> Self:
        """The names of the files that match a pattern, or several: "photos/*/*.jpg".

        Args:
            shuffle: another order in every iteration, which None means too; False sorts them.
            seed: of the orders.

        Raises:
            NoSuchFile: no file matches.
        """
        files = matching_files(file_pattern)
        found = cls.from_tensor_slices(files)
        return found if shuffle is False else found.shuffle(len(files), seed)  # type: ignore[attr-defined]

    @classmethod
    def counter(cls, start: int = 0, step: int = 1, dtype: Any = None, name: Any = None) -> Self:
        """start, start + step, ... for ever; int64 when no dtype is given."""
        return cls._of(Counter(int(start), int(step), torch_dtype(dtype) or torch.int64))

    @classmethod
    def random(
        cls,
        seed: int | None = None,
        rerandomize_each_iteration: bool | None = None,
        name: Any = None,
    ) -> Self:
        """Integers below 2**32 for ever, int64, the same in every iteration; NumPy's stream."""
        if rerandomize_each_iteration:
            raise InvalidArgument(
                "Dataset.random", "rerandomize_each_iteration is False", "True",
                "Make a new dataset for other numbers.",
            )  # fmt: skip
        return cls._of(RandomNumbers(np.random.randint(2**31) if seed is None else int(seed)))


def check_whole(where: str, value: Any, at_least: int | None = 0) -> int:
    """The value as an integer; raise InvalidArgument for what is none, or too small."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or (at_least is not None and number < at_least):
        needed = "must be an integer" + ("" if at_least is None else f", {at_least} or above")
        raise InvalidArgument(f"Dataset.{where}", needed, repr(value))
    return number


def check_callable(where: str, function: Any) -> Callable[..., Any]:
    """The function; raise InvalidArgument for what can't be called."""
    if not callable(function):
        raise InvalidArgument(f"Dataset.{where}", "needs a function", type(function).__name__)
    return function
