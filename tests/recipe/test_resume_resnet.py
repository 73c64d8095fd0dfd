"""ResNet50's features and phases, stopped by hand in each of them, and gone on with."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import pytest

from recipe import killing
from recipe.killing import assert_same_end
from recipe.stopped import in_one_line, train
from saccade.recipe.training import transfer
from saccade.recipe.training.recorder import Recorder
from saccade.recipe.training.run_backup import RunBackup
from saccade.recipe.unfinished.kept_features import KeptFeatures

pytestmark = pytest.mark.slow


def stop_at(monkeypatch, holder, name, count, number=signal.SIGINT):
    """Send a signal after the count-th call of a method; how many calls there were."""
    whole, calls = getattr(holder, name), []

    def call(self, *args, **options):
        result = whole(self, *args, **options)
        calls.append(args)
        if len(calls) == count:
            os.kill(os.getpid(), number)
        return result

    monkeypatch.setattr(holder, name, call)
    return calls


def test_stopped_in_each_phase_it_goes_on(tmp_path, monkeypatch, hears_signals):
    monkeypatch.chdir(tmp_path)
    words, _ = killing.prepare("resnet50", tmp_path)
    monkeypatch.setattr(transfer, "LAST_LAYER", replace(transfer.LAST_LAYER, epochs=3))
    train(*words, "-o", "whole")
    unfinished = tmp_path / "run" / ".resume"

    with monkeypatch.context() as patched:
        stop_at(patched, KeptFeatures, "add", 2)
        said = train(*words, "-o", "run", code=130)
    assert "run holds what was computed so far." in in_one_line(said)
    assert "To go on with it:" in said
    assert sorted(path.name for path in unfinished.iterdir()) == [
        "command.json", "features-validation.rows", "features-view-0.rows", "lock"
    ]  # fmt: skip

    with monkeypatch.context() as patched:
        added = stop_at(patched, KeptFeatures, "add", 0)
        stop_at(patched, RunBackup, "on_train_batch_end", 7)  # in the second epoch
        said = train(*words, "-o", "run", "--resume", code=130)
    assert len(added) == 3 + 3 + 1 - 2  # two views of 9 photos and 3 more, by 4
    assert "holds the best model so far" in in_one_line(said)

    with monkeypatch.context() as patched:
        added = stop_at(patched, KeptFeatures, "add", 0)
        stop_at(patched, Recorder, "on_epoch_end", 3, signal.SIGTERM)  # the first of fine-tuning
        said = train(*words, "-o", "run", "--resume", code=143)
    assert not added
    assert "Fine-tuning ResNet50" in said
    assert sorted(path.name for path in unfinished.iterdir()) == [
        "command.json", "ended-last-layer.state", "lock", "models.sha256", "state-fine-tuning"
    ]  # fmt: skip

    said = train(*words, "-o", "run", "--resume")
    assert "Training the last layer" not in said
    assert_same_end(tmp_path / "run", tmp_path / "whole")
