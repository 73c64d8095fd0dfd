"""Regular file: what may be opened. A pipe may wait for ever, a device may never end."""

from __future__ import annotations

import errno
import io
import os
import stat

from saccade.errors import DataError, InvalidArgument, NoSuchFile, SaccadeError

# O_NONBLOCK: a pipe that took the file's place since it was looked at does not hold us up.
_FLAGS = os.O_RDONLY
for _name in ("O_BINARY", "O_CLOEXEC", "O_NOCTTY", "O_NONBLOCK"):
    _FLAGS |= getattr(os, _name, 0)
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_ABSENT = (errno.ENOENT, errno.ENOTDIR)
_SPARE_BYTES = 2**20  # files of /proc say that they are empty

Path = str | bytes | os.PathLike[str] | os.PathLike[bytes]


def open_regular(
    path: Path,
    where: str = "",
    needed: str = "must be a file that can be read",
    wrong: type[SaccadeError] = DataError,
    most_bytes: int | None = None,
) -> io.BufferedReader:
    """A regular file, open for reading: every file that a user names is opened here.

    Args:
        path: the file, or a link to one.
        where: what an error calls it; the path itself where this is empty.
        needed: what an error says that it must be.
        wrong: the error for what is there and can't be opened.
        most_bytes: larger files are refused before a byte is read; None: any size.

    Raises:
        NoSuchFile: there is nothing of that name.
        wrong: a folder, pipe, socket or device; a file that is too large or may not be read.
        InvalidArgument: a path that no system takes.

    Example:
        >>> open_regular("/dev/zero")
        Traceback (most recent call last):
        saccade.errors.DataError: "/dev/zero": must be a file that can be read, got a device.
    """
    number, _ = _opened(path, where, needed, wrong, most_bytes)
    return os.fdopen(number, "rb")


def read_regular(
    path: Path,
    where: str = "",
    needed: str = "must be a file that can be read",
    wrong: type[SaccadeError] = DataError,
    most_bytes: int | None = None,
) -> bytes:
    """The bytes of a regular file, no more than it had when it was opened; see `open_regular`."""
    number, size_bytes = _opened(path, where, needed, wrong, most_bytes)
    return _content(number, size_bytes, path, where, needed, wrong)


def open_small_in_memory(
    path: Path, where: str, needed: str, wrong: type[SaccadeError], small_bytes: int
) -> io.BytesIO | io.BufferedReader:
    """A regular file, read already where it is small; see `open_regular`."""
    number, size_bytes = _opened(path, where, needed, wrong, None)
    if size_bytes > small_bytes:
        return os.fdopen(number, "rb")
    return io.BytesIO(_content(number, size_bytes, path, where, needed, wrong))


def _content(
    number: int, size_bytes: int, path: Path, where: str, needed: str, wrong: type[SaccadeError]
) -> bytes:
    """All of an open file, which is closed then."""
    try:
        content = os.read(number, size_bytes or _SPARE_BYTES)
        while 0 < len(content) < size_bytes and (
            more := os.read(number, size_bytes - len(content))
        ):
            content += more
        return content
    except OSError as fault:
        raise _told(fault, where or f'"{os.fsdecode(path)}"', needed, wrong) from None
    finally:
        os.close(number)


def read_text(path: Path, where: str = "", wrong: type[SaccadeError] = DataError) -> str:
    """The text of a regular file in UTF-8, of 64 MiB at most.

    Raises:
        wrong: it is no such text; otherwise as `open_regular`.
    """
    where = where or f'"{os.fsdecode(path)}"'
    content = read_regular(path, where, wrong=wrong, most_bytes=2**26)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise wrong(where, "must be text in UTF-8", f"byte {fault.start} is not") from None


def check_regular(
    path: Path,
    where: str = "",
    needed: str = "must be a file that can be read",
    wrong: type[SaccadeError] = DataError,
    most_bytes: int | None = None,
) -> None:
    """Raise as `open_regular` does: for libraries that open a path by themselves."""
    open_regular(path, where, needed, wrong, most_bytes).close()


def _opened(
    path: Path, where: str, needed: str, wrong: type[SaccadeError], most_bytes: int | None
) -> tuple[int, int]:
    """The number of the open file, and its size in bytes."""
    name = os.fsdecode(path)
    try:
        _check_kind(os.stat(name), name, where, needed, wrong)  # to open a device may do something
        number = os.open(name, _FLAGS)
    except SaccadeError:  # which is also one of the kinds below
        raise
    except ValueError as fault:  # a NUL in the name
        raise InvalidArgument(where or f'"{name}"', needed, str(fault)) from None
    except OSError as fault:
        raise _told(fault, where or f'"{name}"', needed, wrong) from None
    try:
        found = os.fstat(number)
        _check_kind(found, name, where, needed, wrong)
        if most_bytes is not None and found.st_size > most_bytes:
            limit = f"must have no more than {most_bytes:,} bytes"
            raise wrong(where or f'"{name}"', limit, f"{found.st_size:,} bytes")
        return number, found.st_size
    except BaseException:
        os.close(number)
        raise


def _check_kind(
    found: os.stat_result, name: str, where: str, needed: str, wrong: type[SaccadeError]
) -> None:
    if not stat.S_ISREG(found.st_mode):
        kind = _KINDS.get(stat.S_IFMT(found.st_mode), "no file")
        raise wrong(where or f'"{name}"', needed, kind)


def _told(fault: OSError, where: str, needed: str, wrong: type[SaccadeError]) -> SaccadeError:
    if fault.errno in _ABSENT:
        return NoSuchFile(where, needed, "nothing of that name")
    do = "Check its permissions." if isinstance(fault, PermissionError) else ""
    return wrong(where, needed, fault.strerror or type(fault).__name__, do)
