"""Remote file: a file that somebody publishes, and how one tells that it arrived whole."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from saccade.disk.regular_file import open_regular


@dataclass(frozen=True)
class RemoteFile:
    """A published file.

    Attributes:
        address: where it is fetched.
        md5, sha256: of its bytes, in hexadecimal digits; one of them as a rule. Without either
            only an HDF5 file can be told, by what it says of itself: that it is one, and how long
            it is. Bytes that changed in its middle are not found.
        kept_as: its name where it is kept; empty for the address's own.
    """

    address: str
    md5: str = ""
    sha256: str = ""
    kept_as: str = ""

    @property
    def name(self) -> str:
        """The file's name, under which it is kept."""
        return self.kept_as or self.address.rsplit("/", 1)[-1]

    @property
    def kind(self) -> str:
        """The name of the hash that is known: "sha256", "md5", or empty."""
        return "sha256" if self.sha256 else "md5" if self.md5 else ""

    @property
    def digest(self) -> str:
        """The hash that the bytes must have."""
        return (self.sha256 or self.md5).lower()

    def digest_of(self, path: Path) -> str:
        """The hash that the bytes at a path have, of the same kind; MD5 finds damage, it does not
        stop a forger."""
        if not self.kind:
            return ""
        with open_regular(path) as file:
            return hashlib.file_digest(
                file, lambda: hashlib.new(self.kind, usedforsecurity=False)
            ).hexdigest()

    @property
    def sign(self) -> str:
        """What `is_at` looks for, in words."""
        if self.kind:
            return f"have the {self.kind} {self.digest}"
        return "be a whole HDF5 file" if self._is_hdf5 else "be there"

    def is_at(self, path: Path) -> bool:
        """Whether the file at a path is this one: byte for byte, or without a hash a whole HDF5."""
        if not os.path.isfile(path):  # it may lie out of reach
            return False
        if self.kind or not self._is_hdf5:
            return self.digest_of(path) == self.digest
        return _is_whole_hdf5(path)

    @property
    def _is_hdf5(self) -> bool:
        return self.name.endswith((".h5", ".hdf5"))


def _is_whole_hdf5(path: Path) -> bool:
    import h5py

    try:
        # It refuses a file that is shorter than its head says. The lock is the download's own.
        h5py.File(path, "r", locking=False).close()
    except OSError:
        return False
    return True
