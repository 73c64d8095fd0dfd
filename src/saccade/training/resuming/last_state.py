"""Last state: a fit's state from the files that the run before left, the newest that is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from saccade.errors import FileFormatError
from saccade.files.state_file import note_other_versions, read_state
from saccade.notes import note_once

_WHERE = "BackupAndRestore"


def read_last(newest: Path, before: Path, old: Path) -> dict[str, Any] | None:
    """The state of a file, or of the one before it where that is damaged; None where there is none.

    Args:
        newest, before: where they lie.
        old: a file as earlier versions of saccade wrote it.

    Raises:
        FileFormatError: no file is whole, or it is the state of something else.
    """
    paths = [path for path in (newest, before) if path.exists()]
    for path in paths:
        try:
            state, about = read_state(path)
        except FileFormatError:
            if path is paths[-1]:
                raise
            note_once(f"{_WHERE}: {path} is damaged; the state before it is taken.")
            continue
        if not isinstance(state, dict) or "named_callbacks" not in state:
            raise FileFormatError(_WHERE, f"{path} must be the state of a fit", "another one")
        note_other_versions(_WHERE, about)
        return state
    if old.exists():
        raise FileFormatError(
            _WHERE,
            f"the folder must hold a {newest.name}",
            f'"{old}", as saccade wrote it until 0.1',
            "Delete it to begin anew.",
        )
    return None
