"""A model is given all of a file's weights or none, in every format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from files.hostile.hostile_files import entries_of, small_model
from saccade.errors import DataError, FileFormatError, SaccadeError
from saccade.files.formats import FORMATS, suffixes


@pytest.fixture
def entries(tmp_path) -> dict[str, bytes]:
    small_model().save(tmp_path / "whole.keras")
    return entries_of(tmp_path / "whole.keras")


# -- all or nothing --------------------------------------------------------------------------


def damaged_at(path: Path, data: bytes, place: int) -> None:
    changed = bytearray(data)
    changed[place : place + 40] = bytes(one ^ 0x55 for one in changed[place : place + 40])
    path.write_bytes(bytes(changed))


@pytest.mark.parametrize("ending", suffixes("open_weights"))
def test_a_model_is_given_all_weights_or_none(tmp_path, ending):
    """Wherever the file is damaged, in every format of the table."""
    assert {one.suffix for one in FORMATS if one.open_weights} >= {ending}
    source, model = small_model(), small_model()
    path = tmp_path / f"m{ending}"
    (source.save if ending == ".keras" else source.save_weights)(path)
    data = path.read_bytes()
    before = [one.copy() for one in model.get_weights()]
    whole = [one.copy() for one in source.get_weights()]
    refusals = 0
    for place in range(0, len(data), max(1, len(data) // 25)):
        damaged_at(path, data, place)
        try:
            model.load_weights(path)
        except SaccadeError:
            refusals += 1
            assert all(map(np.array_equal, before, model.get_weights())), place
        else:
            assert [one.shape for one in model.get_weights()] == [one.shape for one in whole]
            model.set_weights(before)
    assert refusals > 2


@pytest.mark.parametrize("fails_at", [0, 1, 2, 3])
@pytest.mark.parametrize("ending", suffixes("open_weights"))
def test_a_disk_that_stops_half_way_changes_nothing(tmp_path, monkeypatch, ending, fails_at):
    from saccade.files import weight_change

    source, model = small_model(), small_model()
    path = tmp_path / f"m{ending}"
    (source.save if ending == ".keras" else source.save_weights)(path)
    before, calls, read = [one.copy() for one in model.get_weights()], [], weight_change._read_into

    def failing(weight, values):
        calls.append(weight)
        if len(calls) > fails_at:
            weight.assign(np.full(weight.shape, 7.0))
            raise OSError("the disk went away")
        read(weight, values)

    monkeypatch.setattr(weight_change, "_read_into", failing)
    with pytest.raises(FileFormatError, match="the disk went away"):
        model.load_weights(path)
    assert len(calls) == fails_at + 1
    assert all(map(np.array_equal, before, model.get_weights()))


def test_set_weights_of_words_changes_nothing():
    model = small_model()
    before = [one.copy() for one in model.get_weights()]
    wrong = [np.zeros(one.shape) for one in before[:-1]] + [np.array(["a", "b"])]
    with pytest.raises(DataError, match="must hold numbers"):
        model.set_weights(wrong)
    assert all(map(np.array_equal, before, model.get_weights()))
