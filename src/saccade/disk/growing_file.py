"""Growing file: lines or records are added at its end, each of them whole."""

from __future__ import annotations

import errno
import os
import shutil
import stat

from saccade.disk.whole_file import replacing
from saccade.errors import NotWritten, SaccadeError

_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT
for _name in ("O_BINARY", "O_CLOEXEC", "O_NOCTTY"):
    _FLAGS |= getattr(os, _name, 0)
_TAIL_BYTES = 2**16
PAGE_BYTES = 4096  # a system with larger pages cuts at fewer places, all of them among these


def append_whole(
    where: str,
    path: str | os.PathLike[str],
    content: bytes | bytearray,
    flush: bool = True,
    in_pages: bool = False,
) -> None:
    """Add bytes to the end of a file, all or none, and flush them; the file is made if missing.

    A kill of the process cuts what is written in one call, but at the borders of the file's
    pages only: the system looks for it before each page. What stays within a page is added in
    one call. What does not goes to a copy of the file beside it, which then takes its place, once
    in 4 kB of lines: a reader sees the file with all of it, or with nothing; who has the file
    open (`tail -f`) must open it again (`tail -F`). Where there is no copying (no room; only the
    file may be written to, not its folder), they are added in one call as well.

    Where the disk takes only a part of the bytes, that part is taken back.

    Args:
        flush: wait until the disk has them. False for what is found elsewhere, too, should the
            power fail.
        in_pages: the bytes may be cut at the borders of pages, and are in one piece up to each.

    Raises:
        NotWritten: the disk is full, the folder is gone, or it may not be written to.
    """
    try:
        if not in_pages and _is_copied(where, path, content):
            return
        number = os.open(path, _FLAGS, 0o666)
        try:
            _append(number, content, flush)
        finally:
            os.close(number)
    except OSError as fault:
        raise NotWritten(
            where,
            f'"{os.fspath(path)}" could not be written: {fault.strerror}',
            do="What was written before is as it was.",
        ) from fault


def _is_copied(where: str, path: str | os.PathLike[str], content: bytes | bytearray) -> bool:
    """Whether the bytes needed a copy of the file, and are in it."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        size_bytes = 0
    else:
        if not stat.S_ISREG(found.st_mode):
            return False
        size_bytes = found.st_size
    if size_bytes % PAGE_BYTES + len(content) <= PAGE_BYTES:
        return False
    try:
        with replacing(where, path) as draft:
            if size_bytes:
                shutil.copyfile(path, draft)
            with open(draft, "ab") as file:
                file.write(content)
            if size_bytes and os.stat(path).st_size != size_bytes:
                raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))  # somebody else's would go
    except (OSError, SaccadeError):
        return False
    return True


def start_anew(where: str, path: str | os.PathLike[str]) -> None:
    """An empty file for `append_whole`; what stood in one that was there goes.

    Raises:
        NotWritten: as above.
    """
    append_whole(where, path, b"")
    if stat.S_ISREG(os.stat(path).st_mode):  # a terminal has nothing to empty
        os.truncate(path, 0)


def _append(number: int, content: bytes | bytearray, flush: bool) -> None:
    found = os.fstat(number)
    is_file = stat.S_ISREG(found.st_mode)
    try:
        written = os.write(number, content)
        if written != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if is_file and flush:
            os.fsync(number)
    except BaseException:
        if is_file:
            os.ftruncate(number, found.st_size)
        raise


def end_in_line(path: str | os.PathLike[str]) -> None:
    """Have a table of lines end in a whole one, so that the next stands on its own.

    A last line that was cut, in a file whose lines end as the module `csv` ends them, is taken
    away: its last number may lack digits. Another file's last line gets its end.
    """
    with open(path, "rb+") as file:
        size_bytes = file.seek(0, os.SEEK_END)
        start = max(0, size_bytes - _TAIL_BYTES)
        file.seek(start)
        tail = file.read()
        if not tail or tail.endswith(b"\n"):
            return
        whole = tail.rfind(b"\r\n") + 2
        if whole >= 2:
            file.truncate(start + whole)
        else:
            file.seek(0, os.SEEK_END)
            file.write(b"\n")
