"""RateHolder: the part of an optimizer that knows its learning rate and its count of steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from saccade.errors import InvalidArgument
from saccade.notes import note_old_word
from saccade.numerics.tensors.conversion import torch_dtype
from saccade.optimizers import schedules
from saccade.optimizers.schedules.learning_rate import LearningRate, RateIsScheduled, StepCount
from saccade.user_names import UserNames
from saccade.variables import Variable

Rate = float | Callable[[], float] | schedules.LearningRateSchedule


class FollowedRate:
    """A variable of the user's as a learning rate: what it holds at each step, as in tf.keras 2."""

    def __init__(self, variable: Variable):
        self.variable = variable

    def __call__(self) -> float:
        return float(self.variable.detach())


class RateHolder(UserNames):
    """The learning rate, whichever way it was given, and the count of iterations."""

    where: str
    decay: float
    gradient_accumulation_steps: int | None
    _calls: int  # of `step`; several make one iteration where gradients are gathered
    _learning_rate: Any

    @property
    def learning_rate(self) -> LearningRate:
        """The rate now; assign a number, a schedule, a function or a variable to it."""
        given = self._learning_rate
        return LearningRate(self._rate_given() if callable(given) else given, self)

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if isinstance(value, Variable):
            self._learning_rate = FollowedRate(value)
            return
        if callable(value):
            self._learning_rate = value
            return
        if isinstance(getattr(self, "_learning_rate", None), schedules.LearningRateSchedule):
            raise RateIsScheduled(
                self.where,
                "learning_rate can't be assigned: it follows a schedule",
                repr(value),
                "Make the optimizer with a number, or assign another schedule.",
            )
        if isinstance(value, int):
            note_old_word(
                f"{self.where}: learning_rate={value} is an integer, which Keras 3 refuses: "
                "read as a float.",
                key="integer learning rate",
            )
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not (math.isfinite(number) and number >= 0):
            raise InvalidArgument(
                self.where, "learning_rate must be a number, 0 or above", repr(value)
            )
        followed = getattr(self, "_learning_rate", None)
        if isinstance(followed, FollowedRate):
            followed.variable.assign(number)
        else:
            self._learning_rate = number

    @property
    def lr(self) -> LearningRate:
        """The learning rate's name until Keras 2."""
        self._note_lr()
        return self.learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        self._note_lr()
        self.learning_rate = value

    def _note_lr(self) -> None:
        note_old_word(
            f"{self.where}.lr is the old name of learning_rate; it is used as such.",
            key="optimizer.lr",
        )

    def _decayed_lr(self, var_dtype: Any) -> torch.Tensor:
        """The rate of the next step as a tensor, which scripts of tf.keras 2 follow as a metric."""
        return torch.tensor(self.current_rate(), dtype=torch_dtype(var_dtype))

    def current_rate(self) -> float:
        """The learning rate of the next step."""
        given = self._learning_rate
        rate = self._rate_given() if callable(given) else given
        return rate / (1.0 + self.decay * self._iterations) if self.decay else rate

    def _rate_given(self) -> float:
        given = self._learning_rate
        if isinstance(given, schedules.LearningRateSchedule):
            return float(given(self._calls))
        return float(given())

    @property
    def _iterations(self) -> int:
        return self._calls // (self.gradient_accumulation_steps or 1)

    @property
    def iterations(self) -> StepCount:
        """How often the weights were moved."""
        return StepCount(self._iterations, self)

    @iterations.setter
    def iterations(self, value: int) -> None:
        self._calls = int(value) * (self.gradient_accumulation_steps or 1)

    def _rate_config(self) -> Any:
        rate = self._learning_rate
        if isinstance(rate, schedules.LearningRateSchedule):
            return schedules.serialize(rate)
        if isinstance(rate, FollowedRate):
            rate = rate()
        return rate if callable(rate) else float(np.float32(rate))
