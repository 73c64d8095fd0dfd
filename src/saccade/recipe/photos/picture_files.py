"""Picture files: the photos that paths stand for, of files and of folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import numpy as np

from saccade.data.folders.pictures import pictures_in
from saccade.predictor.predictor import each_picture
from saccade.predictor.preprocessing import Picture


def list_pictures(given: Picture | Iterable[Picture]) -> Iterator[Picture]:
    """Each path or array; for a folder the images in it and in all folders below, by name.

    Args:
        given: one or many paths, arrays of one photo, or a batch NHWC.

    Raises:
        DataError: a folder without an image, or one that may not be read.
    """
    for path in each_picture(given):
        if isinstance(path, np.ndarray) or not os.path.isdir(path):
            yield path
        else:
            yield from pictures_in(path)
