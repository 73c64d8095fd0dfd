"""What is said at the end of a training."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from saccade.cli.flags import in_flags
from saccade.cli.live import ConsoleListener
from saccade.recipe.announcements import tell_end
from saccade.recipe.scores import ClassScore, Scores

SCORES = Scores(0.5, 1.0, 2, (ClassScore("ant", 1.0, 0.5, 0.7, 2),), ((1, 1), (0, 0)))


@pytest.mark.parametrize(
    ("is_last_best", "rate_falls", "is_said"),
    [(True, False, True), (False, False, False), (True, True, False)],
)
def test_more_epochs_are_advised_where_the_last_was_the_best_at_an_even_rate(
    tmp_path, is_last_best, rate_falls, is_said
):
    said = io.StringIO()
    run: Any = SimpleNamespace(path=tmp_path)
    recorder: Any = SimpleNamespace(rows=[{}, {}], best_epoch=1, is_last_best=is_last_best)
    listener = ConsoleListener(
        Console(file=said, width=100), lambda text: in_flags(text, {"epochs": "--epochs"})
    )
    tell_end(listener, run, recorder, {"validation": SCORES}, 3.0, rate_falls)
    assert ("try more --epochs" in said.getvalue()) is is_said
    assert "Kept epoch 2 of 2 epochs, 3 s in all." in said.getvalue()
