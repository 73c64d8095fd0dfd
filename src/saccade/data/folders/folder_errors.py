"""What is wrong with a folder of images: each function builds one error, and none raises it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from saccade.errors import DataError, NoSuchFile
from saccade.names import nearest

# Of the files that are left out, these look like pictures, and the user should know of them. Those
# that Pillow reads, `extensions=` lets in where it was given; the others need another program.
READABLE_PICTURES = frozenset(
    [".gif", ".webp", ".jfif", ".jpe", ".mpo", ".avif", ".jp2", ".j2k", ".jpx", ".tga", ".pgm"]
)
_OTHER_PICTURES = [".heic", ".heif", ".hif", ".jxl", ".svg", ".psd", ".xcf", ".eps", ".wmf"]
_RARE_PICTURES = [".sgi", ".dds", ".im", ".icns"]
_CAMERA_FILES = [".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".pef"]
UNREAD_PICTURES = READABLE_PICTURES.union(_OTHER_PICTURES, _RARE_PICTURES, _CAMERA_FILES)


def folder_not_found(directory: str) -> NoSuchFile:
    """The folder is not there: name the first part that is missing and its nearest neighbour."""
    missing = os.path.abspath(directory)
    while not os.path.isdir(os.path.dirname(missing)):
        missing = os.path.dirname(missing)
    parent, name = os.path.split(missing)
    guess = nearest(name, _subfolders(parent))
    if guess:
        rest = os.path.relpath(os.path.abspath(directory), missing)
        whole = os.path.normpath(os.path.join(parent, guess, rest))
        do = f'Did you mean "{whole}"?'
    elif directory.startswith("~"):
        do = "Python does not expand ~: use os.path.expanduser."
    else:
        do = f'"{parent}" has no "{name}" in it.'
    return NoSuchFile(f'"{directory}"', "must be a folder", "nothing of that name", do)


def not_readable(path: str, fault: OSError) -> DataError:
    """The system does not let us read a file or list a folder."""
    return DataError(
        f'"{path}"', "must be readable", fault.strerror or fault, "Check its permissions."
    )


def no_class_folders(directory: str, loose_images: int) -> DataError:
    """There is no folder in the folder."""
    parent = os.path.dirname(os.path.abspath(directory))
    if loose_images:
        got = f"{count_of(loose_images, 'image')} and no folder"
        do = (
            f'If it is itself one class, give the folder above it, "{parent}"; else move the '
            "images of each class into a folder of their own."
        )
    else:
        got, do = "no folder", "Put the images in place first, as class name/image.jpg."
    return DataError(f'"{directory}"', "must hold one folder for each class", got, do)


def no_images(
    directory: str,
    class_names: Sequence[str],
    ignored: Mapping[str, int],
    extensions: Sequence[str],
) -> DataError:
    """There are class folders, and not one accepted file in them."""
    folders = f"{count_of(len(class_names), 'class folder')} ({list_some(class_names)})"
    if ignored:
        got = f"{folders} with {extensions_in_words(ignored)}"
        do = how_to_use(ignored) or "Check that this is the folder you mean."
    else:
        got, do = f"{folders} without a file", "Check that this is the folder you mean."
    needed = f"must hold images ({list_some(extensions)}) in its class folders"
    return DataError(f'"{directory}"', needed, got, do)


def how_to_use(endings: Iterable[str]) -> str:
    """What to do with pictures that were passed over; empty where none looks like one."""
    readable = [ending for ending in endings if ending in READABLE_PICTURES]
    others = [ending for ending in endings if ending in UNREAD_PICTURES - READABLE_PICTURES]
    ways = []
    if readable:
        ways.append(f"Give extensions={readable} to use them.")
    if others:
        ways.append(f"Convert {list_some(others)} to PNG or JPEG.")
    return " ".join(ways)


def missing_classes(directory: str, missing: Sequence[str], folders: Sequence[str]) -> DataError:
    """`classes=` names folders that are not there."""
    guess = nearest(missing[0], folders)
    below = [
        folder
        for folder in folders
        if set(missing) <= set(_subfolders(os.path.join(directory, folder)))
    ]
    if below:
        do = f'Did you mean "{os.path.join(directory, below[0])}"?'
    elif guess:
        do = f'Did you mean "{guess}"?'
    else:
        do = "Give names of folders that lie directly in it."
    got = f"no {list_some([repr(name) for name in missing])} among {list_some(folders) or 'none'}"
    return DataError(f'classes of "{directory}"', "must each be a folder in it", got, do)


def extensions_in_words(counts: Mapping[str, int]) -> str:
    """`{".webp": 3, "": 1}` as "3 .webp files, 1 file without extension"."""
    return ", ".join(
        count_of(count, f"{ending} file") if ending else f"{count_of(count, 'file')} without ending"
        for ending, count in counts.items()
    )


def count_of(count: int, noun: str) -> str:
    """A count with its noun: "1 image", "2 images"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def list_some(names: Sequence[str], most: int = 8) -> str:
    """The names with commas, the first `most` of them and how many more there are."""
    listed = ", ".join(names[:most])
    return listed if len(names) <= most else f"{listed} and {len(names) - most} more"


def _subfolders(directory: str) -> list[str]:
    try:
        names = os.listdir(directory)
    except OSError:  # only a guess is lost
        return []
    return [name for name in names if os.path.isdir(os.path.join(directory, name))]
