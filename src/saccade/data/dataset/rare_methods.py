"""Rare: the methods of a dataset that few scripts use, and what is said about those left out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn, Self

import numpy as np
import torch

from saccade.data.dataset.elements import as_element
from saccade.data.dataset.joining_methods import Stitching
from saccade.data.dataset.source_stages import torch_dtype
from saccade.data.dataset.stateful_stages import (
    Counter,
    IgnoreErrors,
    RandomNumbers,
    Rebatch,
    Resample,
    Scan,
    Unique,
)
from saccade.errors import InvalidArgument
from saccade.names import NameNotHere, nearest

_LEFT_OUT = {
    "window": "Use batch(size), and skip() for a shift.",
    "save": "Use cache(filename).",
    "load": "Use cache(filename).",
    "snapshot": "Use cache(filename).",
    "bucket_by_sequence_length": "Use padded_batch, on elements that filter chose by length.",
    "group_by_window": "Use filter for each group, and batch.",
    "ragged_batch": "Use padded_batch.",
    "sparse_batch": "Use batch or padded_batch.",
    "fingerprint": "",
    "options": "Leave it out: options have no effect.",
}


def refuse_method(name: str, there: list[str], depth: int = 2) -> NoReturn:
    """Raise for a name that datasets do not have, with the line of who asks and the nearest."""
    if name.startswith("_"):  # Python and packages looking around
        raise AttributeError(f"'Dataset' object has no attribute {name!r}")
    frame = sys._getframe(depth)
    place = f"{os.path.basename(frame.f_code.co_filename)}, line {frame.f_lineno}: "
    guess = nearest(name, there)
    do = _LEFT_OUT.get(name) or (f"The nearest name that is: {guess}." if guess else "")
    raise NameNotHere(f"{place}Dataset.{name}", "is not in saccade", None, do)


class Refusing(type):
    """The class of `Dataset`: `Dataset.window` is told as that of an object is."""

    def __getattr__(cls, name: str) -> NoReturn:
        refuse_method(name, [one for one in dir(cls) if not one.startswith("_")])


class Rare(Stitching, metaclass=Refusing):
    """What `Dataset` inherits; `tf.data.Dataset` says what each method means."""

    def unique(self, name: Any = None) -> Self:
        """Every element that has not been before in the iteration."""
        return self._then(Unique(self.stage))

    def scan(
        self, initial_state: Any, scan_func: Callable[[Any, Any], Any], name: Any = None
    ) -> Self:
        """state, made = scan_func(state, element); what was made of each element."""
        return self._then(Scan(self.stage, as_element(initial_state), scan_func))

    def rebatch(self, batch_size: Any, drop_remainder: bool = False, name: Any = None) -> Self:
        """The rows in batches of another size; of several sizes, in turn."""
        sizes = [int(size) for size in np.reshape(batch_size, -1)]
        if not sizes or min(sizes) < 1:
            raise InvalidArgument("Dataset.rebatch", "sizes of 1 or above", repr(batch_size))
        return self._then(Rebatch(self.stage, sizes, bool(drop_remainder)))

    def ignore_errors(self, log_warning: bool = False, name: Any = None) -> Self:
        """The elements that could be made; those that raised are left out.

        Raises:
            InvalidArgument: the length is unknown, so there is no next one to go on with.
        """
        return self._then(IgnoreErrors(self.stage, bool(log_warning)))

    def rejection_resample(
        self,
        class_func: Callable[..., Any],
        target_dist: Any,
        initial_dist: Any = None,
        seed: int | None = None,
        name: Any = None,
    ) -> Self:
        """(class, element), some left out, so that the classes come in these shares.

        Args:
            class_func: the class of an element, or of the parts of a tuple.
            target_dist: the share of each class.
            initial_dist: the shares that there are; counted on the way when None.
            seed: of what is left out; NumPy's stream when None.
        """
        wanted = np.asarray(target_dist, float)
        given = None if initial_dist is None else np.asarray(initial_dist, float)
        return self._then(Resample(self.stage, class_func, wanted, given, seed))

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

    def __getattr__(self, name: str) -> NoReturn:
        refuse_method(name, [one for one in dir(type(self)) if not one.startswith("_")])
