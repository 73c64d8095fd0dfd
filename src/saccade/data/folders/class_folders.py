"""ClassFolders: image files and their class numbers, in the order of Keras's dataset functions."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from saccade.data.folders.folder_errors import folder_not_found
from saccade.errors import DataError, InvalidArgument

EXTENSIONS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")


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
        Full paths, class numbers int32 (n,) or None, and the classes' names or None.

    Raises:
        NoSuchFile: there is no such folder. DataError: it is a file.
        InvalidArgument: classes that are not there, or labels of another number.

    Source: Keras 3, utils/dataset_utils.py, index_directory.
    """
    directory = os.fspath(directory)
    if not os.path.exists(directory):
        raise folder_not_found(directory)
    if not os.path.isdir(directory):
        raise DataError(f'"{directory}"', "must be a folder", "a file", "Give the folder above it.")
    inferred = isinstance(labels, str)
    names = _choose(directory, class_names) if inferred else [""]
    if not inferred and class_names is not None:
        raise InvalidArgument("class_names", 'can only be given with labels="inferred"')
    paths: list[str] = []
    counts: list[int] = []
    for name in names:
        before = len(paths)
        paths += _files_of(directory, name, follow_links)
        counts.append(len(paths) - before)
    numbers: np.ndarray | None = None
    found_names: list[str] | None = None
    if inferred:
        numbers, found_names = np.repeat(np.arange(len(counts), dtype=np.int32), counts), names
    elif labels is not None:
        if len(labels) != len(paths):
            raise InvalidArgument(
                "labels", f"must be as many as the image files, {len(paths)}", len(labels)
            )
        numbers = np.array(labels)
        found_names = [str(label) for label in sorted(set(labels))]
    if verbose:
        classes = "" if found_names is None else f" belonging to {len(found_names)} classes"
        print(f"Found {len(paths)} files{classes}.")  # noqa: T201 (asked for)
    if order_seed is not None:
        np.random.RandomState(order_seed).shuffle(paths)
        if numbers is not None:
            np.random.RandomState(order_seed).shuffle(numbers)
    return paths, numbers, found_names


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


def _choose(directory: str, class_names: Sequence[str] | None) -> list[str]:
    folders = [
        name
        for name in sorted(os.listdir(directory))
        if not name.startswith(".") and os.path.isdir(os.path.join(directory, name))
    ]
    if class_names is None:
        return folders
    missing = sorted(set(class_names) - set(folders))
    if missing:
        raise InvalidArgument(
            "class_names", f"must be among the subfolders {folders}", f"{missing[0]!r}"
        )
    return list(class_names)


def _files_of(directory: str, name: str, follow_links: bool) -> Iterator[str]:
    top = os.path.join(directory, name)
    folders: list[tuple[str, list[str]]] = []
    for root, below, files in os.walk(top, followlinks=follow_links):
        folders.append((root, files))
        if follow_links:
            below[:] = [folder for folder in below if not _leads_up(os.path.join(root, folder))]
    for root, files in sorted(folders, key=lambda folder: folder[0]):
        inside = os.path.relpath(root, top)
        for file in sorted(files):
            if file.lower().endswith(EXTENSIONS):
                path = file if inside == "." else os.path.join(inside, file)
                yield os.path.join(directory, name, path)


def _leads_up(folder: str) -> bool:
    """Whether a folder is a link to one above it: Keras would walk there until the system stops."""
    if not os.path.islink(folder):
        return False
    target, here = os.path.realpath(folder), os.path.realpath(os.path.dirname(folder))
    return here == target or here.startswith(target.rstrip(os.sep) + os.sep)
