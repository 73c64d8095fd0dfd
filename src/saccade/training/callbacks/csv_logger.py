"""CSVLogger: a line an epoch in a file."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from saccade.disk.drafts import remove_drafts
from saccade.disk.growing_file import append_whole, end_in_line, start_anew
from saccade.disk.regular_file import read_text
from saccade.disk.whole_file import write_whole
from saccade.training.callbacks.callback import Callback
from saccade.training.callbacks.unwritten import Unwritten


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
        self._unwritten = Unwritten("CSVLogger", "lines")

    def on_train_begin(self, logs: dict | None = None) -> None:
        path = Path(self.filename)
        remove_drafts(path)  # the run before may have been killed while it wrote
        self.append_header = not (self.append and path.exists() and path.stat().st_size)
        # A path that can't be written fails here, before anything is trained.
        if self.append_header:
            start_anew("CSVLogger", path)
        else:
            append_whole("CSVLogger", path, b"")
            end_in_line(path)
        self._unwritten.begin()
        self.keys = None

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs = logs or {}
        lines = io.StringIO(newline="")
        writer = csv.writer(lines, delimiter=self.sep)
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys += [f"val_{key}" for key in self.keys]
        if self.append_header:
            writer.writerow(["epoch", *self.keys])
        writer.writerow([epoch, *(_cell(logs.get(key, "NA")) for key in self.keys)])
        with self._unwritten.attempt():
            append_whole("CSVLogger", self.filename, lines.getvalue().encode())
            self.append_header = False

    def on_train_end(self, logs: dict | None = None) -> None:
        self._unwritten.tell()

    def state(self) -> Any:
        """The file so far: a run that goes on writes neither an epoch twice nor one too few."""
        path = Path(self.filename)
        text = read_text(path) if path.is_file() else ""
        return {"keys": self.keys, "text": text}

    def restore(self, state: Any) -> None:
        write_whole("CSVLogger", self.filename, state["text"])
        self.keys = state["keys"]
        self.append_header = not state["text"]


def _cell(value: Any) -> Any:
    if isinstance(value, str) or not isinstance(value, Iterable) or not getattr(value, "ndim", 1):
        return value
    return f'"[{", ".join(map(str, value))}]"'
