"""The learning rate and the count of steps as code written for Keras reads them."""

from __future__ import annotations

from typing import Any

import numpy as np

from saccade.errors import StateError


class RateIsScheduled(StateError, TypeError):
    """A learning rate was assigned to an optimizer that follows a schedule (TypeError in Keras)."""


class LearningRate(float):
    """A number with Keras's `numpy()`, `value` and `assign()`.

    Args:
        value: the rate.
        owner: the optimizer that `assign()` writes to.
    """

    _owner: Any

    def __new__(cls, value: float, owner: Any = None):
        self = super().__new__(cls, value)
        self._owner = owner
        return self

    def numpy(self) -> np.float32:
        return np.float32(self)

    @property
    def value(self) -> LearningRate:
        return self

    def assign(self, value: Any) -> LearningRate:
        """Give the optimizer that this rate was read from another one, which is returned."""
        if self._owner is None:
            raise StateError("learning rate", "must be read from an optimizer to be assigned")
        self._owner.learning_rate = value
        return self._owner.learning_rate

    def assign_add(self, value: Any) -> LearningRate:
        """Add to the rate as it is now."""
        return self.assign(float(self._now()) + float(value))

    def assign_sub(self, value: Any) -> LearningRate:
        """Take from the rate as it is now."""
        return self.assign(float(self._now()) - float(value))

    def _now(self) -> LearningRate:
        return self if self._owner is None else self._owner.learning_rate

    def __reduce__(self):  # a copied or pickled number leaves its optimizer behind
        return LearningRate, (float(self),)


class StepCount(int):
    """A number of steps with Keras's `numpy()`, `value` and `assign()`.

    Args:
        value: the steps.
        owner: the optimizer that `assign()` writes to.
    """

    _owner: Any

    def __new__(cls, value: int, owner: Any = None):
        self = super().__new__(cls, value)
        self._owner = owner
        return self

    def assign(self, value: Any) -> StepCount:
        """Give the optimizer that this count was read from another one, which is returned."""
        if self._owner is None:
            raise StateError("iterations", "must be read from an optimizer to be assigned")
        self._owner.iterations = int(value)
        return StepCount(self._owner.iterations, self._owner)

    def assign_add(self, value: Any) -> StepCount:
        """Add to the count as it is now."""
        return self.assign((self if self._owner is None else self._owner.iterations) + int(value))

    def assign_sub(self, value: Any) -> StepCount:
        """Take from the count as it is now."""
        return self.assign((self if self._owner is None else self._owner.iterations) - int(value))

    def numpy(self) -> np.int32:
        return np.int32(self)

    @property
    def value(self) -> StepCount:
        return self

    def __reduce__(self):
        return StepCount, (int(self),)
