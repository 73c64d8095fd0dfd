"""EarlyStopping: stop when a number no longer improves."""

from __future__ import annotations

from typing import Any

import torch

from saccade.training.callbacks.monitor import Monitor


class EarlyStopping(Monitor):
    """Stops training when `monitor` has not improved for `patience` epochs.

    Args:
        monitor: the name of a log.
        min_delta: how much a change must be to count.
        patience: epochs to wait for a change; 0 stops at the first epoch without one.
        verbose: 1 prints when it stops, and which epoch's weights come back.
        mode: "min", "max" or "auto", which goes by the metric.
        baseline: a value that must be beaten at all.
        restore_best_weights: end with the best epoch's weights, also when nothing stopped.
        start_from_epoch: epochs before watching starts.

    Source: `keras.callbacks.EarlyStopping`.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience, self.verbose = patience, verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._forget()

    def _forget(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best_epoch = 0
        self.best = None
        self.best_weights: list[torch.Tensor] | None = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._forget()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.find_direction()
        value = self.get_monitor_value(logs)
        if value is None:
            return
        if epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._keep(epoch)
        self.wait += 1
        if self.improves(value, self.best):
            self.best = value
            self._keep(epoch)
            if self.baseline is None or self.improves(value, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: dict | None = None) -> None:
        if self.stopped_epoch and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")  # noqa: T201
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose:
                print(  # noqa: T201
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            with torch.no_grad():
                for weight, best in zip(self.model.weights, self.best_weights, strict=True):
                    weight.copy_(best)

    def get_monitor_value(self, logs: dict | None) -> Any:
        """The number that is watched, out of an epoch's logs; a subclass may make it of several.

        Source: `keras.callbacks.EarlyStopping.get_monitor_value`.
        """
        return self.read(logs)

    def _keep(self, epoch: int) -> None:
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = [weight.detach().clone() for weight in self.model.weights]

    def state(self) -> Any:
        return {
            "wait": self.wait,
            "stopped_epoch": self.stopped_epoch,
            "best_epoch": self.best_epoch,
            "best": self.best,
            "best_weights": self.best_weights,
        }

    def restore(self, state: Any) -> None:
        for name, value in state.items():
            setattr(self, name, value)
