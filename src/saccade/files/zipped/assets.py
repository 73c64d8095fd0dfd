"""Assets: files that layers of the user's write into a `.keras` file and read out of it.

Keras gives `save_assets(folder)` and `load_assets(folder)` of each layer a folder of its own, by
the layer's path in the tree of weights (`weight_store`); the zip holds all of them below `assets/`.
"""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from saccade.errors import FileFormatError
from saccade.files.hdf5 import check_unpacked
from saccade.files.weight_store import places
from saccade.files.zipped.stored_entry import check_entries, read_through

_FOLDER = "assets"
_MOST_FILES = 1000


def write_assets(archive: zipfile.ZipFile, model: Any) -> None:
    """Have each layer that has `save_assets` write its files, and put them into the archive."""
    writers = [place for place in places(model) if hasattr(place.layer, "save_assets")]
    if not writers:
        return
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary, _FOLDER)
        for place in writers:
            folder = root / place.path
            folder.mkdir(parents=True, exist_ok=True)
            place.layer.save_assets(str(folder))
        for path in sorted(root.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(temporary).as_posix())


def read_assets(where: str, archive: zipfile.ZipFile, model: Any) -> None:
    """Give each layer that has `load_assets` its folder; None where the file has none for it.

    Raises:
        FileFormatError: a file that would lie elsewhere, stands there twice, is no plain file or
            unpacks to far more than it takes.
    """
    if not any(hasattr(one, "load_assets") for one in (model, *model.sublayers_within())):
        return
    readers = [place for place in places(model) if hasattr(place.layer, "load_assets")]
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary, _FOLDER)
        _unpack(where, archive, Path(temporary))
        for place in readers:
            folder = root / place.path
            place.layer.load_assets(str(folder) if folder.is_dir() else None)


def _unpack(where: str, archive: zipfile.ZipFile, folder: Path) -> None:
    entries = [one for one in archive.infolist() if one.filename.startswith(f"{_FOLDER}/")]
    if len(entries) > _MOST_FILES:
        needed = f"a .keras file may hold {_MOST_FILES} files of layers"
        raise FileFormatError(where, needed, f"{len(entries):,}")
    check_entries(where, archive, [one.filename for one in entries])
    size, packed = sum(one.file_size for one in entries), sum(one.compress_size for one in entries)
    check_unpacked(where, f"{_FOLDER}/", size, packed)
    for one in entries:
        name = one.filename
        parts = PurePosixPath(name).parts
        if {".", ".."} & {*name.split("/")} or any(mark in name for mark in "\\:\0"):
            raise FileFormatError(where, "the files of layers must lie below assets/", repr(name))
        path = folder.joinpath(*parts)
        if one.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            read_through(archive, one, file.write)
