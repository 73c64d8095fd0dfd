"""PiecewiseConstantDecay: a table of rates."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from typing import Any

from saccade.errors import InvalidArgument
from saccade.optimizers.schedules.learning_rate import LearningRate
from saccade.optimizers.schedules.schedule import LearningRateSchedule


class PiecewiseConstantDecay(LearningRateSchedule):
    """One rate up to and with the first boundary, the next up to the second, and so on.

    The law::

        rate(step) = values[number of boundaries below step]

    Args:
        boundaries: numbers of steps, rising.
        values: rates, one more than boundaries.
        name: kept for files.

    Returns:
        When called with the number of a step: the rate, a number.

    Raises:
        InvalidArgument: the lengths do not fit, or the boundaries do not rise.

    Example::

        PiecewiseConstantDecay([100, 200], [0.1, 0.05, 0.01])(101)  # 0.05

    Source: Keras 3.
    """

    keras_module = "keras.optimizers.schedules"

    def __init__(
        self,
        boundaries: Sequence[float],
        values: Sequence[float],
        name: str = "PiecewiseConstant",
    ):
        where = type(self).__name__
        if len(boundaries) != len(values) - 1:
            raise InvalidArgument(
                where,
                "values must be one more than boundaries",
                f"{len(values)} values and {len(boundaries)} boundaries",
            )
        if any(one >= other for one, other in itertools.pairwise(boundaries)):
            raise InvalidArgument(where, "boundaries must rise", repr(boundaries))
        self.boundaries, self.values, self.name = boundaries, values, name

    def __call__(self, step: Any) -> LearningRate:
        return LearningRate(self.values[bisect.bisect_left(self.boundaries, float(step))])

    def get_config(self) -> dict[str, Any]:
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}
