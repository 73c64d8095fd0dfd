"""Cache: what the stages before made, kept from the first complete visit for the next ones."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from saccade.data.dataset.prefetch import close
from saccade.data.dataset.stage import Stage, Visit, drop
from saccade.data.dataset.stored_element import pack_element, unpack_element
from saccade.disk.drafts import draft_name
from saccade.disk.regular_file import open_regular
from saccade.disk.whole_file import check_place, flush_folder
from saccade.errors import FileFormatError
from saccade.notes import note_once

_MAGIC = b"saccade dataset cache 2\n"
_HEAD = struct.Struct("<QI")  # an element's bytes, and their CRC-32


class Cache(Stage):
    """A stage that keeps what it read to the end; a visit that is broken off keeps nothing."""

    def __init__(self, inner: Stage):
        super().__init__(inner)
        self.shares = True
        self.filled_from: list[int] | None = None  # what the shuffles before drew from

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        kept = self.kept(start)
        if kept is not None:
            return kept
        positions = super().positions()
        # A cache is filled once, in whichever round of a `repeat` comes first: always the first.
        items = self.inner[0].open(Visit(visit.numbers))
        return drop(self._fill(items, positions), start)

    def kept(self, start: int) -> Iterator[Any] | None:
        """What is kept, from number `start` on; None while nothing is."""
        raise NotImplementedError

    def _fill(self, items: Iterator[Any], positions: list[int]) -> Iterator[Any]:
        yield from self.fill(items)
        self.filled_from = positions

    def fill(self, items: Iterator[Any]) -> Iterator[Any]:
        """The items, kept when the last one was given."""
        raise NotImplementedError

    def positions(self) -> list[int]:
        # A run that goes on elsewhere fills its cache again: in the same order.
        return super().positions() if self.filled_from is None else list(self.filled_from)

    def restore(self, positions: list[int]) -> list[int]:
        if self.filled_from is not None and positions[: len(self.filled_from)] != self.filled_from:
            self.forget()
            self.filled_from = None
        return super().restore(positions)

    def forget(self) -> None:
        """What is kept is in an order that is no longer asked for."""


class MemoryCache(Cache):
    """Elements kept in memory, as long as the dataset lives."""

    def __init__(self, inner: Stage):
        super().__init__(inner)
        self.elements: list[Any] | None = None

    def length(self) -> int:
        return super().length() if self.elements is None else len(self.elements)

    def forget(self) -> None:
        self.elements = None

    def kept(self, start: int) -> Iterator[Any] | None:
        return None if self.elements is None else islice(self.elements, start, None)

    def fill(self, items: Iterator[Any]) -> Iterator[Any]:
        elements = []
        for element in items:
            elements.append(element)
            yield element
        self.elements = elements


class FileCache(Cache):
    """Elements kept in one file; it outlives the process, and is not compared with the stages.

    The file grows under another name and gets its own when it is complete.
    """

    def __init__(self, inner: Stage, filename: str):
        super().__init__(inner)
        name = os.path.join(filename, "dataset") if os.path.isdir(filename) else filename
        if not os.path.basename(name):  # "folder/", which is not there yet
            name = os.path.join(name, "dataset")
        self.path = f"{name}.cache"

    def kept(self, start: int) -> Iterator[Any] | None:
        return self._read(start) if os.path.exists(self.path) else None

    def fill(self, items: Iterator[Any]) -> Iterator[Any]:
        part: Draft | None = Draft(self.path)
        try:
            for element in items:
                if part is not None and not part.add(pack_element(element)):
                    part = None
                yield element
            if part is not None:
                part.settle()
        finally:
            close(items)
            if part is not None:
                part.drop()

    def _read(self, start: int) -> Iterator[Any]:
        needed = "must be a cache that Dataset.cache wrote"
        with open_regular(self.path, needed=needed, wrong=FileFormatError) as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise self._damaged("a file of another kind, or of an earlier version")
            size_bytes = os.fstat(file.fileno()).st_size
            number = 0
            while head := file.read(_HEAD.size):
                length, crc = _HEAD.unpack(head) if len(head) == _HEAD.size else (size_bytes, 0)
                if file.tell() + length > size_bytes:
                    raise self._damaged("one that is cut off")
                if number < start:
                    file.seek(length, os.SEEK_CUR)
                else:
                    yield self._load(file.read(length), crc)
                number += 1

    def _load(self, content: bytes, crc: int) -> Any:
        if zlib.crc32(content) != crc:
            raise self._damaged("other bytes than were written")
        try:
            return unpack_element(content)
        except (ValueError, KeyError, TypeError, RecursionError) as fault:
            raise self._damaged(f"{type(fault).__name__}: {fault}") from fault

    def _damaged(self, got: str) -> FileFormatError:
        return FileFormatError(
            f'"{self.path}"', "must be a cache that Dataset.cache wrote", got, "Delete it."
        )


class Draft:
    """The file as it grows, beside its place. A full disk ends the keeping, not the reading.

    Raises:
        NotWritten: there can be no such file.
    """

    def __init__(self, path: str):
        self.path = path
        check_place("Dataset.cache", path)
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        self.name = os.fspath(Path(path).with_name(draft_name(Path(path))))
        self.file = open(self.name, "xb")  # noqa: SIM115 (kept open)
        self.file.write(_MAGIC)

    def add(self, content: bytes) -> bool:
        """Write one element; False where there is no room: then the draft is gone."""
        try:
            self.file.write(_HEAD.pack(len(content), zlib.crc32(content)))
            self.file.write(content)
            return True
        except OSError as fault:
            self._give_up(fault)
            return False

    def settle(self) -> None:
        """All are there: the file gets its name."""
        try:
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()
            os.replace(self.name, self.path)
            flush_folder(os.path.dirname(self.path) or ".")
        except OSError as fault:
            self._give_up(fault)

    def drop(self) -> None:
        """Close the file, and remove what did not become whole."""
        with suppress(OSError):  # closing writes what waits
            self.file.close()
        with suppress(OSError):
            os.remove(self.name)

    def _give_up(self, fault: OSError) -> None:
        self.drop()
        note_once(
            f'Dataset.cache: "{self.path}" cannot be written ({fault.strerror}), so the elements '
            "are made anew in every pass."
        )
