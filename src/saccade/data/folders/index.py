"""A folder of images, read once: which files there are, in which order, of which class.

Nothing here opens an image: an index of 100,000 files is a few seconds of listing and a tuple of
strings.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from saccade.data.folders.folder_errors import (
    folder_not_found,
    missing_classes,
    no_class_folders,
    no_images,
    not_readable,
)
from saccade.errors import DataError, InvalidArgument, NoSuchFile

# Keras compares the end of the lower-cased name with these, without a dot.
EXTENSIONS = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")
# All that Pillow reads by itself and that holds a picture as a user means it: no documents, no
# layers (.psd), no measurements (.fits). Some builds of Pillow lack AVIF or JPEG 2000; such files
# are then reported one by one, which beats passing over them.
PICTURE_EXTENSIONS = (
    *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".webp", ".avif", ".gif"),
    *(".bmp", ".dib", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".ico", ".pcx"),
    *(".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".qoi"),
)


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
        special: pipes, devices and sockets with the name of an image, which are passed over.
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
    extensions: Sequence[str] = EXTENSIONS,
    classes: Sequence[str] | None = None,
    follow_links: bool = False,
    allow_empty: bool = False,
) -> FolderIndex:
    """List the images of a folder that has one subfolder for each class, in Keras's order.

    Law::

        classes: the subfolders in the order of their characters' codes (capitals first, hidden
                 ones too), or `classes` as given
        images:  for each class, every folder below it in the order of its full name, and in each
                 folder the names in order; a name counts if lower(name) ends in an extension

    Args:
        directory: the folder that holds the class folders.
        extensions: the accepted ends of a file name, ".webp" or "webp", in capitals or not.
        classes: the class folders to read, in the order that numbers them; None or empty: all.
        follow_links: enter folders that are symbolic links (a link that leads back up is not
            followed twice). A class folder may be a link either way.
        allow_empty: return an index without images instead of raising.

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
    folders, loose = _list_top(directory, endings)
    class_names = _choose_classes(directory, folders, classes)

    paths: list[str] = []
    counts: list[int] = []
    ignored: Counter[str] = Counter()
    special: list[str] = []
    for name in class_names:
        before = len(paths)
        for path in _walk_class(directory, name, follow_links):
            if not path.lower().endswith(endings):
                ignored[os.path.splitext(path)[1].lower()] += 1
            elif _is_special(os.path.join(directory, path)):
                special.append(path)
            else:
                paths.append(path)
        counts.append(len(paths) - before)

    index = FolderIndex(
        directory=directory,
        class_names=class_names,
        paths=tuple(paths),
        labels=np.repeat(np.arange(len(class_names), dtype=np.int32), counts),
        ignored=dict(ignored.most_common()),
        hidden=tuple(name for name in class_names if name.startswith(".")),
        empty=tuple(name for name, count in zip(class_names, counts, strict=True) if not count),
        loose=loose,
        special=tuple(special),
    )
    if not allow_empty:
        require_images(index, endings)
    return index


def check_extensions(extensions: Sequence[str]) -> tuple[str, ...]:
    """The accepted ends of a file name, lower case.

    Raises:
        InvalidArgument: a single word, or something that is no word; an empty one would accept
            every file.
    """
    words = () if isinstance(extensions, str) else tuple(extensions)
    if not words or not all(isinstance(word, str) and word.strip(".") for word in words):
        raise InvalidArgument(
            "extensions", 'must be a list of endings, as [".png", ".webp"]', repr(extensions)
        )
    return tuple(word.lower() for word in words)


def require_images(index: FolderIndex, extensions: Sequence[str] = EXTENSIONS) -> None:
    """Raise the DataError that explains why `index` has no image; do nothing when it has some."""
    if index.paths:
        return
    if not index.class_names:
        raise no_class_folders(index.directory, index.loose)
    raise no_images(index.directory, index.class_names, index.ignored, extensions)


def fingerprint(index: FolderIndex) -> str:
    """Name the data of an index by one SHA-256, which changes when and only when the data does.

    Law::

        fingerprint = SHA-256 of the lines "path NUL size NUL SHA-256 of the content LF",
                      in the order of the paths (relative, "/" between folders)

    So a renamed, moved, edited, added or removed image changes it; the place of the folder, file
    times, files that are no images, and the order of `classes` do not. Every file is read once.

    Returns:
        64 hexadecimal digits.

    Raises:
        NoSuchFile: a file of the index is gone.
        DataError: a file cannot be read.

    Example:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> (folder / "cat").mkdir()
        >>> _ = (folder / "cat" / "1.jpg").write_bytes(b"purr")
        >>> fingerprint(index_folder(folder))[:12]
        'b53d1ebef1f7'
    """
    whole = hashlib.sha256()
    for path in sorted(portable_path(path) for path in index.paths):
        full_path = os.path.join(index.directory, *path.split("/"))
        try:
            with open(full_path, "rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
                size_bytes = file.tell()
        except FileNotFoundError as fault:
            raise NoSuchFile(
                f'"{full_path}"', "was there when the folder was read", "no file", "Read it again."
            ) from fault
        except OSError as fault:
            raise not_readable(full_path, fault) from fault
        whole.update(path_bytes(path) + f"\0{size_bytes}\0{content}\n".encode())
    return whole.hexdigest()


def portable_path(path: str) -> str:
    """A relative path with "/" between its parts, so that hashes agree between systems."""
    return path.replace(os.sep, "/")


def path_bytes(path: str) -> bytes:
    """The bytes of a path for hashing; a name that is not valid UTF-8 keeps its bytes."""
    return path.encode("utf-8", "surrogateescape")


def _list_top(directory: str, endings: tuple[str, ...]) -> tuple[list[str], int]:
    """The names of the folders in `directory`, sorted, and the number of images beside them."""
    if not os.path.exists(directory):
        raise folder_not_found(directory)
    if not os.path.isdir(directory):
        raise DataError(f'"{directory}"', "must be a folder", "a file", "Give the folder above it.")
    try:
        names = sorted(os.listdir(directory))
    except OSError as fault:
        raise not_readable(directory, fault) from fault
    folders = [name for name in names if os.path.isdir(os.path.join(directory, name))]
    files = set(names).difference(folders)
    return folders, sum(name.lower().endswith(endings) for name in files)


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


def _walk_class(directory: str, name: str, follow_links: bool) -> Iterator[str]:
    """Every file below a class folder, relative to `directory`, in Keras's order."""

    def fail(fault: OSError) -> None:  # os.walk would pass over it in silence
        raise not_readable(str(fault.filename), fault) from fault

    top = os.path.join(directory, name)
    below: list[tuple[str, list[str]]] = []
    for root, folders, files in os.walk(top, followlinks=follow_links, onerror=fail):
        below.append((root, files))
        if follow_links:
            folders[:] = [folder for folder in folders if not _leads_up(root, folder)]
    below.sort(key=lambda entry: entry[0])
    for root, files in below:
        inside = os.path.join(name, os.path.relpath(root, top)) if root != top else name
        for file in sorted(files):
            yield os.path.join(inside, file)


def _is_special(path: str) -> bool:
    """A pipe, a device, a socket: to open one may wait for ever. A dead link counts as a file."""
    try:
        mode = os.stat(path).st_mode
    except OSError:  # reading it will say so
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _leads_up(root: str, folder: str) -> bool:
    """Whether a link in `root` leads to `root` itself or to a folder above it: an endless walk."""
    target = os.path.realpath(os.path.join(root, folder))
    here = os.path.realpath(root)
    return here == target or here.startswith(target.rstrip(os.sep) + os.sep)
