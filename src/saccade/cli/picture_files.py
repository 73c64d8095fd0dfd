"""Picture files: what the paths on a command line mean."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from saccade.data.folders.index import PICTURE_EXTENSIONS
from saccade.errors import DataError


def list_pictures(paths: Iterable[Path]) -> Iterator[str]:
    """Each path; for a folder the images in it and in all folders below, by name.

    Raises:
        DataError: a folder without an image.
    """
    for path in paths:
        if not path.is_dir():
            yield os.fspath(path)
            continue
        found = False
        for root, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                if name.lower().endswith(PICTURE_EXTENSIONS) and not name.startswith("."):
                    found = True
                    yield os.path.join(root, name)
        if not found:
            raise DataError(
                f'"{path}"', "must hold images (.png, .jpg, .webp and the like)", "none"
            )
