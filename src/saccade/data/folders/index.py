"""A folder of images, read once: which files there are, in which order, of which class.

Nothing here opens an image: an index of 100,000 files is a few seconds of listing and a tuple of
strings.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from saccade.data.folders.folder_errors import (
    folder_not_found,
    missing_classes,
    no_class_folders,
    no_images,
)
from saccade.data.folders.walk import ALL_EXTENSIONS, Walk, has_images, list_folder, walk_images
from saccade.errors import DataError, InvalidArgument


@dataclass(frozen=True, eq=False)
class FolderIndex:
    """What `index_folder` found: the images of a folder, class by class.

    Attributes:
        directory: the folder, as it was given.
        class_names: the class folders; a class's number is its place here.
        paths: the images, relative to `directory`, class by class.
        labels: the class number of each path, int32 (n,).
        ignored: how many files were passed over, by lower-cased extension ("" for none).
        hidden: the classes whose folder name starts with a dot (`.ipynb_checkpoints`).
        empty: the classes without an image.
        loose: how many images lie in `directory` itself, in no class.
        special: pipes, devices and sockets with the name of an image, which are left out.
        linked: links to folders inside the class folders, which were not followed.
        left_out: the hidden folders with images in them that do not count as classes.
    """

    directory: str
    class_names: tuple[str, ...]
    paths: tuple[str, ...]
    labels: np.ndarray
    ignored: dict[str, int] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    loose: int = 0
    special: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def class_indices(self) -> dict[str, int]:
        """The class numbers by name, as Keras calls them."""
        return {name: number for number, name in enumerate(self.class_names)}

    @property
    def counts(self) -> np.ndarray:
        """The number of images of each class, int64 (classes,)."""
        return np.bincount(self.labels, minlength=len(self.class_names))

    def full_path(self, i: int) -> str:
        """The i-th image's path, with the folder in front."""
        return os.path.join(self.directory, self.paths[i])


def index_folder(
    directory: str | os.PathLike[str],
    extensions: Sequence[str] = ALL_EXTENSIONS,
    classes: Sequence[str] | None = None,
    follow_links: bool = False,
    allow_empty: bool = False,
    hidden_classes: bool = True,
) -> FolderIndex:
    """List the images of a folder that has one subfolder for each class, in Keras's order.

    Law::

        classes: the subfolders in the order of their characters' codes (capitals first, hidden
                 ones too), or `classes` as given
        images:  for each class, every folder below it in the order of its full name, and in each
                 folder the names in order; a name counts if lower(name) ends in an extension

    Args:
        directory: the folder that holds the class folders.
        extensions: the accepted ends of a file name, ".webp" or "webp", in capitals or not; by
            default those of every picture that Pillow reads.
        classes: the class folders to read, in the order that numbers them; None or empty: all.
        follow_links: enter folders that are symbolic links (a link that leads back up is not
            followed twice). A class folder may be a link either way.
        allow_empty: return an index without images instead of raising.
        hidden_classes: count hidden folders as classes, as Keras's generator does.

    Returns:
        The `FolderIndex`.

    Raises:
        NoSuchFile: there is no such folder.
        DataError: it is not a folder, a class of `classes` is missing, or no image was found.

    Example:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> for name in ("cat/1.jpg", "cat/notes.txt", "Dog/1.PNG"):
        ...     (folder / name).parent.mkdir(exist_ok=True)
        ...     _ = (folder / name).write_bytes(b"")
        >>> index = index_folder(folder)
        >>> index.class_names, index.labels.tolist(), index.ignored
        (('Dog', 'cat'), [0, 1], {'.txt': 1})

    Source: Keras 3, legacy/preprocessing/image.py, DirectoryIterator.
    """
    if not isinstance(directory, str | os.PathLike):
        raise InvalidArgument("directory", "must be the path of a folder", repr(directory))
    directory = os.fspath(directory)
    endings = check_extensions(extensions)
    check_folder(directory)
    folders, files = list_folder(directory)
    hidden = [name for name in folders if name.startswith(".")]
    if not hidden_classes:
        folders = [name for name in folders if name not in hidden]
    class_names = _choose_classes(directory, folders, classes)
    left_out = [] if hidden_classes else hidden
    index = index_classes(directory, class_names, endings, follow_links, files, left_out)
    if not allow_empty:
        require_images(index, endings)
    return index


def index_classes(
    directory: str,
    class_names: Sequence[str],
    endings: tuple[str, ...] = ALL_EXTENSIONS,
    follow_links: bool = False,
    files: Sequence[str] = (),
    left_out: Sequence[str] = (),
) -> FolderIndex:
    """The index of class folders that are known to be there.

    Args:
        directory: the folder that holds them.
        class_names: the class folders, in the order that numbers them.
        endings: the accepted ends of a file name, lower case.
        follow_links: enter folders that are symbolic links.
        files: what lies beside the class folders.
        left_out: hidden folders that are no classes; those without an image are not worth a note.

    Raises:
        DataError: a folder that may not be read.
    """
    walks = [walk_images(directory, name, endings, follow_links) for name in class_names]
    counts = [len(walk.images) for walk in walks]
    return FolderIndex(
        directory=directory,
        class_names=tuple(class_names),
        labels=np.repeat(np.arange(len(walks), dtype=np.int32), counts),
        hidden=tuple(name for name in class_names if name.startswith(".")),
        empty=tuple(name for name, count in zip(class_names, counts, strict=True) if not count),
        loose=sum(name.lower().endswith(endings) for name in files),
        left_out=tuple(name for name in left_out if has_images(directory, name, endings)),
        **_what_was_found(walks),
    )


def index_whole(
    directory: str, follow_links: bool = False, hidden_folders: bool = True
) -> FolderIndex:
    """The index of all images below a folder, in no class; every label is 0.

    Args:
        directory: the folder.
        follow_links: enter folders that are symbolic links.
        hidden_folders: enter the hidden ones that lie directly in it.

    Raises:
        DataError: a folder that may not be read.
    """
    walk = walk_images(directory, "", ALL_EXTENSIONS, follow_links, hidden_folders)
    hidden = [name for name in list_folder(directory)[0] if name.startswith(".")]
    left_out = [] if hidden_folders else hidden
    return FolderIndex(
        directory=directory,
        class_names=(),
        labels=np.zeros(len(walk.images), dtype=np.int32),
        left_out=tuple(name for name in left_out if has_images(directory, name)),
        **_what_was_found([walk]),
    )


def _what_was_found(walks: Sequence[Walk]) -> dict[str, Any]:
    ignored = sum((walk.ignored for walk in walks), Counter())
    return {
        "paths": tuple(path for walk in walks for path in walk.images),
        "ignored": dict(ignored.most_common()),
        "special": tuple(path for walk in walks for path in walk.special),
        "linked": tuple(path for walk in walks for path in walk.linked),
    }


def check_extensions(extensions: Sequence[str]) -> tuple[str, ...]:
    """The accepted ends of a file name, lower case.

    Raises:
        InvalidArgument: a single string, or something that is no string; an empty one would accept
            every file.
    """
    given = () if isinstance(extensions, str) else tuple(extensions)
    if not given or not all(isinstance(one, str) and one.strip(".") for one in given):
        raise InvalidArgument(
            "extensions", 'must be a list of endings, as [".png", ".webp"]', repr(extensions)
        )
    return tuple(one.lower() for one in given)


def require_images(index: FolderIndex, extensions: Sequence[str] = ALL_EXTENSIONS) -> None:
    """Raise the DataError that explains why `index` has no image; do nothing when it has some."""
    if index.paths:
        return
    if not index.class_names:
        raise no_class_folders(index.directory, index.loose)
    raise no_images(index.directory, index.class_names, index.ignored, extensions)


def check_folder(directory: str) -> None:
    """Raise NoSuchFile where there is nothing of that name, DataError where it is no folder."""
    if not os.path.exists(directory):
        raise folder_not_found(directory)
    if not os.path.isdir(directory):
        raise DataError(f'"{directory}"', "must be a folder", "a file", "Give the folder above it.")


def _choose_classes(
    directory: str, folders: list[str], classes: Sequence[str] | None
) -> tuple[str, ...]:
    if classes is None or (isinstance(classes, Sequence) and len(classes) == 0):
        return tuple(folders)
    if isinstance(classes, str) or not isinstance(classes, Iterable):
        raise InvalidArgument("classes", "must be a list of folder names", repr(classes))
    chosen = tuple(str(name) for name in classes)
    twice = [name for name, count in Counter(chosen).items() if count > 1]
    if twice:
        raise InvalidArgument("classes", "must name each folder once", f"{twice[0]!r} twice")
    missing = [name for name in chosen if name not in set(folders)]
    if missing:
        raise missing_classes(directory, missing, folders)
    return chosen
