"""The picture files that paths stand for, where some of the paths are folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from saccade.data.folders.folder_errors import extensions_in_words, how_to_use
from saccade.data.folders.folder_notes import folder_notes
from saccade.data.folders.index import index_whole
from saccade.errors import DataError
from saccade.notes import note_once


def list_pictures(paths: Iterable[str | os.PathLike[str]]) -> Iterator[str]:
    """Each path; for a folder the images in it and in all folders below, by name.

    The files that count are those of training; a hidden folder that lies directly in the folder is
    left out, as it is no class there. A note says what was left out.

    Raises:
        DataError: a folder without an image, or one that may not be read.
    """
    for path in (os.fspath(each) for each in paths):
        if not os.path.isdir(path):
            yield path
            continue
        index = index_whole(path, hidden_folders=False)
        if not len(index):
            raise DataError(
                f'"{path}"',
                "must hold images (.png, .jpg, .webp and the like)",
                extensions_in_words(index.ignored) or "none",
                how_to_use(index.ignored),
            )
        for note in folder_notes(index):
            note_once(note)
        yield from map(index.full_path, range(len(index)))
