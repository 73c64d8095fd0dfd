"""Cache: what the stages before made, kept from the first complete visit for the next ones."""

from __future__ import annotations

import io
import os
import struct
import threading
from collections.abc import Iterator
from itertools import islice
from typing import Any

import torch

from saccade.data.dataset.elements import map_element
from saccade.data.dataset.prefetch import close
from saccade.data.dataset.stage import Stage, Visit, drop
from saccade.data.dataset.string_scalar import StringScalar
from saccade.errors import FileFormatError

_MAGIC = b"saccade dataset cache 1\n"
_LENGTH = struct.Struct("<Q")


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
        os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        part = f"{self.path}.{os.getpid()}-{threading.get_ident()}-{id(items)}.part"
        try:
            with open(part, "wb") as file:
                file.write(_MAGIC)
                for element in items:
                    content = io.BytesIO()
                    torch.save(map_element(_plain, element), content)
                    file.write(_LENGTH.pack(content.tell()) + content.getbuffer())
                    yield element
            os.replace(part, self.path)
        finally:
            close(items)
            if os.path.exists(part):
                os.remove(part)

    def _read(self, start: int) -> Iterator[Any]:
        with open(self.path, "rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise self._damaged("a file of another kind")
            size_bytes = os.fstat(file.fileno()).st_size
            number = 0
            while header := file.read(_LENGTH.size):
                length = _LENGTH.unpack(header)[0] if len(header) == _LENGTH.size else size_bytes
                if file.tell() + length > size_bytes:
                    raise self._damaged("one that is cut off")
                if number < start:
                    file.seek(length, os.SEEK_CUR)
                else:
                    yield self._load(file.read(length))
                number += 1

    def _load(self, content: bytes) -> Any:
        try:
            return map_element(_word, torch.load(io.BytesIO(content), weights_only=True))
        except Exception as fault:  # torch raises nearly anything on damaged bytes
            raise self._damaged(f"{type(fault).__name__}: {fault}") from fault

    def _damaged(self, got: str) -> FileFormatError:
        return FileFormatError(
            f'"{self.path}"', "must be a cache that Dataset.cache wrote", got, "Delete it."
        )


def _plain(leaf: Any) -> Any:
    """Strings as plain str, which is all that torch reads back without running code."""
    if isinstance(leaf, list):
        return [_plain(one) for one in leaf]
    return str(leaf) if isinstance(leaf, str) else leaf


def _word(leaf: Any) -> Any:
    if isinstance(leaf, list):
        return [_word(one) for one in leaf]
    return StringScalar(leaf) if isinstance(leaf, str) else leaf
