"""CosineDecayRestarts: half a cosine down, again and again."""

from __future__ import annotations

import math
from typing import Any

from saccade.errors import InvalidArgument
from saccade.optimizers.schedules.learning_rate import LearningRate
from saccade.optimizers.schedules.schedule import LearningRateSchedule, check_steps

_NEARLY = 1e-9  # a step on the boundary belongs to the next period, however the logarithm rounds


class CosineDecayRestarts(LearningRateSchedule):
    """Down along half a cosine, then from the top again; each period may be longer and lower.

    The law, period i from 0 of `first_decay_steps * t_mul**i` steps, p the part of it done::

        rate(step) = initial_learning_rate
                     * ((1 - alpha) * m_mul**i * (1 + cos(pi * p)) / 2 + alpha)

    Periods that get shorter (t_mul < 1) come to an end together, first_decay_steps / (1 - t_mul)
    steps from the start; from there on the rate is initial_learning_rate * alpha.

    Args:
        initial_learning_rate: the rate of step 0.
        first_decay_steps: above 0; the length of the first period.
        t_mul: above 0; each period's length as a multiple of the last.
        m_mul: each period's top as a multiple of the last.
        alpha: the lowest rate, as a part of the first.
        name: kept for files.

    Returns:
        When called with the number of a step: the rate, a number.

    Raises:
        InvalidArgument: first_decay_steps or t_mul is not above 0.

    Example::

        CosineDecayRestarts(0.1, first_decay_steps=100)(100)  # 0.1, the second start

    Source: Loshchilov and Hutter (2016); Keras 3.
    """

    keras_module = "keras.optimizers.schedules"

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name
        check_steps(self, first_decay_steps=first_decay_steps)
        if not t_mul > 0:
            raise InvalidArgument(type(self).__name__, "t_mul must be above 0", repr(t_mul))

    def __call__(self, step: Any) -> LearningRate:
        i, p = self._place(float(step) / self.first_decay_steps)
        height = self.m_mul**i * 0.5 * (1.0 + math.cos(math.pi * p))
        return LearningRate(self.initial_learning_rate * ((1.0 - self.alpha) * height + self.alpha))

    def _place(self, done: float) -> tuple[int, float]:
        """The period and the part of it done, from the time in lengths of the first period."""
        if self.t_mul == 1.0:
            i = math.floor(done + _NEARLY)
            return i, max(done - i, 0.0)
        length = 1.0 - done * (1.0 - self.t_mul)  # of the period, were its start at `done`
        if length <= _NEARLY:
            return 0, 1.0
        i = math.floor(math.log(length) / math.log(self.t_mul) + _NEARLY)
        start = (1.0 - self.t_mul**i) / (1.0 - self.t_mul)
        return i, min(max((done - start) / self.t_mul**i, 0.0), 1.0)

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self.t_mul,
            "m_mul": self.m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }
