"""Replacement: a file is written beside its target and moved over it when it is whole."""

from __future__ import annotations

import errno
import glob
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from saccade.errors import InvalidArgument, NoSuchFile, NotSupported, NotWritten, SaccadeError

_LEGACY = (".h5", ".hdf5", ".hdf")
_SYSTEM_FAULT = re.compile(r"errno = (\d+)|os error (\d+)")  # as HDF5 and safetensors report it


def check_suffix(
    where: str, filepath: str | os.PathLike[str], legal: Sequence[str], do: str = ""
) -> Path:
    """The path, whose name must end in one of `legal`; `do` is the advice where it does not.

    Raises:
        NotSupported: an ending that Keras knows and saccade does not, or none (a folder).
        InvalidArgument: any other ending, or something that is no path.
    """
    try:
        path = Path(os.fspath(filepath))
    except TypeError:
        raise InvalidArgument(where, "needs a path", repr(filepath)) from None
    if path.name.endswith(tuple(legal)):
        return path
    do = do or f'Write a name that ends in "{legal[0]}".'
    needed = "the name must end in " + " or ".join(f'"{suffix}"' for suffix in legal)
    if path.suffix in _LEGACY:
        raise NotSupported(where, f"{needed}; {path.suffix} is not supported yet", path.name, do)
    if not path.suffix or path.is_dir():
        raise NotSupported(
            where, f"{needed}; a folder (SavedModel) is not supported", str(path), do
        )
    raise InvalidArgument(where, needed, path.name, do)


@contextmanager
def replacing(where: str, path: Path, overwrite: bool) -> Iterator[Path]:
    """A path to write to; what is there in the end takes the place of `path` in one step.

    Whatever stops the writing (a full disk, Ctrl-C), a file that was there stays as it was. The
    draft lies in the same folder because only within one disk is a move a single step.

    Raises:
        NoSuchFile: the folder does not exist.
        InvalidArgument: the file exists and `overwrite` is False, or the path is a folder.
        NotWritten: the disk is full, or the folder may not be written to.
    """
    target = Path(os.path.realpath(path))  # a link keeps pointing at what it points at
    if not target.parent.is_dir():
        raise NoSuchFile(
            where,
            f'the folder "{path.parent}" must exist',
            "none of that name",
            "Create the folder first.",
        )
    if target.is_dir():
        raise InvalidArgument(where, "needs the path of a file", f'the folder "{path}"')
    if target.exists() and not overwrite:
        raise InvalidArgument(
            where,
            "overwrite=False keeps files that exist",
            f'"{path}"',
            "Give another name, or overwrite=True.",
        )
    with (
        _told(where, path),
        tempfile.TemporaryDirectory(
            prefix=f".{target.name}.", dir=target.parent, ignore_cleanup_errors=True
        ) as folder,
    ):
        draft = Path(folder) / target.name
        yield draft
        with open(draft, "rb+") as file:
            os.fsync(file.fileno())  # the bytes before the name, should the power fail
        os.replace(draft, target)
        _flush_folder(target.parent)


def _flush_folder(folder: Path) -> None:
    """Bring a new name to the disk, too, where the system lets folders be flushed."""
    if os.name != "posix":
        return
    try:
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EACCES):
            raise  # some network disks have no such call: the file itself is safe


def write_json(where: str, path: Path, value: Any) -> None:
    """Write a value as JSON, beside its place and then in one step.

    Raises:
        NotWritten, NoSuchFile: as `replacing`.
    """
    with replacing(where, path, overwrite=True) as draft:
        draft.write_text(json.dumps(value), encoding="utf-8")


def remove_drafts(path: Path) -> None:
    """Remove what a process that was killed while it wrote `path` left beside it.

    For files that one process writes: the draft of another one would go, too.

    Args:
        path: of the file; `{...}` in its name stands for anything.
    """
    target = Path(os.path.realpath(path))
    name = re.sub(r"\{.*?\}", "*", glob.escape(target.name))
    for draft in target.parent.glob(f".{name}.*"):
        if draft.is_dir() and not draft.is_symlink():
            shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _told(where: str, path: Path) -> Iterator[None]:
    """What stops the writing of a file, as one kind of error."""
    try:
        yield
    except SaccadeError:
        raise
    except Exception as error:
        number = getattr(error, "errno", None) or _number_in(str(error))
        if number is None:
            raise
        raise NotWritten(
            where,
            f'"{path}" could not be written: {os.strerror(number)}',
            do="What was there before is as it was.",
        ) from error


def _number_in(message: str) -> int | None:
    found = _SYSTEM_FAULT.search(message)
    return int(found[1] or found[2]) if found else None
