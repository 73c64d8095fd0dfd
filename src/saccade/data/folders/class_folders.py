"""ClassFolders: image files and their class numbers, in the order of Keras's dataset functions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from saccade.data.folders.folder_notes import folder_notes, note_beyond_keras
from saccade.data.folders.index import FolderIndex, check_folder, index_classes, index_whole
from saccade.data.folders.walk import ALL_EXTENSIONS, DATASET_EXTENSIONS, list_folder
from saccade.errors import DataError, InvalidArgument
from saccade.notes import note_once

_DOOR = "image_dataset_from_directory"


def list_images(
    directory: str | os.PathLike[str],
    labels: str | Sequence[int] | None,
    class_names: Sequence[str] | None,
    order_seed: int | None,
    follow_links: bool = False,
    verbose: bool = True,
) -> tuple[list[str], np.ndarray | None, list[str] | None]:
    """The image files below a folder, their class numbers and the classes' names.

    Law: the classes are the subfolders in the order of their characters' codes, hidden ones left
    out, or `class_names` as given; for each class every folder below it in the order of its full
    name, and in each the names in order. With a seed, files and labels are both shuffled by a
    `numpy.random.RandomState` of that seed.

    Args:
        directory: the folder.
        labels: "inferred" from the subfolders, None, or a class number for each file, in the order
            of a folder that is read as a whole.
        class_names: the subfolders to read; None: all.
        order_seed: of the order; None leaves it alphabetical.
        follow_links: enter folders that are symbolic links.
        verbose: print how many files there are.

    Returns:
        Full paths, class numbers (n,) or None, and the classes' names or None. Numbers are int32,
        int64 where they need it, and float32 where one has a fraction: an age, a rating.

    Raises:
        NoSuchFile: there is no such folder. DataError: it is a file, or a label is no number.
        InvalidArgument: classes that are not there, or labels of another number.

    Source: Keras 3, utils/dataset_utils.py, index_directory.
    """
    directory = os.fspath(directory)
    check_folder(directory)
    inferred = isinstance(labels, str)
    if not inferred and class_names is not None:
        raise InvalidArgument("class_names", 'can only be given with labels="inferred"')
    index = (
        _index_visible(directory, class_names, follow_links)
        if inferred
        else index_whole(directory, follow_links)
    )
    for note in [*folder_notes(index), *note_beyond_keras(index, DATASET_EXTENSIONS, _DOOR)]:
        note_once(note)
    paths = [index.full_path(i) for i in range(len(index))]
    numbers: np.ndarray | None = None
    found_names: list[str] | None = None
    if inferred:
        numbers, found_names = index.labels, list(index.class_names)
    elif labels is not None:
        if len(labels) != len(paths):
            raise InvalidArgument(
                "labels", f"must be as many as the image files, {len(paths)}", len(labels)
            )
        numbers = as_numbers(labels)
        found_names = [str(label) for label in sorted(set(labels))]
    if verbose:
        classes = "" if found_names is None else f" belonging to {len(found_names)} classes"
        print(f"Found {len(paths)} files{classes}.")  # noqa: T201 (asked for)
    if order_seed is not None:
        np.random.RandomState(order_seed).shuffle(paths)
        if numbers is not None:
            np.random.RandomState(order_seed).shuffle(numbers)
    return paths, numbers, found_names


def as_numbers(labels: Sequence[Any]) -> np.ndarray:
    """Labels that the user gave, (n,), as numbers that can hold them.

    Raises:
        DataError: words, or anything else that is not one number for each file.
    """
    try:
        numbers = np.asarray(list(labels))
    except ValueError:  # rows of different lengths
        numbers = np.empty(0, dtype=object)
    if numbers.ndim != 1 or numbers.dtype.kind not in "biuf":
        odd = next((one for one in labels if not isinstance(one, (int, float, np.number))), labels)
        raise DataError(
            f"{_DOOR}(labels=)",
            "must hold one number for each file",
            repr(odd),
            "Number the words: labels = [names.index(word) for word in words].",
        )
    if numbers.dtype.kind == "f":
        return numbers.astype(np.float32)
    fits = not len(numbers) or max(abs(int(numbers.min())), int(numbers.max())) < 2**31
    return numbers.astype(np.int32 if fits else np.int64)


def split_off(
    paths: list[str], labels: np.ndarray | None, share: float | None, subset: str | None
) -> tuple[list[str], np.ndarray | None]:
    """The files of one subset: the last int(share * n) validate, the rest trains.

    Source: Keras 3, utils/dataset_utils.py, get_training_or_validation_split.
    """
    if not share:
        return paths, labels
    held_out = int(share * len(paths))
    if subset == "training":
        print(f"Using {len(paths) - held_out} files for training.")  # noqa: T201 (asked for)
        part = slice(None, -held_out)  # -0 leaves nothing, which is then said by an error
    else:
        print(f"Using {held_out} files for validation.")  # noqa: T201 (asked for)
        part = slice(-held_out, None)
    return paths[part], None if labels is None else labels[part]


def check_split(share: Any, subset: Any, shuffle: bool, seed: Any) -> None:
    """Raise InvalidArgument unless these four arguments make a split.

    Source: Keras 3, utils/dataset_utils.py, check_validation_split_arg.
    """
    if share and not 0 < share < 1:
        raise InvalidArgument("validation_split", "must be between 0 and 1", share)
    if bool(share) != bool(subset):
        raise InvalidArgument(
            "validation_split", "and subset must be given together", f"{share!r} and {subset!r}"
        )
    if subset not in ("training", "validation", "both", None):
        raise InvalidArgument("subset", 'must be "training", "validation" or "both"', repr(subset))
    if share and shuffle and seed is None:
        raise InvalidArgument(
            "validation_split",
            "needs a seed beside shuffle=True",
            "none",
            "Without one, the two subsets would share images: give seed=1337.",
        )


def _index_visible(
    directory: str, class_names: Sequence[str] | None, follow_links: bool
) -> FolderIndex:
    """The index of the folders that are not hidden, or of those that were named."""
    folders, files = list_folder(directory)
    hidden = [name for name in folders if name.startswith(".")]
    visible = [name for name in folders if name not in hidden]
    chosen = visible if class_names is None else list(class_names)
    missing = sorted(set(chosen) - set(visible))
    if missing:
        raise InvalidArgument(
            "class_names", f"must be among the subfolders {visible}", f"{missing[0]!r}"
        )
    return index_classes(directory, chosen, ALL_EXTENSIONS, follow_links, files, hidden)
