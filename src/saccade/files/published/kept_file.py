"""Kept file: a published file in Keras's folder, fetched when it is not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from saccade.errors import NoSuchFile
from saccade.files.published.download import download
from saccade.files.published.fetch_progress import Progress, on_error_stream
from saccade.files.published.offline import who_forbids
from saccade.files.published.remote_file import RemoteFile
from saccade.notes import note_once


def keras_home() -> Path:
    """Where Keras keeps what it fetched: `$KERAS_HOME`, or `.keras` in the home folder.

    A home that can't be written to is passed over for the folder of temporary files.
    """
    told = os.environ.get("KERAS_HOME")
    if told:
        return Path(told).expanduser()
    home = Path.home()
    return (home if os.access(home, os.W_OK) else _spare()) / ".keras"


def kept_file(
    file: RemoteFile,
    folder: str = "models",
    instead: str = "",
    progress: Progress = on_error_stream,
    forbidden_by: str = "",
) -> Path:
    """The path of a published file, whose bytes are those that were published.

    Args:
        file: what is wanted.
        folder: within `keras_home()`.
        instead: a sentence for the error, on what one can do without the file.
        progress: who shows how far it is.
        forbidden_by: the argument by which the user forbids to fetch it; empty where none does.

    Raises:
        NoSuchFile: it is not there and can't or must not be fetched; the message says from where
            and whereto.
        FileFormatError: what arrived is something else.
    """
    homes = _homes(folder)
    for path in (home / file.name for home in homes):
        if os.path.isfile(path):  # False, too, where the folder may not be entered
            if file.is_at(path):
                return path
            then = "not used" if forbidden_by or who_forbids() else "fetched again"
            note_once(
                f'"{path}" is not the file that is published, which must {file.sign}: it is {then}.'
            )
    target = _writable(homes, instead) / file.name
    download(file, target, instead, progress=progress, forbidden_by=forbidden_by)
    return target


def is_kept(file: RemoteFile, folder: str = "models") -> bool:
    """Whether `kept_file` would find the file, and not have to fetch it."""
    return any(file.is_at(home / file.name) for home in _homes(folder))


def spoiled_file(file: RemoteFile, folder: str = "models") -> Path | None:
    """A file of that name whose bytes are others: a download cut short, or a file of the user's."""
    paths = [home / file.name for home in _homes(folder)]
    there = [path for path in paths if os.path.isfile(path)]
    return there[0] if there and not is_kept(file, folder) else None


def _homes(folder: str, home: Path | None = None) -> list[Path]:
    return [(home or keras_home()) / folder, _spare() / ".keras" / folder]


def writable_folder(home: Path, folder: str) -> Path:
    """A folder within a cache, made when it is not there; where `home` can't be written to, the
    same within the folder of temporary files.

    Raises:
        NoSuchFile: neither can be written to.
    """
    return _writable(_homes(folder, home), "")


def _writable(homes: list[Path], instead: str) -> Path:
    for home in homes:
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(home, os.W_OK):
            return home
    raise NoSuchFile(
        "weights",
        "need a folder that can be written to",
        f"{homes[0]}, which can't",
        f"Set KERAS_HOME to a folder of yours. {instead}".strip(),
    )


def _spare() -> Path:
    return Path("/tmp") if os.path.isdir("/tmp") else Path(tempfile.gettempdir())
