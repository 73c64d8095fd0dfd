"""The fingerprint of a folder: one hash that changes when and only when its images do."""

from __future__ import annotations

import hashlib
import os

from saccade.data.folders.folder_errors import not_readable
from saccade.data.folders.index import FolderIndex
from saccade.disk.regular_file import open_regular
from saccade.errors import NoSuchFile


def fingerprint(index: FolderIndex) -> str:
    """Name the data of an index by one SHA-256, which changes when and only when the data does.

    Law::

        fingerprint = SHA-256 of the lines "path NUL size NUL SHA-256 of the content LF",
                      in the order of the paths (relative, "/" between folders)

    So a renamed, moved, edited, added or removed image changes it; the place of the folder, file
    times, files that are no images, and the order of `classes` do not. Every file is read once.

    Returns:
        64 hexadecimal digits.

    Raises:
        NoSuchFile: a file of the index is gone.
        DataError: a file cannot be read.

    Example:
        >>> import pathlib, tempfile
        >>> from saccade.data import index_folder
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> (folder / "cat").mkdir()
        >>> _ = (folder / "cat" / "1.jpg").write_bytes(b"purr")
        >>> fingerprint(index_folder(folder))[:12]
        'b53d1ebef1f7'
    """
    whole = hashlib.sha256()
    for path in sorted(portable_path(path) for path in index.paths):
        full_path = os.path.join(index.directory, *path.split("/"))
        try:
            with open_regular(full_path) as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
                size_bytes = file.tell()
        except NoSuchFile as fault:
            raise NoSuchFile(
                f'"{full_path}"', "was there when the folder was read", "no file", "Read it again."
            ) from fault
        except OSError as fault:
            raise not_readable(full_path, fault) from fault
        whole.update(path_bytes(path) + f"\0{size_bytes}\0{content}\n".encode())
    return whole.hexdigest()


def portable_path(path: str) -> str:
    """A relative path with "/" between its parts, so that hashes agree between systems."""
    return path.replace(os.sep, "/")


def path_bytes(path: str) -> bytes:
    """The bytes of a path for hashing; a name that is not valid UTF-8 keeps its bytes."""
    return path.encode("utf-8", "surrogateescape")
