"""Whole file: written beside its place, flushed, and moved there in one step."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from saccade.disk.drafts import draft_folder, draft_name, remove_dead_drafts
from saccade.errors import InvalidArgument, NoSuchFile, NotWritten, SaccadeError

_SYSTEM_FAULT = re.compile(r"errno = (\d+)|os error (\d+)")  # as HDF5 and safetensors report it


@contextmanager
def replacing(where: str, path: str | os.PathLike[str], overwrite: bool = True) -> Iterator[Path]:
    """A path to write to; what is there in the end takes the place of `path` in one step.

    Whatever stops the writing (a full disk, Ctrl-C, a kill), a file that was there stays as it was.
    The draft lies in the same folder because only within one disk is a move a single step. Drafts
    that killed processes left beside this target are removed.

    Args:
        where: what an error calls the writer.
        path: the file. Where it is a link, what the link points at is replaced.
        overwrite: whether a file that is there gives way.

    Raises:
        NoSuchFile: the folder does not exist.
        InvalidArgument: the file exists and `overwrite` is False, or the path is no file's.
        NotWritten: the disk is full, or the folder may not be written to.
    """
    path, target = Path(path), _checked(where, path, overwrite)
    with _told(where, path):
        remove_dead_drafts(target)
        with draft_folder(target) as folder:
            draft = folder / target.name
            yield draft
            _flush(draft)
            _move(draft, target)


def write_whole(
    where: str, path: str | os.PathLike[str], content: bytes | bytearray | str, flush: bool = True
) -> None:
    """Write a file's content, text as UTF-8: a reader sees what was there or all of this.

    Args:
        where, path: as for `replacing`.
        content: all of it.
        flush: wait until the disk has it, and look for drafts that killed processes left. False for
            what is only for a look, in great numbers.

    Raises:
        NoSuchFile, InvalidArgument, NotWritten: as `replacing`.
    """
    if isinstance(content, str):  # a file name in it may hold bytes that are no text
        content = content.encode("utf-8", "backslashreplace")
    path, target = Path(path), _checked(where, path, True)
    draft = target.with_name(draft_name(target))
    with _told(where, path):
        if flush:
            remove_dead_drafts(target)
        try:
            with open(draft, "xb") as file:
                file.write(content)
                if flush:
                    file.flush()
                    os.fsync(file.fileno())
            _move(draft, target, flush)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise


def write_json(where: str, path: str | os.PathLike[str], value: Any) -> None:
    """Write a value as JSON; see `write_whole`."""
    write_whole(where, path, json.dumps(value))


def check_place(where: str, path: str | os.PathLike[str], needed_bytes: int = 0) -> None:
    """Raise, before hours are spent, where a file could not be written; nothing is left behind.

    Folders that are missing are taken to be made later.

    Args:
        where, path: as for `replacing`.
        needed_bytes: what the file will have at the least.

    Raises:
        InvalidArgument: the path is no file's.
        NotWritten: a folder on the way is a file, or may not be written to; the disk is too full.
    """
    parent = folder = Path(path).parent
    try:
        while not folder.exists():
            folder = folder.parent
        if not folder.is_dir():
            raise _unwritten(where, path, errno.ENOTDIR)
        if folder == parent:
            _checked(where, path, True)
        descriptor, probe = tempfile.mkstemp(".part", ".saccade.", folder)
        os.close(descriptor)
        os.unlink(probe)
        free = shutil.disk_usage(folder).free
    except SaccadeError:
        raise
    except ValueError as fault:  # a NUL in the name
        raise InvalidArgument(where, "needs the path of a file", str(fault)) from None
    except OSError as fault:
        raise _unwritten(where, path, fault.errno or 0) from fault
    if free < needed_bytes:
        needed = f'the disk of "{path}" must have room for {needed_bytes:,} bytes'
        raise NotWritten(where, needed, f"{free:,} bytes free")


def check_target(where: str, path: str | os.PathLike[str]) -> None:
    """Raise where a path has something that is no file; a missing folder is made later.

    Raises:
        InvalidArgument: a folder, a pipe or a device. NotWritten: nobody can tell.
    """
    if os.path.lexists(path):
        _checked(where, path, True)


def _checked(where: str, path: str | os.PathLike[str], overwrite: bool) -> Path:
    """Where the file really lies; an error where none can be written."""
    try:
        target = Path(os.path.realpath(path))  # a link keeps pointing at what it points at
    except ValueError as fault:  # a NUL in the name
        raise InvalidArgument(where, "needs the path of a file", str(fault)) from None
    try:
        found = os.stat(target)
    except (FileNotFoundError, NotADirectoryError):
        found = None
    except OSError as fault:
        raise _unwritten(where, path, fault.errno or 0) from fault
    if not target.parent.is_dir():
        folder = target.parent if os.path.islink(path) else Path(path).parent
        raise NoSuchFile(
            where,
            f'the folder "{folder}" must exist',
            "none of that name",
            "Create the folder first.",
        )
    if found is None:
        return target
    if stat.S_ISDIR(found.st_mode):
        raise InvalidArgument(where, "needs the path of a file", f'the folder "{path}"')
    if not stat.S_ISREG(found.st_mode):  # to put a file in a device's place would do harm
        raise InvalidArgument(where, "needs the path of a file", f'"{path}", a pipe or device')
    if not overwrite:
        raise InvalidArgument(
            where,
            "overwrite=False keeps files that exist",
            f'"{path}"',
            "Give another name, or overwrite=True.",
        )
    return target


def _flush(draft: Path) -> None:
    with open(draft, "rb+") as file:
        os.fsync(file.fileno())  # the bytes before the name, should the power fail


def _move(draft: Path, target: Path, flush: bool = True) -> None:
    with suppress(OSError):  # who might read it before may read it still
        os.chmod(draft, stat.S_IMODE(os.stat(target).st_mode))
    os.replace(draft, target)
    if flush:
        flush_folder(target.parent)


def flush_folder(folder: str | os.PathLike[str]) -> None:
    """Have the disk keep the names in a folder; some systems can't, and keep them anyway."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


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
        raise _unwritten(where, path, number) from error


def _unwritten(where: str, path: str | os.PathLike[str], number: int) -> NotWritten:
    return NotWritten(
        where,
        f'"{path}" could not be written: {os.strerror(number)}',
        do="What was there before is as it was.",
    )


def _number_in(message: str) -> int | None:
    found = _SYSTEM_FAULT.search(message)
    return int(found[1] or found[2]) if found else None
