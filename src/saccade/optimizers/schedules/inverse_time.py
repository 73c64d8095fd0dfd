"""InverseTimeDecay: the rate divided by a number that grows with the steps."""

from __future__ import annotations

import math
from typing import Any

from saccade.optimizers.schedules.learning_rate import LearningRate
from saccade.optimizers.schedules.schedule import LearningRateSchedule, check_steps


class InverseTimeDecay(LearningRateSchedule):
    """The rate falls as one over the time.

    The law::

        rate(step) = initial_learning_rate / (1 + decay_rate * step / decay_steps)

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: above 0.
        decay_rate: by how much the divisor grows in `decay_steps` steps.
        staircase: round step / decay_steps down, so that the rate falls in stairs.
        name: kept for files.

    Returns:
        When called with the number of a step: the rate, a number.

    Raises:
        InvalidArgument: decay_steps is not above 0.

    Example::

        InverseTimeDecay(0.1, decay_steps=100, decay_rate=1.0)(100)  # 0.05

    Source: Keras 3.
    """

    keras_module = "keras.optimizers.schedules"

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
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
        return LearningRate(self.initial_learning_rate / (1.0 + self.decay_rate * done))

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }
