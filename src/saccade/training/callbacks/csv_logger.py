"""CSVLogger: a line an epoch in a file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from saccade.training.callback import Callback


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
        self.csv_file: TextIO | None = None
        self.append_header = True

    def on_train_begin(self, logs: dict | None = None) -> None:
        path = Path(self.filename)
        self.append_header = not (self.append and path.exists() and path.stat().st_size)
        self._open("a" if self.append else "w")
        self.keys = None

    def _open(self, mode: str) -> None:
        self._close()
        self.csv_file = open(self.filename, mode, newline="", encoding="utf-8")  # noqa: SIM115

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        assert self.csv_file is not None, "on_train_begin opens the file"
        logs = logs or {}
        writer = csv.writer(self.csv_file, delimiter=self.sep)
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys += [f"val_{key}" for key in self.keys]
            if self.append_header:
                writer.writerow(["epoch", *self.keys])
        writer.writerow([epoch, *(_cell(logs.get(key, "NA")) for key in self.keys)])
        self.csv_file.flush()

    def on_train_end(self, logs: dict | None = None) -> None:
        self._close()

    def _close(self) -> None:
        if self.csv_file is not None:
            self.csv_file.close()
            self.csv_file = None

    def state(self) -> Any:
        """The file so far: a run that goes on writes neither an epoch twice nor one too few."""
        path = Path(self.filename)
        text = path.read_bytes().decode("utf-8") if path.exists() else ""
        return {"keys": self.keys, "text": text}

    def restore(self, state: Any) -> None:
        self._open("w")
        assert self.csv_file is not None
        self.csv_file.write(state["text"])
        self.csv_file.flush()
        self.keys = state["keys"]
        self.append_header = not state["text"]


def _cell(value: Any) -> Any:
    if isinstance(value, str) or not isinstance(value, Iterable) or not getattr(value, "ndim", 1):
        return value
    return f'"[{", ".join(map(str, value))}]"'
