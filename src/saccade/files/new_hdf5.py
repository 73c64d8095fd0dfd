"""New HDF5: a file that is written where the disk may be full.

HDF5 keeps a file open that it could not write to its end, tries once more when the process ends,
and brings the process down. So it is given a file that takes everything; what the disk did not
take is an error afterwards.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Patient(io.RawIOBase):
    """A file for writing and reading, whose first fault is kept, and what follows it is dropped."""

    def __init__(self, file: Any):
        super().__init__()
        self.file = file
        self.fault: OSError | None = None

    def write(self, content: Any) -> int:
        view = memoryview(content).cast("B")
        while self.fault is None and len(view):
            try:
                view = view[self.file.write(view) :]
            except OSError as fault:
                self.fault = fault
        return memoryview(content).nbytes

    def readinto(self, into: Any) -> int:
        if self.fault is None:
            return self.file.readinto(into)
        memoryview(into).cast("B")[:] = bytes(memoryview(into).nbytes)
        return memoryview(into).nbytes

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        return self.file.seek(place, whence)

    def tell(self) -> int:
        return self.file.tell()

    def truncate(self, size: int | None = None) -> int:
        try:
            return self.file.truncate(size)
        except OSError as fault:
            self.fault = self.fault or fault
            return size or 0

    def flush(self) -> None:
        """Nothing waits here."""

    def readable(self) -> bool:
        return True

    writable = seekable = readable


@contextmanager
def new_h5(path: str | os.PathLike[str]) -> Iterator[Any]:
    """A new HDF5 file, whole when this is left.

    Raises:
        OSError: the disk did not take all of it.
    """
    import h5py

    with open(path, "w+b", buffering=0) as raw:
        patient = _Patient(raw)
        with h5py.File(patient, "w") as file:
            yield file
        if patient.fault is not None:
            raise patient.fault
