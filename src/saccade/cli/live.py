"""Live: what a training shows while it runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from saccade.cli.tables import in_four
from saccade.recipe.run_folder import Recorder
from saccade.training.callbacks.callback import Callback

LOOK_S = 0.25  # between readings of the loss, which cost a little


class Live(Callback):
    """A bar in a terminal, a line an epoch anywhere else.

    Args:
        console: where to.
        recorder: tells the best epoch so far.
        images: in an epoch; then images a second and minutes left are shown, too.
    """

    def __init__(self, console: Any, recorder: Recorder, images: int = 0):
        super().__init__()
        self.console, self.recorder, self.images = console, recorder, images
        self._begun_s = 0.0
        self._bar: Any = None
        self._looked_s = 0.0
        self._accuracy: float | None = None

    @contextmanager
    def shown(self, steps: int) -> Iterator[None]:
        """The bar, for `steps` in all; it is taken away at the end, however that comes."""
        if not self.console.is_terminal:
            yield
            return
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[numbers]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left at most"),
        )
        with Progress(*columns, console=self.console, transient=True, expand=True) as progress:
            self._bar = progress
            self._task = progress.add_task("epoch 1", total=steps, numbers="")
            try:
                yield
            finally:
                self._bar = None

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._begun_s = time.monotonic()
        if self._bar is not None:
            epochs = self.params["epochs"]
            self._bar.update(self._task, description=f"epoch {epoch + 1}/{epochs}")

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self._bar is None:
            return
        self._bar.advance(self._task)
        if time.monotonic() - self._looked_s > LOOK_S:
            self._looked_s = time.monotonic()
            numbers = f"loss {in_four((logs or {})['loss'])}"
            if self._accuracy is not None:
                numbers += f"  val accuracy {in_four(self._accuracy)}"
            if self.images:
                done = self.images * (batch + 1) / self.params["steps"]
                numbers += f"  {done / (self._looked_s - self._begun_s):.1f} images/s"
            self._bar.update(self._task, numbers=numbers)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs = logs or {}
        self._accuracy = logs.get("val_accuracy")
        if not self.console.is_terminal:
            numbers = "  ".join(f"{name} {in_four(logs[name])}" for name in logs)
            is_best = "val_loss" in logs and self.recorder.is_last_best
            width = len(str(self.params["epochs"]))
            mark = self._pace(epoch) + ("  best" if is_best else "")
            self.console.print(
                f"epoch {epoch + 1:{width}}/{self.params['epochs']}  {numbers}{mark}"
            )

    def _pace(self, epoch: int) -> str:
        if not self.images:
            return ""
        spent_s = time.monotonic() - self._begun_s
        left_min = spent_s * (self.params["epochs"] - epoch - 1) / 60
        return f"  {self.images / spent_s:.1f} images/s, {left_min:.0f} min left at most"


@contextmanager
def reading(console: Any, total: int, what: str = "reading photos") -> Iterator[Any]:
    """A bar for `total` files; gives the function to call with the number done."""
    if not console.is_terminal:
        yield lambda done: None
        return
    from rich.progress import Progress

    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)
