"""A run knows the models that it wrote, and which of them may be there when it goes on."""

from __future__ import annotations

import pytest

from saccade.errors import NotWritten, StateError
from saccade.recipe.unfinished.written_models import WrittenModels


class Model:
    def __init__(self, content):
        self.content = content

    def save(self, path, include_optimizer):
        assert path.suffix == ".keras"
        path.write_text(f"{self.content} {include_optimizer}")


def test_the_last_at_the_state_and_those_after_it_are_right(tmp_path):
    path, known = tmp_path / "model.keras", WrittenModels(tmp_path / "models.sha256")
    known.check(path, 0)  # a state of before digests were kept
    contents = []
    for number in range(3):
        assert known.count() == number
        known.write(Model(number), path, include_optimizer=False)
        contents.append(path.read_bytes())
    for number, content in enumerate(contents, start=1):
        path.write_bytes(content)
        for count in range(1, 4):
            if number >= count:
                known.check(path, count)
            else:
                with pytest.raises(StateError, match="as this run wrote it"):
                    known.check(path, count)


def test_a_digest_is_there_before_the_model(tmp_path, monkeypatch):
    """A kill between the two leaves the model of before, which the state knows."""
    path, known = tmp_path / "model.keras", WrittenModels(tmp_path / "models.sha256")
    known.write(Model("first"), path, include_optimizer=True)
    count, before = known.count(), path.read_bytes()

    def fails(*names):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fails)
    with pytest.raises(NotWritten):
        known.write(Model("second"), path, include_optimizer=True)
    assert known.count() == 2
    assert path.read_bytes() == before
    known.check(path, count)
