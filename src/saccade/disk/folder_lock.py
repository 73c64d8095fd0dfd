"""FolderLock: one process at a time writes into a folder."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from saccade.errors import StateError
from saccade.notes import note_once

_BEYOND_TEXT = 2**30  # Windows locks bytes: one that nobody reads
# Some network disks know no locks.
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL)


class FolderLock:
    """A lock on a file, which the system gives back when the process ends, however it ends.

    Args:
        path: of the file; its folder is there. It holds the number of the process, for people.
        where: what an error calls the place that is locked.
        do: what it says can be done.
    """

    def __init__(self, path: Path, where: str, do: str):
        self.path, self.where, self.do = path, where, do
        self._file: IO[bytes] | None = None

    def take(self) -> None:
        """Take the lock, until `release` or the end of the process.

        Raises:
            StateError: another training has it, in this process or in another.
        """
        if self.path.exists() and not self.path.is_file():
            raise StateError(self.where, f'"{self.path}" must be a file', "something else", self.do)
        while self._file is None:
            file = open(self.path, "a+b")  # noqa: SIM115 (kept open)
            try:
                _lock(file)
            except BlockingIOError:
                holder = _holder(file)
                file.close()
                raise StateError(
                    self.where,
                    "only one training at a time may write into a folder",
                    f"a second one while {holder} trains into it",
                    self.do,
                ) from None
            if not _is_still(file, self.path):  # its holder ended, and took the file with it
                file.close()
                continue
            file.truncate(0)
            file.write(f"{os.getpid()}\n".encode())
            file.flush()
            self._file = file

    def release(self, remove: bool = False) -> None:
        """Give it back; the file stays, or goes first where it is to be removed."""
        if self._file is not None:
            if remove and _is_still(self._file, self.path):
                with suppress(OSError):  # Windows removes no open file; nobody needs it to be gone
                    self.path.unlink()
            self._file.close()
            self._file = None

    @property
    def is_held(self) -> bool:
        """Whether some training, here or in another process, has it."""
        if self._file is not None:
            return True
        try:
            with open(self.path, "r+b") as file:
                _lock(file)
        except BlockingIOError:
            return True
        except OSError:  # no such file, or one that may not be written to
            return False
        return False


def _is_still(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except OSError:  # no such file, or no such folder any more
        return False


def _holder(file: IO[bytes]) -> str:
    file.seek(0)
    number = file.read(20).strip()
    return f"process {number.decode()}" if number.isdigit() else "another process"


def _lock(file: Any) -> None:
    """Lock an open file, or raise BlockingIOError where another has it."""
    try:
        if os.name == "nt":
            import msvcrt

            locking: Any = msvcrt
            file.seek(_BEYOND_TEXT)
            try:
                locking.locking(file.fileno(), locking.LK_NBLCK, 1)
            except OSError as fault:
                raise BlockingIOError from fault
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError as fault:
        if fault.errno not in _NO_LOCKS:
            raise
        note_once(
            "This disk knows no locks, so nobody sees to it that only one training writes into a "
            "folder.",
            key="no locks",
        )
