"""WrittenModels: the best models that a run wrote, by which it knows its own when it goes on."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from saccade.disk.growing_file import append_whole
from saccade.disk.regular_file import open_regular, read_text
from saccade.disk.whole_file import replacing
from saccade.errors import StateError


class WrittenModels:
    """The digests of a run's models, a line each, oldest first.

    A state alone does not tell which file is right: a kill may come between a better model and the
    next state.

    Args:
        path: of the file of digests.
    """

    def __init__(self, path: Path):
        self.path = path

    def write(self, model: Any, path: Path, include_optimizer: bool) -> None:
        """Write a model; its digest is on the disk before the model has its name.

        Raises:
            NotWritten: the disk is full.
        """
        with replacing("Model.save", path) as draft:
            model.save(draft, include_optimizer=include_optimizer)
            append_whole("train", self.path, f"{_digest(draft)}\n".encode())

    def count(self) -> int:
        """How many there were."""
        return len(self._digests())

    def check(self, path: Path, count: int) -> None:
        """Raise StateError for a model that is none of the run's, or one before the count-th."""
        if not count or _digest(path) in self._digests()[count - 1 :]:
            return
        raise StateError(
            f'"{path.parent}"',
            f"{path.name} must be the best model before the stop, as this run wrote it",
            "another file, or one that was changed",
            "Put it back, or begin anew with overwrite=True.",
        )

    def _digests(self) -> list[str]:
        return read_text(self.path).split() if self.path.is_file() else []


def _digest(path: Path) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
