"""Stages that read no other one: elements in memory, a generator, numbers; files by pattern."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np
import torch

from saccade.data.dataset.elements import as_element, map_element
from saccade.data.dataset.stage import INFINITE, UNKNOWN, Stage, Visit, drop
from saccade.errors import DataError, InvalidArgument, NoSuchFile, ShapeError
from saccade.notes import note_once


class Listed(Stage):
    """Elements that are in memory."""

    shares = True

    def __init__(self, elements: list[Any]):
        super().__init__()
        self.elements = elements

    def length(self) -> int:
        return len(self.elements)

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return iter(self.elements[start:])


class Generated(Stage):
    """What a function gives that is called anew in every visit.

    Args:
        function: gives something to iterate over.
        kinds: the dtypes of an element's parts, in its nest; None takes them as they come.
    """

    def __init__(self, function: Callable[[], Any], kinds: Any):
        super().__init__()
        self.function, self.kinds = function, kinds

    def length(self) -> int:
        return UNKNOWN

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return drop(self._elements(), start)

    def _values(self) -> Iterator[Any]:
        try:
            yield from self.function()
        except Exception as fault:
            fault.ends_source = True  # type: ignore[attr-defined]  # nothing comes after it
            raise

    def _elements(self) -> Iterator[Any]:
        for value in self._values():
            if self.kinds is None:
                yield as_element(value)
                continue
            if isinstance(self.kinds, (tuple, list)) and isinstance(value, (tuple, list)):
                value = tuple(value)
                if len(value) != len(self.kinds):
                    needed = f"elements must have {len(self.kinds)} parts, as output_signature"
                    raise ShapeError("Dataset.from_generator", needed, len(value))
            yield map_element(_of_kind, as_nest(self.kinds), value)


class Counter(Stage):
    """start, start + step, ... for ever."""

    def __init__(self, first: int, step: int, kind: torch.dtype):
        super().__init__()
        self.first, self.step, self.kind = first, step, kind

    def length(self) -> int:
        return INFINITE

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        numbers = count(self.first + start * self.step, self.step)
        return (torch.tensor(number, dtype=self.kind) for number in numbers)


class RandomNumbers(Stage):
    """Integers below 2**32 for ever, of NumPy's stream."""

    def __init__(self, seed: int):
        super().__init__()
        self.seed = seed

    def length(self) -> int:
        return INFINITE

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        chance = np.random.default_rng(self.seed)
        return drop((torch.tensor(int(chance.integers(2**32))) for _ in count()), start)


def as_nest(value: Any) -> Any:
    """A list, as users write structures, as the tuple that elements have."""
    return tuple(value) if isinstance(value, list) else value


def _of_kind(kind: Any, value: Any) -> Any:
    made = as_element(tuple_free(value))
    wanted = torch_dtype(kind)
    if not torch.is_tensor(made) or wanted is None or made.dtype is wanted:
        return made
    taken = made.to(wanted)
    if not wanted.is_floating_point and not wanted.is_complex and wanted is not torch.bool:
        _check_kept(made, taken, own=not hasattr(value, "__array__"))
    return taken


def _check_kept(made: torch.Tensor, taken: torch.Tensor, own: bool) -> None:
    """Raise for numbers that an integer dtype cannot hold; arrays with fractions are only noted.

    Args:
        own: whether it was a number of Python's, whose fractions TensorFlow refuses.
    """
    kept = made.trunc() if made.is_floating_point() else made
    if not torch.equal(taken.to(kept.dtype), kept):
        needed = f"numbers must fit the dtype that was declared, {taken.dtype}"
        got = f"{made.min().item()} to {made.max().item()}"
        raise DataError("Dataset.from_generator", needed, got, "Declare a wider dtype.")
    if kept is made or torch.equal(kept, made):
        return
    if own:
        needed = f"numbers must be whole for the dtype that was declared, {taken.dtype}"
        raise DataError("Dataset.from_generator", needed, made.tolist(), "Declare tf.float32.")
    note_once(
        "Dataset.from_generator: arrays with fractions are cut to whole numbers, as their "
        f"declared dtype says ({taken.dtype}), and as TensorFlow does.",
        key="from_generator cuts fractions",
    )


def tuple_free(value: Any) -> Any:
    """A tuple where one tensor is promised is that tensor's rows."""
    return list(value) if isinstance(value, tuple) else value


def torch_dtype(kind: Any) -> torch.dtype | None:
    """torch's dtype for torch's, NumPy's, TensorFlow's or a name; None for strings."""
    if isinstance(kind, torch.dtype) or kind is None:
        return kind
    name = getattr(kind, "name", None) or (kind if isinstance(kind, str) else np.dtype(kind).name)
    found = None if name in ("string", "object") else getattr(torch, name, None)
    if name in ("string", "object") or kind in (str, bytes):
        return None
    if not isinstance(found, torch.dtype):
        raise InvalidArgument("Dataset.from_generator", "needs a dtype", repr(kind))
    return found


def matching_files(patterns: Any) -> list[str]:
    """The files that match one or several patterns, sorted.

    Raises:
        NoSuchFile: none does.
    """
    one = isinstance(patterns, (str, bytes, os.PathLike))
    globs = [os.fsdecode(pattern) for pattern in ([patterns] if one else patterns)]
    found = sorted({path for each in globs for path in glob.glob(each)})
    if not found:
        raise NoSuchFile("Dataset.list_files", "a file must match", ", ".join(map(repr, globs)))
    return found
