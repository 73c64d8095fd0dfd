"""Photos: what a folder holds, by class and by part (train, validation, test)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from saccade.data import FolderIndex, folder_notes, index_folder, random_split
from saccade.data.folders.folder_errors import count_of, list_some
from saccade.errors import DataError
from saccade.names import nearest
from saccade.utf8_mode import as_text

SPELLINGS = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation"),
    "test": ("test",),
}
FEW = 10  # images of a class, below which its numbers say little


@dataclass(frozen=True)
class Photos:
    """The photos of a folder, before any is opened.

    Attributes:
        index: all of them, the paths relative to the folder that was given.
        part: the part of each path by its folder, "train" where there are no parts.
        given_parts: the parts that have a folder.
        notes: what the user should know, in sentences.
        rows: where each path stood when the folder was read, int64; `keep` leaves gaps.
    """

    index: FolderIndex
    part: np.ndarray
    given_parts: frozenset[str]
    notes: tuple[str, ...]
    rows: np.ndarray

    def keep(self, good: np.ndarray) -> Photos:
        """Only the photos where `good`, and only the classes that still have one to train on.

        Raises:
            DataError: fewer than two classes are left.
        """
        trains = good & (self.part == "train")
        counts = np.bincount(self.index.labels[trains], minlength=len(self.index.class_names))
        kept = np.flatnonzero(counts)
        number = np.full(len(counts), -1, dtype=np.int32)
        number[kept] = np.arange(len(kept))
        good = good & (number[self.index.labels] >= 0)
        names = tuple(self.index.class_names[i] for i in kept)
        _require_two_classes(self.index.directory, names, int(counts.sum()))
        lost = [name for name in self.index.class_names if name not in names]
        notes = [f"No usable image to train on in {list_some(lost)}: left out."] if lost else []
        index = replace(
            self.index,
            class_names=names,
            paths=tuple(self.index.paths[i] for i in np.flatnonzero(good)),
            labels=number[self.index.labels[good]],
        )
        return replace(
            self,
            index=index,
            part=self.part[good],
            notes=(*self.notes, *notes),
            rows=self.rows[good],
        )

    def split(self, shares: dict[str, float], seed: int) -> dict[str, np.ndarray]:
        """The places in `index` of each part, int64; `shares` are cut off the training photos."""
        trains = np.flatnonzero(self.part == "train")
        training = replace(
            self.index,
            paths=tuple(self.index.paths[i] for i in trains),
            labels=self.index.labels[trains],
        )
        cut = random_split(training, shares, seed)
        parts = {name: trains[places] for name, places in cut.items()}
        for name in self.given_parts - {"train"}:
            parts[name] = np.flatnonzero(self.part == name)
        return {name: parts.get(name, np.empty(0, dtype=np.int64)) for name in SPELLINGS}


def find_photos(folder: str | os.PathLike[str]) -> Photos:
    """Look at a folder: classes, or train/, val/ and test/ with classes in them.

    Raises:
        NoSuchFile, DataError: no such folder, no classes, one class, no images, or a class in
            one part that is not in train.
    """
    top = os.fspath(folder)
    folders = _part_folders(top)
    if not folders:
        index = index_classes(top)
        _require_two_classes(top, index.class_names, len(index))
        part = np.full(len(index), "train", dtype="<U10")
        return Photos(index, part, frozenset(), tuple(_notes(index)), np.arange(len(index)))
    indexes = {part: index_classes(os.path.join(top, name)) for part, name in folders.items()}
    train = indexes["train"]
    _require_two_classes(train.directory, train.class_names, len(train))
    paths: list[str] = []
    labels: list[np.ndarray] = []
    of: list[np.ndarray] = []
    for part, index in indexes.items():
        paths += (os.path.join(folders[part], path) for path in index.paths)
        labels.append(renumber(index, train.class_names, f'"{train.directory}"'))
        of.append(np.full(len(index), part, dtype="<U10"))
    merged = replace(train, directory=top, paths=tuple(paths), labels=np.concatenate(labels))
    notes = [note for index in indexes.values() for note in _notes(index)]
    left_out = sorted(set(_visible_folders(top)) - set(folders.values()))
    if left_out:
        notes.append(f'"{top}": left out {list_some(left_out)}, which is no part.')
    part = np.concatenate(of)
    return Photos(merged, part, frozenset(folders), tuple(notes), np.arange(len(part)))


def index_classes(directory: str) -> FolderIndex:
    """The index of a folder of classes, without hidden folders (Keras counts those as classes).

    Raises:
        DataError: as `index_folder`; or a class whose name cannot be written into a model.
    """
    index = index_folder(directory, hidden_classes=False)
    index = replace(index, class_names=tuple(map(as_text, index.class_names)))
    for name in index.class_names:
        try:
            name.encode()
        except UnicodeEncodeError:  # bytes that are no text come as surrogates
            where = f'folder {name!r} of "{directory}"'
            raise DataError(where, "must be named in text (UTF-8)", do="Rename it.") from None
    return index


def renumber(index: FolderIndex, class_names: Sequence[str], owner: str) -> np.ndarray:
    """The labels of an index in the numbering of `class_names`, int32.

    Raises:
        DataError: the index has images of a class that is not among them.
    """
    counts = index.counts
    unknown = [
        name
        for name, count in zip(index.class_names, counts, strict=True)
        if count and name not in class_names
    ]
    if unknown:
        guess = nearest(unknown[0], class_names)
        below = [name for name in unknown if _visible_folders(os.path.join(index.directory, name))]
        inside = [
            n
            for n in below
            if set(_visible_folders(os.path.join(index.directory, n))) & set(class_names)
        ]
        if inside:
            do = f'Did you mean "{os.path.join(index.directory, inside[-1])}"?'
        elif guess:
            do = f'Did you mean "{guess}"?'
        else:
            do = "Rename the folders, or take them out."
        raise DataError(
            f'"{index.directory}"',
            f"its folders must be named like the classes of {owner} ({list_some(class_names)})",
            list_some(unknown),
            do,
        )
    place = {name: number for number, name in enumerate(class_names)}
    table = np.array([place.get(name, -1) for name in index.class_names], dtype=np.int32)
    return table[index.labels]


def few_images(index: FolderIndex) -> dict[str, int]:
    """The classes with too few images to judge by, and how many they have."""
    return {
        name: int(count)
        for name, count in zip(index.class_names, index.counts, strict=True)
        if count < FEW
    }


def _part_folders(top: str) -> dict[str, str]:
    """The folder of each part; none where the subfolders are classes.

    A class may be called "train": so it needs a second part beside it, or no folder beside it
    that is no part.

    Raises:
        DataError: two folders for one part.
    """
    names = _visible_folders(top)
    found: dict[str, str] = {}
    for part, spellings in SPELLINGS.items():
        matching = [name for name in names if name.lower() in spellings]
        if len(matching) > 1:
            raise DataError(
                f'"{top}"', f"must have one folder of {part} photos", list_some(matching)
            )
        if matching:
            found[part] = matching[0]
    if "train" not in found or (len(found) == 1 and len(names) > 1):
        return {}
    return found


def _visible_folders(top: str) -> list[str]:
    try:
        entries = sorted(os.listdir(top))
    except OSError:  # index_folder says it in words
        return []
    return [
        name
        for name in entries
        if not name.startswith(".") and os.path.isdir(os.path.join(top, name))
    ]


def _notes(index: FolderIndex) -> list[str]:
    return folder_notes(replace(index, empty=()))  # `keep` names the empty classes


def _require_two_classes(directory: str, class_names: Sequence[str], images: int) -> None:
    if len(class_names) >= 2:
        return
    if not class_names:
        raise DataError(f'"{directory}"', "must hold images that can be decoded", "none")
    only = class_names[0]
    inner = _visible_folders(os.path.join(directory, only))
    if len(inner) > 1:
        do = f'Did you mean "{os.path.join(directory, only)}"?'
    elif Path(directory).name and not inner:
        do = "Put the images of each other class into a folder beside it."
    else:
        do = ""
    found = f'one ("{only}", {count_of(images, "image")})'
    raise DataError(f'"{directory}"', "must hold at least two classes", found, do)
