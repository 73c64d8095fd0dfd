"""Progress: what `fit`, `evaluate` and `predict` print, in Keras's words.

In a terminal or a notebook the line of an epoch is drawn again as it goes. Anywhere else (a pipe,
a log file) only the finished line is written, without control characters.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from saccade.printing import put
from saccade.training.callbacks.callback import Callback

BAR_WIDTH = 20
REDRAW_S = 0.1


class Progress(Callback):
    """Prints one line an epoch.

    `verbose` 1 draws a bar, 2 one plain line an epoch; the loop does not add it for 0.
    """

    def __init__(self, verbose: int):
        super().__init__()
        self.verbose = verbose
        self.target: int | None = None
        self._training = False
        self._live = False
        self._drawn = 0

    def set_params(self, params: dict[str, Any]) -> None:
        super().set_params(params)
        self.target = params.get("steps")

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._training = True
        self._start()  # a resumed run may go on in the middle of an epoch

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        if self.params.get("epochs", 1) > 1:
            put(f"Epoch {epoch + 1}/{self.params['epochs']}\n")
        self._start()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self._advance(batch, logs)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self._finish(logs)

    def on_test_begin(self, logs: dict | None = None) -> None:
        if not self._training:
            self._start()

    def on_test_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if not self._training:
            self._advance(batch, logs)

    def on_test_end(self, logs: dict | None = None) -> None:
        if not self._training:
            self._finish(logs)

    def on_predict_begin(self, logs: dict | None = None) -> None:
        self._start()

    def on_predict_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self._advance(batch, None)

    def on_predict_end(self, logs: dict | None = None) -> None:
        self._finish(None)

    def say(self, text: str) -> None:
        """Write a line of its own, over what `draw_over` drew."""
        self._draw(f"{text}\n")
        self._drawn = 0

    def draw_over(self, text: str) -> None:
        """Draw a line that the next one is drawn over; nothing where that can't be done."""
        if self._live:
            self._draw(text[: shutil.get_terminal_size().columns - 1])

    def _start(self) -> None:
        self._live = self.verbose == 1 and _can_redraw()
        self._begun_s = self._drawn_s = time.perf_counter()
        self._first_done_s: float | None = None
        self._steps = 0
        self._drawn = 0

    def _advance(self, batch: int, logs: Mapping[str, float] | None) -> None:
        self._steps = batch + 1
        now_s = time.perf_counter()
        if self._first_done_s is None:
            self._first_done_s = now_s
        if self._live and now_s - self._drawn_s >= REDRAW_S and self._steps != self.target:
            # A line longer than the terminal could not be drawn over.
            columns = shutil.get_terminal_size().columns
            self._draw(self._line(now_s, logs, finished=False)[: columns - 1])
            self._drawn_s = now_s

    def _finish(self, logs: Mapping[str, float] | None) -> None:
        self.target = max(self.target or 0, self._steps)  # an epoch may have been cut short
        self._draw(self._line(time.perf_counter(), logs, finished=True) + "\n")

    def _line(self, now_s: float, logs: Mapping[str, float] | None, finished: bool) -> str:
        step_s = self._step_seconds(now_s)
        elapsed_s = now_s - self._begun_s
        if self.target:
            count = f"{self._steps:{len(str(self.target))}d}/{self.target}"
            if not finished:
                elapsed_s = step_s * (self.target - self._steps)
        else:
            count = f"{self._steps:7d}/Unknown"
        numbers = "".join(f" - {name}: {_number(value)}" for name, value in (logs or {}).items())
        if self.verbose == 2:
            return f"{count} - {_clock(elapsed_s)} - {_per_step(step_s)}{numbers}"
        bar = f" {_bar(self._steps, self.target)}" if self.target else ""
        return f"{count}{bar} {_clock(elapsed_s)} {_per_step(step_s)}{numbers}"

    def _step_seconds(self, now_s: float) -> float:
        """The mean time of a step; the first, which may build or compile, counts only alone."""
        if self._first_done_s is not None and self._steps > 1:
            return (now_s - self._first_done_s) / (self._steps - 1)
        return (now_s - self._begun_s) / max(1, self._steps)

    def _draw(self, line: str) -> None:
        if self._live:
            text = line.rstrip("\n")
            blank = " " * max(0, self._drawn - len(text))
            self._drawn = len(text)
            put("\r" + text + blank + ("\n" if line.endswith("\n") else ""))
        else:
            put(line)


def _bar(done: int, target: int) -> str:
    filled = BAR_WIDTH * done // target
    return "━" * filled + "╺" * (filled < BAR_WIDTH) + "─" * (BAR_WIDTH - filled - 1)


def _number(value: Any) -> str:
    if not isinstance(value, (int, float, np.number)):  # what a callback may have put in
        return str(value)
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"


def _clock(seconds: float) -> str:
    whole = round(seconds)  # first, or 119.7 would be 1:60
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}" if whole > 60 else f"{whole}s"


def _per_step(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.0f}s/step"
    return f"{seconds * 1e3:.0f}ms/step" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us/step"


def _can_redraw() -> bool:
    isatty = getattr(sys.stdout, "isatty", lambda: False)
    if isatty():
        return os.environ.get("TERM") != "dumb"
    # A process that only starts kernels, as nbclient does, has ipykernel loaded as well.
    app = getattr(sys.modules.get("ipykernel.kernelapp"), "IPKernelApp", None)
    return app is not None and app.initialized()
