"""Which images train, and which are held out: Keras's rule, and an honest one."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence

import numpy as np

from saccade.data.folders.fingerprint import path_bytes, portable_path
from saccade.data.folders.index import FolderIndex
from saccade.errors import InvalidArgument
from saccade.notes import note_once


def keras_split(index: FolderIndex, validation_split: float) -> dict[str, np.ndarray]:
    """Split as `ImageDataGenerator(validation_split=...)` does: each class's first files validate.

    Law::

        validation = files[0 : int(validation_split * n)] of each class, in the index's order
        training   = the rest

    This is not a random split: neighbours in the order of names (the shots of one object, the
    varieties of a fruit) land on one side. `random_split` is the fair one.

    Args:
        index: the folder.
        validation_split: the share that validates, in [0, 1).

    Returns:
        {"training": ..., "validation": ...}: places in `index.paths`, int64, ascending; together
        every place once.

    Example:
        >>> index = FolderIndex(".", ("a",), ("a/1.png", "a/2.png", "a/3.png"), np.zeros(3, int))
        >>> {part: places.tolist() for part, places in keras_split(index, 0.4).items()}
        {'training': [1, 2], 'validation': [0]}

    Source: Keras 3, legacy/preprocessing/image.py, _list_valid_filenames_in_directory.
    """
    if not 0 <= validation_split < 1:
        raise InvalidArgument("validation_split", "must be in [0, 1)", validation_split)
    validates = np.zeros(len(index), dtype=bool)
    for places in _places_of_classes(index):
        validates[places[: int(validation_split * len(places))]] = True
    return {"training": np.flatnonzero(~validates), "validation": np.flatnonzero(validates)}


def random_share(index: FolderIndex, share: float, seed: int = 0) -> np.ndarray:
    """Which images of a folder validate, drawn for each class by a hash of the file's name.

    Law: the n files of a class are ordered by SHA-256 of "seed:path" (relative, "/" between
    folders); the first floor(share * n + 1/2) validate, but never all n. So a class of one file
    trains, and a note names it. The order is that of `random_split`, which also serves several
    parts and gives each of them a file of every class that has enough.

    Args:
        index: the folder.
        share: the share that validates, in [0, 1).
        seed: any integer; another one gives another split.

    Returns:
        bool (n,), in the order of `index.paths`. Adding a file moves at most one other of its
        class.

    Example:
        >>> paths = tuple(f"a/{i}.png" for i in range(10))
        >>> index = FolderIndex(".", ("a",), paths, np.zeros(10, int))
        >>> int(random_share(index, 0.25).sum())
        3
    """
    labels = [index.class_names[label] for label in index.labels]
    return share_of_names(index.paths, labels, share, seed, f'"{index.directory}"')


def share_of_names(
    names: Sequence[str], labels: Sequence[str], share: float, seed: int, where: str
) -> np.ndarray:
    """`random_share` for any names, such as those of a table; without labels all are one class."""
    if not 0 <= share < 1:
        raise InvalidArgument("validation_split", "must be in [0, 1)", share)
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels or [""] * len(names)):
        places.setdefault(label, []).append(place)
    validates = np.zeros(len(names), dtype=bool)
    for of_class in places.values():
        ordered = sorted(of_class, key=lambda i: _draw(seed, names[i]))
        count = min(len(ordered) - 1, math.floor(share * len(ordered) + 0.5))
        validates[ordered[:count]] = True
    if share:
        _note_alone(where, [label for label, of_class in places.items() if len(of_class) == 1])
    return validates


def random_split(
    index: FolderIndex, shares: Mapping[str, float], seed: int = 0
) -> dict[str, np.ndarray]:
    """Split each class at random into "train" and the named held-out parts, stably.

    Law: the n files of a class are ordered by SHA-256 of "seed:path" (relative, "/" between
    folders), and cut at B_1, B_2, ... for the parts in the order of `shares`::

        B_0 = 0;  B_k = B_{k-1}                                              where share_k = 0
        B_k = min(n - 1, max(floor((share_1 + ... + share_k) * n + 1/2), B_{k-1} + 1))   else
        part k = files[B_{k-1} : B_k]                  train = the rest, files[B_last : n]

    What follows from it:

    - train has a file of every class; a class of one file trains only, and a note names it;
    - each part has a file of every class that has enough (two files serve the first part, three
      the second), the parts named first being served first;
    - a file's place depends on its path, on the seed and on how many files its class has, so the
      parts are the same on every machine, and a part does not change with the shares after it:
      name the test part first, and trying another validation share cannot leak it into training;
    - adding or removing a file makes at most one other file of its class cross each cut, and none
      of another class.

    Args:
        index: the folder.
        shares: the held-out parts and their shares, each in [0, 1), together below 1, for example
            {"test": 0.2, "validation": 0.2}.
        seed: any integer; another one gives another split.

    Returns:
        One array for each part and "train": places in `index.paths`, int64, ascending; together
        every place once.

    Raises:
        InvalidArgument: shares that leave nothing to train on, or a part called "train".

    Example:
        >>> paths = tuple(f"a/{i}.png" for i in range(10))
        >>> index = FolderIndex(".", ("a",), paths, np.zeros(10, int))
        >>> parts = random_split(index, {"test": 0.2, "validation": 0.1}, seed=0)
        >>> {part: len(places) for part, places in parts.items()}
        {'train': 7, 'test': 2, 'validation': 1}
    """
    _check_shares(shares)
    part_of = np.zeros(len(index), dtype=np.intp)  # 0 trains, k is the k-th named part
    alone: list[str] = []
    for class_name, places in zip(index.class_names, _places_of_classes(index), strict=True):
        if len(places) == 1 and any(shares.values()):
            alone.append(class_name)
        ordered = sorted(places, key=lambda i: _draw(seed, index.paths[i]))
        cuts = _cuts(len(ordered), list(shares.values()))
        for part, (start, stop) in enumerate(zip([0, *cuts], cuts, strict=False), start=1):
            part_of[ordered[start:stop]] = part
    _note_alone(f'"{index.directory}"', alone)
    names = ["train", *shares]
    return {name: np.flatnonzero(part_of == part) for part, name in enumerate(names)}


def _places_of_classes(index: FolderIndex) -> list[np.ndarray]:
    """For each class, the places of its files in `index.paths`, ascending."""
    order = np.argsort(index.labels, kind="stable")
    return np.split(order, np.cumsum(index.counts)[:-1]) if index.class_names else []


def _note_alone(where: str, alone: list[str]) -> None:
    if alone:
        note_once(
            f"{where}: one image only, which trains, so no held-out part can judge "
            f"the class: {', '.join(alone)}."
        )


def _draw(seed: int, path: str) -> bytes:
    return hashlib.sha256(f"{seed}:".encode() + path_bytes(portable_path(path))).digest()


def _cuts(n: int, shares: list[float]) -> list[int]:
    """B_1, B_2, ... of the law in `random_split` for a class of n files."""
    cuts: list[int] = []
    share_so_far, cut = 0.0, 0
    for share in shares:
        share_so_far += share
        if share > 0 and n > 0:
            cut = min(n - 1, max(math.floor(share_so_far * n + 0.5), cut + 1))
        cuts.append(cut)
    return cuts


def _check_shares(shares: Mapping[str, float]) -> None:
    if "train" in shares:
        raise InvalidArgument("shares", "must name the held-out parts only", "'train'")
    for part, share in shares.items():
        if not 0 <= share < 1:
            raise InvalidArgument(f'share of "{part}"', "must be in [0, 1)", share)
    if sum(shares.values()) >= 1:
        raise InvalidArgument(
            "shares", "must together leave something to train on", dict(shares), "Lower one."
        )
