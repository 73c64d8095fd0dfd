"""The pictures of a folder that is read as a whole: it has no classes, or they play no part."""

from __future__ import annotations

import os

from saccade.data.folders.folder_errors import extensions_in_words, how_to_use
from saccade.data.folders.folder_notes import folder_notes
from saccade.data.folders.index import index_whole
from saccade.errors import DataError
from saccade.notes import note_once


def pictures_in(directory: str | os.PathLike[str]) -> list[str]:
    """The images in a folder and in all folders below, in the order of the folders' full names.

    The files that count are those of training; a hidden folder that lies directly in the folder is
    left out, as it is no class there. A note says what was left out.

    Raises:
        DataError: a folder without an image, or one that may not be read.
    """
    index = index_whole(os.fspath(directory), hidden_folders=False)
    if not len(index):
        raise DataError(
            f'"{index.directory}"',
            "must hold images (.png, .jpg, .webp and the like)",
            extensions_in_words(index.ignored) or "none",
            how_to_use(index.ignored),
        )
    for note in folder_notes(index):
        note_once(note)
    return [index.full_path(i) for i in range(len(index))]
