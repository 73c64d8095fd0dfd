"""HDF5: files of arrays that anybody may have written, opened so that nothing else is in them.

HDF5 can hold links into other files, arrays that lie there, objects of any type, and arrays whose
shape is told and whose numbers are not there. Files of weights have none of this.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from saccade.disk.regular_file import check_regular
from saccade.errors import FileFormatError, SaccadeError
from saccade.files.new_hdf5 import new_h5

FREE_BYTES = 1 << 26  # what may unpack to so much is not looked at: it takes no memory to speak of
MOST_UNPACKED = 100  # times the bytes in the file; trained weights hardly get smaller when packed
MOST_CHUNK_BYTES = 1 << 26


@contextmanager
def open_h5(where: str, source: Any, mode: str = "r") -> Iterator[Any]:
    """An HDF5 file, from a path or a file object.

    Raises:
        FileFormatError: it is not one, or damaged.
    """
    import h5py  # slow to load, and only needed here

    if mode == "r" and not hasattr(source, "read"):
        check_regular(source, where, "must be a whole HDF5 file", FileFormatError)
    try:
        opened = new_h5(source) if mode == "w" else h5py.File(source, "r")
    except OSError as error:
        if isinstance(error, PermissionError):
            raise
        raise FileFormatError(
            where,
            "the weights must be a whole HDF5 file",
            str(error),
            "The file was cut short or damaged: copy or save it again.",
        ) from error
    with opened as file:
        yield file


@contextmanager
def whole(where: str, needed: str = "the weights must be a whole HDF5 file") -> Iterator[None]:
    """What is raised for damaged bytes, or for things of another kind than a model's file has, as
    one kind of error."""
    try:
        yield
    except (SaccadeError, PermissionError):
        raise
    except Exception as error:  # HDF5 and h5py raise of all kinds
        raise FileFormatError(
            where,
            needed,
            f"{type(error).__name__}: {error}",
            "The file was damaged: copy or save it again.",
        ) from error


def attribute(owner: Any, name: str, default: Any = None) -> Any:
    """An attribute of a file or group; `default` where there is none.

    Raises:
        TypeError: it holds no numbers and no text. HDF5 crashes on damaged sequences, so those are
            not read.
    """
    import h5py

    if name not in owner.attrs:
        return default
    kind = owner.attrs.get_id(name).get_type().get_class()
    if kind not in (h5py.h5t.INTEGER, h5py.h5t.FLOAT, h5py.h5t.STRING):
        raise TypeError(f"the attribute {name} holds neither numbers nor text")
    return owner.attrs[name]


def check_array(where: str, path: str, values: Any) -> None:
    """Look at what a file says of an array, before any of it is read.

    Raises:
        FileFormatError: it lies elsewhere, has no shape, holds objects, is not wholly in the file,
            or unpacks to far more than weights do.
    """
    if not hasattr(values, "shape"):
        raise FileFormatError(where, f'"{path}" must be an array', type(values).__name__)
    if values.external or values.is_virtual:
        raise FileFormatError(where, "weights must lie in the file itself", f"a link at {path}")
    if values.shape is None:
        raise FileFormatError(where, f'"{path}" must be an array', "an empty dataset")
    if values.dtype.kind == "O":
        raise FileFormatError(where, f'"{path}" must hold numbers', "objects")
    there, size = values.id.get_storage_size(), values.nbytes
    if values.chunks is None and there < size:
        got = f"{there:,} of {size:,} bytes"
        raise FileFormatError(where, f'"{path}" must be wholly in the file', got)
    if values.chunks is not None:
        check_unpacked(where, path, size, there)
        chunk_bytes = values.dtype.itemsize
        for length in values.chunks:
            chunk_bytes *= length
        if chunk_bytes > max(size, MOST_CHUNK_BYTES):
            got = f"pieces of {chunk_bytes:,} bytes for an array of {size:,}"
            raise FileFormatError(where, f'"{path}" must be packed in pieces of its size', got)


def check_unpacked(where: str, what: str, size_bytes: int, packed_bytes: int) -> None:
    """Look at how much something unpacks to, before it is unpacked.

    Raises:
        FileFormatError: more than a hundred times what it takes, and more than 64 MB.
    """
    if size_bytes > max(FREE_BYTES, MOST_UNPACKED * packed_bytes):
        raise FileFormatError(
            where,
            f"{what} may unpack to {MOST_UNPACKED} times its size",
            f"{size_bytes:,} bytes out of {packed_bytes:,}",
            "The file was made to take the memory: get it from where it was saved.",
        )


def arrays_in(where: str, file: Any) -> dict[str, Any]:
    """Every array of an open file by its path; links that lead elsewhere are not followed.

    Raises:
        FileFormatError: one that `check_array` refuses, or a name that is no text.
    """
    found: dict[str, Any] = {}

    def visit(path: str | bytes, item: Any) -> None:
        if isinstance(path, bytes):  # what h5py makes of bytes that are no UTF-8
            raise FileFormatError(where, "names in the file must be text", repr(path))
        if hasattr(item, "shape"):
            check_array(where, path, item)
            found[path] = item

    with whole(where):
        file.visititems(visit)
    return found


def numbers_in(where: str, file: Any) -> int:
    """How many numbers all arrays of an open file hold."""
    return sum(int(values.size) for values in arrays_in(where, file).values())
