"""Live: what is shown in a terminal while the library works."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from saccade.cli.tables import print_scores
from saccade.files.published.fetch_progress import Watch, fetch_bar
from saccade.files.published.remote_file import RemoteFile
from saccade.recipe.listener import Lines
from saccade.recipe.scores import Scores, in_four
from saccade.shown_text import shown_lines
from saccade.training.callbacks.callback import Callback

LOOK_S = 0.25  # between readings of the loss, which cost a little


class ConsoleListener(Lines):
    """Lines and tables on a console; in a terminal with colours, and with bars while it waits.

    Args:
        console: where to.
        spell: how a message of the library is written at the command line.
    """

    def __init__(self, console: Any, spell: Callable[[str], str] = str):
        self.console, self.spell = console, spell

    def write(self, line: str) -> None:
        self.console.print(shown_lines(line))

    def says(self, text: str) -> None:
        self.write(self.spell(text))

    def warns(self, text: str) -> None:
        self.console.print(shown_lines(self.spell(text)), style="yellow")

    def scores(self, scores: Scores, title: str) -> None:
        print_scores(self.console, scores, title)

    @contextmanager
    def counting(self, total: int, what: str) -> Iterator[Callable[[int], None]]:
        if not self.console.is_terminal:
            yield lambda done: None
            return
        from rich.progress import Progress

        with Progress(console=self.console, transient=True) as progress:
            task = progress.add_task(what, total=total)
            yield lambda done: progress.update(task, completed=done)

    @contextmanager
    def fetching(self, file: RemoteFile) -> Iterator[Watch]:
        """A bar in a terminal; a line for each tenth anywhere else."""
        with (
            fetch_bar(file, self.console)
            if self.console.is_terminal
            else super().fetching(file) as watch
        ):
            yield watch

    @contextmanager
    def epochs(
        self, steps: int, is_best: Callable[[], bool], images: int = 0
    ) -> Iterator[Callback | None]:
        """A bar in a terminal, taken away at the end; a line an epoch anywhere else."""
        if not self.console.is_terminal:
            with super().epochs(steps, is_best, images) as lines:
                yield lines
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
            yield EpochBar(progress, steps, images)


class EpochBar(Callback):
    """The step that a training has come to, its loss, and how fast it goes.

    Args:
        progress: rich's, already shown.
        steps: of the whole training, at most.
        images: in an epoch; then images a second are shown, too. 0 for none.
    """

    def __init__(self, progress: Any, steps: int, images: int = 0):
        super().__init__()
        self.progress, self.images = progress, images
        self._task = progress.add_task("epoch 1", total=steps, numbers="")
        self._begun_s: float | None = None  # a run may go on in the middle of an epoch
        self._looked_s = 0.0
        self._epoch = 0
        self._accuracy: float | None = None

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._begun_s, self._epoch = time.monotonic(), epoch
        self.progress.update(self._task, description=f"epoch {epoch + 1}/{self.params['epochs']}")

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self._begun_s is None:
            self.progress.advance(self._task)
        else:
            done = self._epoch * self.params["steps"] + batch + 1
            self.progress.update(self._task, completed=done)
        if time.monotonic() - self._looked_s > LOOK_S:
            self._looked_s = time.monotonic()
            numbers = f"loss {in_four((logs or {})['loss'])}"
            if self._accuracy is not None:
                numbers += f"  val accuracy {in_four(self._accuracy)}"
            if self.images and self._begun_s is not None:
                done = self.images * (batch + 1) / self.params["steps"]
                numbers += f"  {done / (self._looked_s - self._begun_s):.1f} images/s"
            self.progress.update(self._task, numbers=numbers)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self._accuracy = (logs or {}).get("val_accuracy")
