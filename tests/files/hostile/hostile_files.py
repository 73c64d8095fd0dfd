"""What the tests of hostile files share: a small model, its file's entries, and what is refused."""

from __future__ import annotations

import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest

from saccade.errors import FileFormatError, SaccadeError
from saccade.layers import Conv2D, Dense, Flatten
from saccade.models import Sequential, load_model

MB = 1 << 20


def small_model() -> Any:
    model = Sequential([Conv2D(2, 3, input_shape=(5, 5, 1)), Flatten(), Dense(2, name="fc")])
    model.compile("adam", "mse")
    model.preprocessing = {"target_size": [5, 5], "color_mode": "grayscale"}
    return model


def entries_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, entries: Any, packed: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", packed) as archive:
        for name, content in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(name, content)
    return path


def refused(path: Path, words: str, most_bytes: int = 20 * MB, error: type = FileFormatError):
    """Loading raises in words, and Python and NumPy took no more than that."""
    tracemalloc.start()
    try:
        with pytest.raises(error, match=words) as caught:
            load_model(path)
        assert tracemalloc.get_traced_memory()[1] < most_bytes
    finally:
        tracemalloc.stop()
    assert "\n" not in str(caught.value).split(":")[0]
    return caught


def told(call: Any) -> int:
    """How many lines the error of a call has, 0 where it has none; no other error is allowed."""
    try:
        call()
    except SaccadeError as error:
        return len(str(error).splitlines())
    return 0
