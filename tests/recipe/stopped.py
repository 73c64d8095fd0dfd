"""`saccade train` in this process, stopped where a test says."""

from __future__ import annotations

import os
from typing import Any

import pytest
from typer.testing import CliRunner

from saccade.cli import app
from saccade.recipe.training.recorder import Recorder

QUICK = ["--epochs", "3", "--batch-size", "8", "--size", "16"]


def train(*arguments: Any, code: int = 0) -> str:
    """Run `saccade train` here; what it printed, on both streams."""
    done = CliRunner().invoke(app, ["train", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def train_until(
    monkeypatch: pytest.MonkeyPatch, stop: Any, *arguments: Any, code: int = 130
) -> str:
    """As `train`, and `stop` is called after the second epoch."""
    whole = Recorder.on_epoch_end

    def stopped(self, epoch, logs=None):
        whole(self, epoch, logs)
        if epoch == 1:
            stop()

    with monkeypatch.context() as patched:
        patched.setattr(Recorder, "on_epoch_end", stopped)
        return train(*arguments, code=code)


def send(number: int) -> Any:
    return lambda: os.kill(os.getpid(), number)


def in_one_line(text: str) -> str:
    return " ".join(text.split())
