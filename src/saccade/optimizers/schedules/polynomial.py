"""PolynomialDecay: from one rate to another along a power of the time left."""

from __future__ import annotations

import math
from typing import Any

from saccade.optimizers.schedules.learning_rate import LearningRate
from saccade.optimizers.schedules.schedule import LearningRateSchedule, check_steps


class PolynomialDecay(LearningRateSchedule):
    """From `initial_learning_rate` down to `end_learning_rate`, where it stays.

    The law::

        p = min(step, decay_steps) / decay_steps
        cycle:  p = step / (decay_steps * max(ceil(step / decay_steps), 1))
        rate(step) = (initial_learning_rate - end_learning_rate) * (1 - p) ** power
                     + end_learning_rate

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: above 0; when the end is reached.
        end_learning_rate: the rate from then on.
        power: 1 for a straight line.
        cycle: rise again after the end and come down along a longer way.
        name: kept for files.

    Returns:
        When called with the number of a step: the rate, a number.

    Raises:
        InvalidArgument: decay_steps is not above 0.

    Example::

        PolynomialDecay(0.1, decay_steps=100, end_learning_rate=0.0)(50)  # 0.05

    Source: Keras 3.
    """

    keras_module = "keras.optimizers.schedules"

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name
        check_steps(self, decay_steps=decay_steps)

    def __call__(self, step: Any) -> LearningRate:
        done = float(step) / self.decay_steps
        p = done / max(math.ceil(done), 1) if self.cycle else min(done, 1.0)
        height = self.initial_learning_rate - self.end_learning_rate
        return LearningRate(height * (1.0 - p) ** self.power + self.end_learning_rate)

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }
