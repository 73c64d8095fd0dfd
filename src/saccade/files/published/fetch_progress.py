"""Fetch progress: what is fetched, how large it is, from where, and how much of it is there.

A bar in a terminal; lines anywhere else, so that a log can be read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from saccade.files.published.remote_file import RemoteFile
from saccade.shown_text import shown

LARGE_BYTES = 10_000_000  # from here on a line for each tenth tells how far it is

Watch = Callable[[int, "int | None"], None]
"""Told (bytes that are there, bytes that are due or None) at the start and after each piece."""
Progress = Callable[[RemoteFile], AbstractContextManager[Watch]]
"""Gives a watch for the time that a file is fetched."""


def headline(file: RemoteFile, there: int, due: int | None) -> str:
    """What is fetched, how large it is, from where; and where it goes on.

    Args:
        there, due: bytes, at the start; due is None where the server does not say.
    """
    folder, _, name = file.address.rpartition("/")
    size = "of a size that is not told" if due is None else _in_mb(due)
    start = f", going on at {_in_mb(there)}" if there else ""
    whence = f"{folder}/" if name == file.name else file.address
    return f"Fetching {shown(file.name)}, {size}, from {shown(whence)}{start}"


class FetchLines:
    """The headline, and for a large file a line whenever another tenth of it is there.

    Args:
        file: what is fetched.
        write: takes a line.
    """

    def __init__(self, file: RemoteFile, write: Callable[[str], None]):
        self._file, self._write = file, write
        self._tenths = -1

    def __call__(self, there: int, due: int | None) -> None:
        tenths = 10 * there // due if due else 0
        if self._tenths < 0:
            self._write(headline(self._file, there, due))
        elif due is not None and due >= LARGE_BYTES and tenths > self._tenths:
            self._write(f"{10 * tenths:3} % of {_in_mb(due)}")
        self._tenths = tenths


@contextmanager
def fetch_bar(file: RemoteFile, console: Any) -> Iterator[Watch]:
    """The headline, and a bar below it while the file comes.

    Args:
        console: rich's, of a terminal.
    """
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = [BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()]
    bar = Progress(*columns, console=console)
    task = bar.add_task(file.name, total=None)

    def watch(there: int, due: int | None) -> None:
        if not bar.live.is_started:  # before the server answers there is nothing to show
            text = headline(file, there, due)
            console.print(text, soft_wrap=True, highlight=False, markup=False)
            bar.update(task, completed=there, total=due)
            bar.start()
        bar.update(task, completed=there, total=due)

    try:
        yield watch
    finally:
        bar.stop()


@contextmanager
def on_error_stream(file: RemoteFile) -> Iterator[Watch]:
    """The progress on the error stream, which no pipe takes for results."""
    from rich.console import Console

    console = Console(stderr=True, markup=False, emoji=False)
    if console.is_terminal:
        with fetch_bar(file, console) as watch:
            yield watch
    else:
        yield FetchLines(file, lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201


def _in_mb(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count:,} bytes"
