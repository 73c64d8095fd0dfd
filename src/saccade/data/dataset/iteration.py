"""Iteration: what a `for` loop asks for elements, with tf.data's methods beside Python's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from saccade.data.dataset.prefetch import close
from saccade.errors import SaccadeError


class Iteration(Iterator[Any]):
    """The elements of one visit.

    Args:
        items: the elements.
        ended: the error of `get_next` where there are no more.
    """

    def __init__(self, items: Iterator[Any], ended: type[SaccadeError]):
        self.items, self.ended = items, ended

    def __next__(self) -> Any:
        return next(self.items)

    def next(self) -> Any:
        """The next element; StopIteration where there is none."""
        return next(self.items)

    def get_next(self, name: str | None = None) -> Any:
        """The next element; tf.data's own error where there is none."""
        for element in self.items:
            return element
        raise self.ended("Dataset", "has no more elements")

    def close(self) -> None:
        """End the work of its threads."""
        close(self.items)
