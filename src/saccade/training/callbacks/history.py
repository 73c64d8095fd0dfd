"""History: what `fit` returns."""

from __future__ import annotations

from typing import Any

from saccade.training.callbacks.callback import Callback
from saccade.training.old_log_names import Logs


class History(Callback):
    """`history`: a list a log, one number an epoch; `epoch`: the epochs' numbers.

    Source: `keras.callbacks.History`.
    """

    def __init__(self):
        super().__init__()
        self.history: dict[str, list[Any]] = Logs()
        self.epoch: list[int] = []
        self._last: dict[str, Any] = {}
        self._lengths: dict[str, int] = {}

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.epoch.append(epoch)
        self.model.history = self
        self._lengths = {name: len(values) for name, values in self.history.items()}
        self._last = {} if logs is None else logs
        self._write()

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._write()

    def on_train_end(self, logs: dict | None = None) -> None:
        self._write()
        self._last = {}

    def _write(self) -> None:
        """The last epoch's row, again once the callbacks after this one have added to its logs.

        Keras hears last. This one hears first, so that what another callback saves has the row.
        """
        for name, value in self._last.items():
            values = self.history.setdefault(name, [])
            values[self._lengths.get(name, 0) :] = [value]

    def state(self) -> Any:
        self._write()
        return {"history": {k: list(v) for k, v in self.history.items()}, "epoch": [*self.epoch]}

    def restore(self, state: Any) -> None:
        self._last = {}
        self.history = Logs({k: list(v) for k, v in state["history"].items()})
        self.epoch = list(state["epoch"])
