"""get_file: any published file, fetched once into Keras's folder."""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from saccade.errors import InvalidArgument
from saccade.files.published.archive import FORMATS, unpack
from saccade.files.published.download import download
from saccade.files.published.kept_file import keras_home, writable_folder
from saccade.files.published.remote_file import RemoteFile
from saccade.notes import note_once

_KINDS = {64: "sha256", 32: "md5"}  # by the number of digits


def get_file(
    fname: str | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | None = "auto",
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
) -> str:
    """The path of a file that is published at `origin`, fetched unless it is there already.

    Args:
        fname: its name on this machine; None for the one in the address. Where an archive is
            unpacked, the name of the folder.
        origin: the address, http or https.
        untar: as `extract`, for tar files alone.
        md5_hash: older than `file_hash`.
        file_hash: of the bytes, sha256 or md5, in hexadecimal digits; a file that has another is
            fetched again. Without it a file that is there is believed.
        cache_subdir: folder below the cache; an absolute path stands for itself.
        hash_algorithm: "sha256", "md5", or "auto": by the number of digits.
        extract: unpack a tar or zip file.
        archive_format: "tar", "zip", or "auto".
        cache_dir: None for `$KERAS_HOME`, or `.keras` in the home folder.
        force_download: fetch it even if it is there.

    Returns:
        The path of the file, or of the folder that it was unpacked into.

    Raises:
        InvalidArgument: an address or name that cannot work. NoSuchFile: it can't be fetched; the
            message says what to put where. FileFormatError: what arrived is something else.

    Source: `keras.utils.get_file`.
    """
    if not origin:
        raise InvalidArgument("get_file", "origin must be the address of a file", repr(origin))
    name = os.fspath(fname) if fname else _name_in(origin)
    if os.sep in name or "/" in name:
        do = "Give the folder as cache_dir= or cache_subdir=."
        raise InvalidArgument("get_file", "fname must be a name without a folder", repr(name), do)
    extract = extract or untar
    folder_name, kept_as = name, name
    if extract and fname and "." in name:
        folder_name = f"{name.split('.')[0]}_extracted"
    elif extract:
        kept_as = f"{name}_archive"
    if md5_hash and not file_hash:
        file_hash, hash_algorithm = md5_hash, "md5"
    file = _described(origin, kept_as, file_hash, hash_algorithm)
    base = keras_home() if cache_dir is None else Path(cache_dir).expanduser()
    folder = writable_folder(base, cache_subdir)
    target = folder / kept_as
    fetches = force_download or not file.is_at(target)
    if fetches:
        if target.is_file() and not force_download:
            note_once(
                f'"{target}" is not the file that is published, which must {file.sign}: it is '
                "fetched again, and left as it was where that fails."
            )
        with _set_aside(target):
            download(file, target)
    if not extract:
        return str(target)
    unpacked = folder / folder_name
    if fetches or not unpacked.is_dir():
        unpack(target, unpacked, _formats("tar" if untar else archive_format))
    return str(unpacked)


@contextmanager
def _set_aside(target: Path) -> Iterator[None]:
    """A file that is to be fetched anew comes back where that fails."""
    old = target.with_name(f"{target.name}.before")
    if old.exists() and not target.exists():  # of a process that was killed
        os.replace(old, target)
    if target.exists():
        os.replace(target, old)
    try:
        yield
    except BaseException:
        if old.exists():
            os.replace(old, target)
        raise
    old.unlink(missing_ok=True)


def _name_in(origin: str) -> str:
    name = os.path.basename(urllib.parse.urlsplit(origin).path)
    if not name:
        raise InvalidArgument(
            "get_file", "the address must end in a file's name", repr(origin), "Give fname=."
        )
    return name


def _described(origin: str, kept_as: str, digest: str | None, algorithm: str) -> RemoteFile:
    if not digest:
        return RemoteFile(origin, kept_as=kept_as)
    kind = _KINDS.get(len(digest)) if algorithm == "auto" else algorithm
    if kind not in _KINDS.values():
        raise InvalidArgument(
            "get_file", "file_hash must be a sha256 or an md5, 64 or 32 digits", repr(digest)
        )
    sha256, md5 = (digest, "") if kind == "sha256" else ("", digest)
    return RemoteFile(origin, md5, sha256, kept_as)


def _formats(asked: Any) -> tuple[str, ...]:
    if asked == "auto":
        return FORMATS
    return (asked,) if isinstance(asked, str) else tuple(asked or ())
