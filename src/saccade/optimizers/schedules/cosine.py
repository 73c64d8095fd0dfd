"""CosineDecay: half a cosine down, after a straight line up when asked."""

from __future__ import annotations

import math
from typing import Any

from saccade.notes import note_once
from saccade.optimizers.schedules.learning_rate import LearningRate
from saccade.optimizers.schedules.schedule import LearningRateSchedule, check_steps


class CosineDecay(LearningRateSchedule):
    """Down along half a cosine, after a warm-up when `warmup_target` is given.

    The law::

        no warm-up:  top = initial_learning_rate,  s = step
        warm-up:     top = warmup_target,          s = step - warmup_steps;   while s < 0
            rate(step) = initial_learning_rate
                         + (warmup_target - initial_learning_rate) * step / warmup_steps
        p = min(s, decay_steps) / decay_steps
        rate(step) = top * ((1 - alpha) * (1 + cos(pi * p)) / 2 + alpha)

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: above 0; how long the way down is, the warm-up not counted.
        alpha: the last rate, as a part of the top.
        name: kept for files.
        warmup_target: the rate at the end of the warm-up; None for no warm-up.
        warmup_steps: how long the warm-up is.

    Returns:
        When called with the number of a step: the rate, a number.

    Raises:
        InvalidArgument: decay_steps is not above 0.

    Example::

        rate = CosineDecay(0.0, decay_steps=1000, warmup_target=0.1, warmup_steps=100)
        rate(50), rate(100), rate(600), rate(1100)  # 0.05, 0.1, 0.05, 0.0

    Source: Loshchilov and Hutter (2016); Keras 3.
    """

    keras_module = "keras.optimizers.schedules"

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps
        check_steps(self, decay_steps=decay_steps)
        if warmup_steps and warmup_target is None:
            note_once("CosineDecay(warmup_steps=) has no effect without warmup_target.")

    def __call__(self, step: Any) -> LearningRate:
        s, top = float(step), self.initial_learning_rate
        if self.warmup_target is not None:
            if s < self.warmup_steps:
                rise = self.warmup_target - top
                return LearningRate(top + rise * s / self.warmup_steps)
            s, top = s - self.warmup_steps, self.warmup_target
        p = min(s, self.decay_steps) / self.decay_steps
        height = 0.5 * (1.0 + math.cos(math.pi * p))
        return LearningRate(top * ((1.0 - self.alpha) * height + self.alpha))

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }
