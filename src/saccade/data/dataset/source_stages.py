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
from saccade.errors import InvalidArgument, NoSuchFile, ShapeError


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

    def _elements(self) -> Iterator[Any]:
        for value in self.function():
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
    return made.to(wanted) if torch.is_tensor(made) and wanted is not None else made


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
