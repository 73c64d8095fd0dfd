"""ExponentialDecay: the same factor in every so many steps."""

from __future__ import annotations

import math
from typing import Any

from saccade.optimizers.schedules.learning_rate import LearningRate
from saccade.optimizers.schedules.schedule import LearningRateSchedule, check_steps


class ExponentialDecay(LearningRateSchedule):
    """The rate is multiplied by `decay_rate` in every `decay_steps` steps.

    The law::

        rate(step) = initial_learning_rate * decay_rate ** (step / decay_steps)

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: above 0.
        decay_rate: the factor.
        staircase: round step / decay_steps down, so that the rate falls in stairs.
        name: kept for files.

    Returns:
        When called with the number of a step: the rate, a number.

    Raises:
        InvalidArgument: decay_steps is not above 0.

    Example::

        ExponentialDecay(0.1, decay_steps=100, decay_rate=0.5)(200)  # 0.025

    Source: Keras 3.
    """

    keras_module = "keras.optimizers.schedules"

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name
        check_steps(self, decay_steps=decay_steps)

    def __call__(self, step: Any) -> LearningRate:
        done = float(step) / self.decay_steps
        if self.staircase:
            done = math.floor(done)
        return LearningRate(self.initial_learning_rate * self.decay_rate**done)

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }
