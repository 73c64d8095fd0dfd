"""ReduceLROnPlateau: a smaller learning rate when a number no longer improves."""

from __future__ import annotations

from typing import Any

import numpy as np

from saccade.errors import InvalidArgument
from saccade.old_arguments import takes_old_word
from saccade.training.callbacks.monitor import Monitor


class ReduceLROnPlateau(Monitor):
    """Multiplies the learning rate by `factor` after `patience` epochs without improvement.

    lr = max(lr * factor, min_lr). The logs get "learning_rate", the one of the epoch that ended.

    Args:
        monitor: the name of a log.
        factor: below 1.
        patience: epochs to wait for an improvement.
        verbose: 1 prints each change.
        mode: "min", "max" or "auto", which goes by the metric.
        min_delta: how much a change must be to count.
        cooldown: epochs after a change in which nothing is counted.
        min_lr: the lowest learning rate.

    Raises:
        InvalidArgument: a factor of 1 or more; an optimizer whose rate follows a schedule.

    Source: `keras.callbacks.ReduceLROnPlateau`.
    """

    @takes_old_word("epsilon", "min_delta")
    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1.0:
            raise InvalidArgument("ReduceLROnPlateau", "factor must be below 1", repr(factor))
        self.factor, self.min_lr = factor, min_lr
        self.patience, self.cooldown = patience, cooldown
        self.verbose = verbose
        self._forget()

    def _forget(self) -> None:
        self.best = None
        self.wait = 0
        self.cooldown_counter = 0

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._forget()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.find_direction()
        logs = {} if logs is None else logs
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        value = self.read(logs)
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.improves(value, self.best):
            self.best, self.wait = value, 0
            return
        if self.in_cooldown():
            return
        self.wait += 1
        if self.wait >= self.patience and self._reduce(epoch):
            self.cooldown_counter, self.wait = self.cooldown, 0

    def in_cooldown(self) -> bool:
        return self.cooldown_counter > 0

    def _reduce(self, epoch: int) -> bool:
        rate = float(self.model.optimizer.learning_rate)
        if rate <= np.float32(self.min_lr):  # as close as a float32 comes to it
            return False
        rate = max(rate * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = rate
        if self.verbose:
            print(  # noqa: T201
                f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}."
            )
        return True

    def state(self) -> Any:
        return {"best": self.best, "wait": self.wait, "cooldown_counter": self.cooldown_counter}

    def restore(self, state: Any) -> None:
        for name, value in state.items():
            setattr(self, name, value)
