"""Picture files: the photos that paths stand for, of files and of folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import numpy as np

from saccade.data.folders.index import PICTURE_EXTENSIONS
from saccade.errors import DataError
from saccade.predictor.predictor import each_picture
from saccade.predictor.preprocessing import Picture


def list_pictures(given: Picture | Iterable[Picture]) -> Iterator[Picture]:
    """Each path or array; for a folder the images in it and in all folders below, by name.

    Args:
        given: one or many paths, arrays of one photo, or a batch NHWC.

    Raises:
        DataError: a folder without an image.
    """
    for path in each_picture(given):
        if isinstance(path, np.ndarray) or not os.path.isdir(path):
            yield path
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
