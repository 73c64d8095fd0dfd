"""Timed training: a rate that rises and falls with the time, and an end when it is over."""

from __future__ import annotations

import math
import time
from typing import Any

from saccade.recipe.training.learning_rates import WARM_UP
from saccade.training.callbacks.callback import Callback


def rate_at(share: float, greatest: float) -> float:
    """The learning rate after a share of the time: it rises from a twentieth in the first tenth,
    then falls to nothing as a cosine."""
    if share < WARM_UP:
        return greatest * (0.05 + 0.95 * share / WARM_UP)
    fallen = min(1.0, (share - WARM_UP) / (1 - WARM_UP))
    return greatest * 0.5 * (1 + math.cos(math.pi * fallen))


class TimedTraining(Callback):
    """Ends a training after so many seconds, in the middle of an epoch too.

    Args:
        seconds: for the training, the validation of its epochs included.
        greatest: learning rate; None leaves the rate alone.
    """

    def __init__(self, seconds: float, greatest: float | None = None):
        super().__init__()
        self.seconds, self.greatest = max(seconds, 1e-3), greatest
        self._begun_s = time.monotonic()
        self._spent_before_s = 0.0

    def most_epochs(self, epoch_s: float) -> int:
        """Epochs that may fit, by what one is thought to take: half as many again."""
        return max(1, round(1.5 * self.seconds / epoch_s))

    @property
    def share(self) -> float:
        """Of the time that is spent, 0 to 1 or a little more."""
        return (time.monotonic() - self._begun_s + self._spent_before_s) / self.seconds

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._begun_s = time.monotonic()

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        if self.greatest is not None:
            self.model.optimizer.learning_rate = rate_at(self.share, self.greatest)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self.share >= 1:
            self.model.stop_training = True

    def state(self) -> Any:
        return {"share": self.share}

    def restore(self, state: Any) -> None:
        """Go on from the same place in the schedule."""
        self._spent_before_s = state["share"] * self.seconds
        self._begun_s = time.monotonic()
