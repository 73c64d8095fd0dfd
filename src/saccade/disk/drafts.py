"""Drafts: what a file is written as, beside its place, before it is whole."""

from __future__ import annotations

import glob
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_PART = ".part"
_LONGEST_NAME = 120  # of the target's, in a draft's: 255 bytes is what a disk takes
_YOUNG_S = 60.0  # a draft is locked within this time after it was made


def remove_drafts(path: str | os.PathLike[str]) -> None:
    """Remove what a process that was killed while it wrote `path` left beside it.

    For files that one process writes: the draft of another one would go, too.

    Args:
        path: of the file; `{...}` in its name stands for anything.
    """
    target = Path(os.path.realpath(path))
    name = re.sub(r"\{.*?\}", "*", glob.escape(target.name))
    left = target.parent.glob(f".{name}.*{_PART}") if "*" in name else _drafts(target)
    for draft in left:
        _remove(draft)


def remove_drafts_in(folder: Path) -> None:
    """Remove all drafts in a folder into which nobody else writes."""
    for draft in folder.glob(f".*{_PART}"):
        _remove(draft)


def _remove(draft: Path) -> None:
    with suppress(OSError):
        if draft.is_dir() and not draft.is_symlink():
            shutil.rmtree(draft, ignore_errors=True)
        else:
            draft.unlink()


def draft_name(target: Path) -> str:
    start = target.name.encode("utf-8", "surrogateescape")[:_LONGEST_NAME]
    return f".{start.decode('utf-8', 'ignore')}.{secrets.token_hex(4)}{_PART}"


@contextmanager
def draft_folder(target: Path) -> Iterator[Path]:
    """A folder beside the target for the draft, locked as long as its writer lives."""
    folder = target.with_name(draft_name(target))
    os.mkdir(folder, 0o700)
    lock = _lock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _lock(folder: Path) -> int | None:
    """A lock that goes when the process does; None where somebody holds it or there are none."""
    if fcntl is None:
        return None
    number = None
    try:
        number = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if number is not None:
            os.close(number)
        return None
    return number


def remove_dead_drafts(target: Path) -> None:
    """Remove the drafts of this target whose writer was killed."""
    for draft in _drafts(target):
        _remove_if_dead(draft)


def _remove_if_dead(draft: Path) -> None:
    with suppress(OSError):
        if draft.is_symlink() or time.time() - draft.stat().st_mtime < _YOUNG_S:
            return
        if not draft.is_dir():
            draft.unlink()
        elif (lock := _lock(draft)) is not None:
            shutil.rmtree(draft, ignore_errors=True)
            os.close(lock)


def _drafts(target: Path) -> list[Path]:
    start = draft_name(target)[: -len(_PART) - 8]
    try:
        names = os.listdir(target.parent)
    except OSError:
        return []
    return [
        target.with_name(name) for name in names if name.startswith(start) and name.endswith(_PART)
    ]
