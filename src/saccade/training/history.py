"""History: what `fit` returns."""

from __future__ import annotations

from typing import Any

from saccade.training.callback import Callback


class History(Callback):
    """`history`: a list a log, one number an epoch; `epoch`: the epochs' numbers.

    Source: `keras.callbacks.History`.
    """

    def __init__(self):
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self

    def state(self) -> Any:
        return {"history": {k: list(v) for k, v in self.history.items()}, "epoch": [*self.epoch]}

    def restore(self, state: Any) -> None:
        self.history = {k: list(v) for k, v in state["history"].items()}
        self.epoch = list(state["epoch"])
