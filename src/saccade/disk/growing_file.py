"""Growing file: lines or records are added at its end, each of them whole."""

from __future__ import annotations

import errno
import os
import stat

from saccade.errors import NotWritten

_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT
for _name in ("O_BINARY", "O_CLOEXEC", "O_NOCTTY"):
    _FLAGS |= getattr(os, _name, 0)
_TAIL_BYTES = 2**16


def append_whole(where: str, path: str | os.PathLike[str], content: bytes | bytearray) -> None:
    """Add bytes to the end of a file, all or none, and flush them; the file is made if missing.

    They go to the system in one call, which a kill of the process does not cut in two. Where the
    disk takes only a part of them, that part is taken back.

    Raises:
        NotWritten: the disk is full, the folder is gone, or it may not be written to.
    """
    try:
        number = os.open(path, _FLAGS, 0o666)
        try:
            _append(number, content)
        finally:
            os.close(number)
    except OSError as fault:
        raise NotWritten(
            where,
            f'"{os.fspath(path)}" could not be written: {fault.strerror}',
            do="What was written before is as it was.",
        ) from fault


def start_anew(where: str, path: str | os.PathLike[str]) -> None:
    """An empty file for `append_whole`; what stood in one that was there goes.

    Raises:
        NotWritten: as above.
    """
    append_whole(where, path, b"")
    if stat.S_ISREG(os.stat(path).st_mode):  # a terminal has nothing to empty
        os.truncate(path, 0)


def _append(number: int, content: bytes | bytearray) -> None:
    found = os.fstat(number)
    is_file = stat.S_ISREG(found.st_mode)
    try:
        written = os.write(number, content)
        if written != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if is_file:
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
