"""Archive: what a tar or zip file holds, unpacked into a folder of its own."""

from __future__ import annotations

import lzma
import os
import struct
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path

from saccade.disk.removal import remove_folder
from saccade.disk.whole_file import flush_folder
from saccade.errors import FileFormatError

FORMATS = ("tar", "zip")
_DAMAGED = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, NotImplementedError, RuntimeError, ValueError),  # zipfile raises of all kinds
)


def unpack(archive: Path, folder: Path, formats: tuple[str, ...] = FORMATS) -> None:
    """Unpack an archive; the folder appears when everything is in it, or not at all.

    Nothing is written outside of it, and no link, device or permission is taken over that could
    lead there.

    Args:
        archive: a tar (plain, gz, bz2, xz) or zip file.
        folder: where to; it must not exist.

    Raises:
        FileFormatError: neither, damaged, or with a member that points out of the folder.
    """
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as draft:
        try:
            _unpack(archive, draft, formats)
        except _DAMAGED as error:
            raise FileFormatError(
                f'"{archive}"',
                "must be a whole tar or zip file, with nothing that lies outside of it",
                str(error),
                "Remove it, and call again: it is fetched anew.",
            ) from error
        remove_folder(folder)
        inner = os.path.join(draft, "content")
        if hasattr(os, "sync"):  # one call for thousands of files: the bytes before the name
            os.sync()
        os.replace(inner, folder)
        flush_folder(folder.parent)


def _lies_outside(name: str) -> bool:
    return os.path.isabs(name) or ".." in Path(name).parts


def _checked(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """A plain file or folder that lies inside."""
    if _lies_outside(member.name) or not (member.isfile() or member.isdir()):
        raise ValueError(f"{member.name!r} would lie outside, or is no file")
    return member


def _unpack(archive: Path, draft: str, formats: tuple[str, ...]) -> None:
    content = os.path.join(draft, "content")
    os.mkdir(content)
    if "tar" in formats and tarfile.is_tarfile(archive):
        with tarfile.open(archive) as tar:
            if hasattr(tarfile, "data_filter"):
                tar.extractall(content, filter="data")
            else:  # Python before 3.11.4
                tar.extractall(content, [_checked(member) for member in tar])
    elif "zip" in formats and zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            for name in packed.namelist():
                if _lies_outside(name):
                    raise ValueError(f"{name!r} would lie outside")
            packed.extractall(content)
    else:
        raise ValueError("a file of another kind")
