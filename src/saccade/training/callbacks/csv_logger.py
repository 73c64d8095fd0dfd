"""CSVLogger: a line an epoch in a file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from saccade.training.callbacks.callback import Callback


class CSVLogger(Callback):
    """Writes the logs of every epoch to a file of comma-separated values.

    The columns are "epoch", from 0, and the logs of the first epoch in alphabetical order; where
    these have none of validation, as before the first `validation_freq`, a "val_" one for each.
    A value that is missing is "NA".

    Args:
        filename: the file.
        separator: what stands between two values.
        append: go on in a file that is there; its header is not written again.

    Source: `keras.callbacks.CSVLogger`.
    """

    def __init__(
        self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False
    ):
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep, self.append = separator, append
        self.keys: list[str] | None = None
        self.append_header = True

    def on_train_begin(self, logs: dict | None = None) -> None:
        path = Path(self.filename)
        self.append_header = not (self.append and path.exists() and path.stat().st_size)
        self._open("a" if self.append else "w").close()  # a path that can't be fails here
        self.keys = None

    def _open(self, mode: str) -> IO[str]:
        return open(self.filename, mode, newline="", encoding="utf-8")

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs = logs or {}
        with self._open("a") as file:  # closed again, however the training may end
            writer = csv.writer(file, delimiter=self.sep)
            if self.keys is None:
                self.keys = sorted(logs)
                if not any(key.startswith("val_") for key in self.keys):
                    self.keys += [f"val_{key}" for key in self.keys]
                if self.append_header:
                    writer.writerow(["epoch", *self.keys])
            writer.writerow([epoch, *(_cell(logs.get(key, "NA")) for key in self.keys)])

    def state(self) -> Any:
        """The file so far: a run that goes on writes neither an epoch twice nor one too few."""
        path = Path(self.filename)
        text = path.read_bytes().decode("utf-8") if path.exists() else ""
        return {"keys": self.keys, "text": text}

    def restore(self, state: Any) -> None:
        with self._open("w") as file:
            file.write(state["text"])
        self.keys = state["keys"]
        self.append_header = not state["text"]


def _cell(value: Any) -> Any:
    if isinstance(value, str) or not isinstance(value, Iterable) or not getattr(value, "ndim", 1):
        return value
    return f'"[{", ".join(map(str, value))}]"'
