"""The record of an unfinished run: damaged in any way, it is refused by name, and nothing moves."""

from __future__ import annotations

import json
import os

import pytest

from saccade.errors import FileFormatError
from saccade.recipe.unfinished.command_record import CommandRecord

WHOLE = {
    "format": 1,
    "versions": {"saccade": "0.1.0"},
    "choices": {"folder": "photos"},
    "spelt": {"folder": "photos", "output": None, "weights": None, "overwrite": False},
    "settled": {"architecture": "lenet"},
    "photos": "11c5",
    "weights": None,
    "preprocessing": {"target_size": [28, 28]},
    "threads": 2,
    "replaces": False,
}
OTHERS = (None, 3, -1, 10**9, 1.5, "x", [], {}, True)
FREE = ("weights",)  # whatever it is, it is compared and not used


def _wrong():
    yield from ("", "[]", "null", "NaN", "[" * 100_000, '{"format": 1}')
    for name in WHOLE:
        if name in FREE:
            continue
        yield json.dumps({key: value for key, value in WHOLE.items() if key != name})
        for other in OTHERS:
            fits = type(other) is type(WHOLE[name]) and other not in ({}, -1, 10**9)
            if not fits and not (name in ("choices", "preprocessing", "versions") and other == {}):
                yield json.dumps(WHOLE | {name: other})
    for names in (["../../evil"], ["/etc/passwd"], "model.keras", [[]], [3], None):
        yield json.dumps(WHOLE | {"settling": names})
    for precision in ("float8", 3, []):
        yield json.dumps(WHOLE | {"precision": precision})
    for word in WHOLE["spelt"]:
        spelt = {key: value for key, value in WHOLE["spelt"].items() if key != word}
        yield json.dumps(WHOLE | {"spelt": spelt})


@pytest.mark.parametrize("text", list(_wrong()), ids=lambda text: text[:200])
def test_a_damaged_record_is_refused_by_name(tmp_path, text):
    path = tmp_path / "command.json"
    path.write_text(text)
    with pytest.raises(FileFormatError) as told:
        CommandRecord.read(path)
    assert "command.json" in str(told.value)
    assert len(str(told.value)) < 400 + len(os.fspath(path))


@pytest.mark.parametrize("more", [{}, {"settling": ["model.keras"]}, {"precision": "bfloat16"}])
def test_a_whole_record_is_read(tmp_path, more):
    path = tmp_path / "command.json"
    path.write_text(json.dumps(WHOLE | more))
    assert CommandRecord.read(path).content == WHOLE | more
