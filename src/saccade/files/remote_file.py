"""Remote file: a file that somebody publishes, and how one tells that it arrived whole."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RemoteFile:
    """A published file.

    Attributes:
        address: where it is fetched.
        md5: of its bytes, 32 hexadecimal digits; None where nobody publishes a hash. Then only an
            HDF5 file can be told, by what it says of itself: that it is one, and how long it is.
            Bytes that changed in its middle are not found.
    """

    address: str
    md5: str | None = None

    @property
    def name(self) -> str:
        """The file's name, under which it is kept."""
        return self.address.rsplit("/", 1)[-1]

    def is_at(self, path: Path) -> bool:
        """Whether the file at a path is this one: byte for byte, or without a hash a whole HDF5."""
        if not os.path.isfile(path):  # it may lie out of reach
            return False
        return _is_whole_hdf5(path) if self.md5 is None else md5_of(path) == self.md5

    @property
    def sign(self) -> str:
        """What `is_at` looks for, in words."""
        return "be a whole HDF5 file" if self.md5 is None else f"have the md5 {self.md5}"


def _is_whole_hdf5(path: Path) -> bool:
    import h5py

    try:
        # It refuses a file that is shorter than its head says. The lock is the download's own.
        h5py.File(path, "r", locking=False).close()
    except OSError:
        return False
    return True


def md5_of(path: Path) -> str:
    """The MD5 of a file's bytes: it finds damage, it does not stop a forger."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
