"""What is odd about a folder of images, yet no error: sentences for the user."""

from __future__ import annotations

import os
from collections import Counter

from saccade.data.folders.folder_errors import (
    UNREAD_PICTURES,
    count_of,
    extensions_in_words,
    how_to_use,
    list_some,
)
from saccade.data.folders.index import FolderIndex


def folder_notes(index: FolderIndex) -> list[str]:
    """What a user should know of an index: pictures left out, hidden or empty classes, a folder
    that lies above the one that was meant.

    Returns:
        Sentences, each naming the folder; none for an ordinary one.

    Example:
        >>> import numpy as np
        >>> paths = ("photos/cat/1.jpg", "photos/dog/1.jpg")
        >>> for note in folder_notes(FolderIndex("x", ("photos",), paths, np.zeros(2, int))):
        ...     print(note)
        "x": the images of its class "photos" lie in folders (cat, dog). Did you mean "x/photos"?
    """
    where = f'"{index.directory}"'
    notes = []
    pictures = {kind: count for kind, count in index.ignored.items() if kind in UNREAD_PICTURES}
    if pictures:
        notes.append(f"{where}: left out {extensions_in_words(pictures)}. {how_to_use(pictures)}")
    if index.special:
        notes.append(f"{where}: left out what is no file: {list_some(index.special)}.")
    if index.linked:
        notes.append(
            f"{where}: left out {count_of(len(index.linked), 'link')} to folders "
            f"({list_some(index.linked)}). Where the folder is read with follow_links=True, they "
            "are entered."
        )
    if index.left_out:
        hidden = list_some(index.left_out)
        notes.append(f"{where}: left out {hidden}, which is hidden, with the images in it.")
    if index.loose:
        loose = count_of(index.loose, "image")
        notes.append(f"{where}: left out {loose} beside the class folders, in no class.")
    if index.hidden:
        notes.append(
            f"{where}: {list_some(index.hidden)} counts as a class, as in Keras, though it is "
            "hidden. Delete it or name the classes."
        )
    if index.empty:
        notes.append(f"{where}: no image in {list_some(index.empty)}.")
    too_high = _note_too_high(index)
    return [*notes, too_high] if too_high else notes


def note_beyond_keras(index: FolderIndex, extensions: tuple[str, ...], door: str) -> list[str]:
    """What to say of images that count here and not in Keras, whose lists of endings are shorter.

    Args:
        index: what was found.
        extensions: the endings that Keras takes, and those that the user asked for.
        door: Keras's function.
    """
    others = [path for path in index.paths if not path.lower().endswith(extensions)]
    if not others:
        return []
    counts = Counter(os.path.splitext(path)[1].lower() for path in others)
    found = extensions_in_words(dict(counts.most_common()))
    where = f'"{index.directory}"'
    return [f"{where}: includes {found}, of a kind that {door} of Keras leaves out."]


def _note_too_high(index: FolderIndex) -> str | None:
    """DIR/train/cat/1.jpg read from DIR: every "class" holds only folders, with the same names."""
    if not index.class_names:  # a folder that is read as a whole
        return None
    below: dict[str, set[str]] = {}
    for path in index.paths:
        parts = path.split(os.sep)
        if len(parts) < 3:
            return None
        below.setdefault(parts[0], set()).add(parts[1])
    if not below:
        return None
    shared = set.intersection(*below.values())
    if len(shared) < 2:  # one folder below says nothing: cat/originals/1.jpg
        return None
    first = next((name for name in below if name.lower().startswith("train")), next(iter(below)))
    one = len(below) == 1
    subject = f'class "{first}" lie' if one else f"classes ({list_some(list(below))}) all lie"
    return (
        f'"{index.directory}": the images of its {subject} in folders '
        f'({list_some(sorted(shared))}). Did you mean "{os.path.join(index.directory, first)}"?'
    )
