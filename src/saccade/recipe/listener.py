"""Listener: who is told what happens while a classifier is trained or measured."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from saccade.data.folders.folder_errors import count_of
from saccade.errors import SaccadeError
from saccade.files.published.fetch_progress import FetchLines, Watch
from saccade.files.published.remote_file import RemoteFile
from saccade.recipe.scores import Scores, in_four
from saccade.shown_text import shown, shown_lines
from saccade.training.callbacks.callback import Callback

MOST_FAULTS = 10  # that are listed one by one


class Listener:
    """Hears everything and shows nothing; a subclass shows what it wants to.

    Example:
        >>> class Titles(Listener):
        ...     def says(self, text):
        ...         print(text.upper())
        >>> Titles().says("a training begins")
        A TRAINING BEGINS
    """

    def says(self, text: str) -> None:
        """What happens, in a sentence; nothing, for an empty line between."""

    def warns(self, text: str) -> None:
        """What deserves attention, in a sentence."""

    def skips(self, faults: Mapping[str, SaccadeError]) -> None:
        """Files that are left out, and what is wrong with each."""

    def scores(self, scores: Scores, title: str) -> None:
        """How good the model was found on the photos called `title`."""

    @contextmanager
    def counting(self, total: int, what: str) -> Iterator[Callable[[int], None]]:
        """Work on `total` photos; the function that is given gets the number done."""
        yield lambda done: None

    @contextmanager
    def fetching(self, file: RemoteFile) -> Iterator[Watch]:
        """A published file is fetched; the function that is given gets how many bytes are there,
        and how many are due, None where nobody knows.

        Args:
            file: what is fetched, with its `name` and `address`.
        """
        yield lambda there, due: None

    @contextmanager
    def epochs(
        self, steps: int, is_best: Callable[[], bool], images: int = 0
    ) -> Iterator[Callback | None]:
        """A training of `steps` at most; the callback that is given takes part in it.

        Args:
            is_best: whether the epoch that just ended was the best so far.
            images: in an epoch, where it takes long enough to tell how fast it goes; else 0.
        """
        yield None


class Lines(Listener):
    """Plain lines on the standard output, an epoch a line, as Keras's `fit` shows its progress."""

    def says(self, text: str) -> None:
        self.write(text)

    def warns(self, text: str) -> None:
        self.write(text)

    def skips(self, faults: Mapping[str, SaccadeError]) -> None:
        self.warns(f"Skipped {count_of(len(faults), 'file')} that cannot be decoded:")
        for file, fault in list(faults.items())[:MOST_FAULTS]:
            self.write(f"  {shown(file)}: {shown(fault.got or fault.needed)}")
        if len(faults) > MOST_FAULTS:
            self.write(f"  and {len(faults) - MOST_FAULTS} more")

    def scores(self, scores: Scores, title: str) -> None:
        self.write(scores.in_words(title))

    @contextmanager
    def fetching(self, file: RemoteFile) -> Iterator[Watch]:
        yield FetchLines(file, self.write)

    @contextmanager
    def epochs(
        self, steps: int, is_best: Callable[[], bool], images: int = 0
    ) -> Iterator[Callback | None]:
        yield EpochLines(self.write, is_best, images)

    def write(self, line: str) -> None:
        """Put a line where all of them go."""
        line = shown_lines(line)
        try:
            print(line, file=sys.stdout, flush=True)  # noqa: T201 (asked for)
        except UnicodeEncodeError:  # a terminal of few letters must not end a training
            known = sys.stdout.encoding or "ascii"
            line = line.encode(known, "backslashreplace").decode(known)
            print(line, file=sys.stdout, flush=True)  # noqa: T201


class EpochLines(Callback):
    """A line for each epoch: its numbers, how fast it went, and whether it was the best.

    Args:
        write: takes the line; `is_best` and `images` as in `Listener.epochs`.
    """

    def __init__(self, write: Callable[[str], None], is_best: Callable[[], bool], images: int = 0):
        super().__init__()
        self.write, self.is_best, self.images = write, is_best, images
        self.begun_s: float | None = None  # a run may go on in the middle of an epoch

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.begun_s = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs = logs or {}
        epochs = self.params["epochs"]
        numbers = "  ".join(f"{name} {in_four(logs[name])}" for name in logs)
        mark = "  best" if "val_loss" in logs and self.is_best() else ""
        self.write(
            f"epoch {epoch + 1:{len(str(epochs))}}/{epochs}  {numbers}{self._pace(epoch)}{mark}"
        )

    def _pace(self, epoch: int) -> str:
        if not self.images or self.begun_s is None:
            return ""
        spent_s = time.monotonic() - self.begun_s
        left_min = spent_s * (self.params["epochs"] - epoch - 1) / 60
        return f"  {self.images / spent_s:.1f} images/s, {left_min:.0f} min left at most"
