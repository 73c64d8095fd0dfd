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
        md5: of its bytes, 32 hexadecimal digits.
    """

    address: str
    md5: str

    @property
    def name(self) -> str:
        """The file's name, under which it is kept."""
        return self.address.rsplit("/", 1)[-1]

    def is_at(self, path: Path) -> bool:
        """Whether the file at a path is this one, byte for byte."""
        return os.path.isfile(path) and md5_of(path) == self.md5  # it may lie out of reach


def md5_of(path: Path) -> str:
    """The MD5 of a file's bytes: it finds damage, it does not stop a forger."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
