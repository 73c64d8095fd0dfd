"""Gfile: `tf.io.gfile`, files and folders by TensorFlow's names."""

from __future__ import annotations

import glob as _glob
import io
import os
import shutil
from collections.abc import Iterator
from typing import Any

from saccade.disk.regular_file import open_regular
from saccade.disk.whole_file import replacing
from saccade.errors import NotWritten

join = os.path.join


def exists(path: Any) -> bool:
    return os.path.exists(os.fsdecode(path))


def isdir(path: Any) -> bool:
    return os.path.isdir(os.fsdecode(path))


def listdir(path: Any) -> list[str]:
    return os.listdir(os.fsdecode(path))


def makedirs(path: Any) -> None:
    """A folder and those above it; nothing where they are."""
    os.makedirs(os.fsdecode(path), exist_ok=True)


def mkdir(path: Any) -> None:
    os.mkdir(os.fsdecode(path))


def glob(pattern: Any) -> list[str]:
    patterns = pattern if isinstance(pattern, (list, tuple)) else [pattern]
    return sorted(file for one in patterns for file in _glob.glob(os.fsdecode(one)))


def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Raises NotWritten where a file is there and `overwrite` is False."""
    _check(dst, overwrite)
    with (
        open_regular(src) as source,
        replacing("tf.io.gfile.copy", os.fsdecode(dst)) as draft,
        open(draft, "wb") as target,
    ):
        shutil.copyfileobj(source, target, 2**20)


def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Raises NotWritten where a file is there and `overwrite` is False."""
    _check(dst, overwrite)
    os.replace(os.fsdecode(src), os.fsdecode(dst))


def _check(path: Any, overwrite: bool) -> None:
    if exists(path) and not overwrite:
        raise NotWritten("tf.io.gfile", "a file is there", os.fsdecode(path), "overwrite=True.")


def remove(path: Any) -> None:
    os.remove(os.fsdecode(path))


def rmtree(path: Any) -> None:
    shutil.rmtree(os.fsdecode(path))


def walk(top: Any, topdown: bool = True, onerror: Any = None) -> Iterator[Any]:
    return os.walk(os.fsdecode(top), topdown, onerror)


class Stat:
    """What is known of a file: `length` in bytes, `mtime_nsec`, `is_directory`."""

    def __init__(self, path: str):
        found = os.stat(path)
        self.length, self.mtime_nsec = found.st_size, found.st_mtime_ns
        self.is_directory = os.path.isdir(path)


def stat(path: Any) -> Stat:
    return Stat(os.fsdecode(path))


def GFile(name: Any, mode: str = "r") -> Any:
    """A file, opened as Python opens it; one that is to be read must be a regular file."""
    if mode in ("r", "rb"):
        file = open_regular(name)
        return file if "b" in mode else io.TextIOWrapper(file, encoding="utf-8")
    return open(os.fsdecode(name), mode, encoding=None if "b" in mode else "utf-8")
