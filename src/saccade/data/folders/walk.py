"""The one walk of a folder of images, and which endings count: every door of saccade reads by it.

Keras's two doors count different files: `flow_from_directory` takes .tif and .ppm but no .gif,
`image_dataset_from_directory` the other way round. Here all doors count the same ones, those of
both and every other kind of picture that Pillow reads; `folder_notes` tells of the difference.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from dataclasses import dataclass, field

from saccade.data.folders.folder_errors import not_readable

# Keras compares the end of the lower-cased name with these, without a dot: "namejpg" counts.
GENERATOR_EXTENSIONS = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")
DATASET_EXTENSIONS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
# All that Pillow reads by itself and that holds a picture as a user means it: no documents, no
# layers (.psd), no measurements (.fits). Some builds of Pillow lack AVIF or JPEG 2000; such files
# are then reported one by one, which beats passing over them.
PICTURE_EXTENSIONS = (
    *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".webp", ".avif", ".gif"),
    *(".bmp", ".dib", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".ico", ".pcx"),
    *(".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".qoi"),
)
ALL_EXTENSIONS = (*GENERATOR_EXTENSIONS, *PICTURE_EXTENSIONS)


@dataclass
class Walk:
    """What lies below a folder, by what a reader of images does with it.

    Attributes:
        images: the files that count, relative to the folder that was given.
        ignored: how many files do not, by lower-cased extension ("" for none).
        special: pipes, devices and sockets with the name of an image.
        linked: links to folders, which were not followed.
    """

    images: list[str] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    special: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)


def walk_images(
    directory: str,
    inside: str = "",
    extensions: tuple[str, ...] = ALL_EXTENSIONS,
    follow_links: bool = False,
    hidden: bool = True,
) -> Walk:
    """Find the images in a folder and in all folders below it.

    Law: every folder in the order of its full name, and in each the names in order, which is the
    order of both doors of Keras; a name counts if lower(name) ends in an extension. What cannot be
    opened as a file (a pipe, a socket) is left out; a link to nothing counts, and reading it says
    what is wrong. Hidden files count, as in Keras.

    Args:
        directory: what the paths are relative to.
        inside: the folder to walk, relative to `directory`; "" is `directory` itself.
        extensions: the accepted ends of a file name, lower case.
        follow_links: enter folders that are symbolic links, but never one that leads back up. The
            folder that is walked may be a link either way.
        hidden: enter hidden folders that lie directly in the folder.

    Raises:
        DataError: a folder that may not be read.
    """

    found = Walk()
    top = os.path.join(directory, inside) if inside else directory
    folders = [top]
    listed: list[tuple[str, list[str], set[str]]] = []
    while folders:
        root = folders.pop()
        files, special = [], set()
        for entry in _entries(root):
            if not _is_folder(entry):
                files.append(entry.name)
                if _is_special(entry):
                    special.add(entry.name)
            elif root == top and not hidden and entry.name.startswith("."):
                continue
            elif not entry.is_symlink():
                folders.append(entry.path)
            elif not follow_links:
                found.linked.append(_relative(top, inside, root, entry.name))
            elif not _leads_up(top, root, entry.name):
                folders.append(entry.path)
        listed.append((root, files, special))
    for root, files, special in sorted(listed, key=lambda folder: folder[0]):
        before = _relative(top, inside, root, "")
        for name in sorted(files):
            if not name.lower().endswith(extensions):
                found.ignored[os.path.splitext(name)[1].lower()] += 1
            elif name in special:
                found.special.append(before + name)
            else:
                found.images.append(before + name)
    found.linked.sort()
    return found


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as fault:  # to pass over it would lose images in silence
        raise not_readable(folder, fault) from fault


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that cannot be followed
        return False


def has_images(directory: str, inside: str, extensions: tuple[str, ...] = ALL_EXTENSIONS) -> bool:
    """Whether a file below a folder has the name of an image; folders that may not be read count
    as empty, for only a note depends on it."""
    return any(
        name.lower().endswith(extensions)
        for _, _, files in os.walk(os.path.join(directory, inside))
        for name in files
    )


def list_folder(directory: str) -> tuple[list[str], list[str]]:
    """The names of the folders and of all else directly in a folder, each sorted.

    Raises:
        DataError: it may not be read.
    """
    try:
        names = sorted(os.listdir(directory))
    except OSError as fault:
        raise not_readable(directory, fault) from fault
    folders = [name for name in names if os.path.isdir(os.path.join(directory, name))]
    return folders, sorted(set(names).difference(folders))


def _relative(top: str, inside: str, root: str, name: str) -> str:
    """The path of `root`/`name` below `top`, with `inside` in front."""
    path = name if root == top else os.path.join(os.path.relpath(root, top), name)
    return os.path.join(inside, path) if inside else path


def _is_special(entry: os.DirEntry[str]) -> bool:
    """A pipe, a device, a socket: to open one may wait for ever. A dead link counts as a file."""
    if entry.is_file(follow_symlinks=False):  # what the folder's list tells by itself
        return False
    try:
        return not stat.S_ISREG(entry.stat().st_mode)
    except OSError:  # reading it will say so
        return False


def _leads_up(top: str, root: str, name: str) -> bool:
    """Whether a link in `root` leads to a folder that the walk is in, or above it: an endless walk.

    The walk may have come through other links, so every folder on its way is asked where it is.
    """
    target = os.path.realpath(os.path.join(root, name))
    way = root
    while True:
        here = os.path.realpath(way)
        if here == target or here.startswith(target.rstrip(os.sep) + os.sep):
            return True
        if len(way) <= len(top):
            return False
        way = os.path.dirname(way)
