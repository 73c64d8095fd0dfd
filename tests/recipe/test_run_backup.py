"""How often a training keeps its state, and what its progress shows when it goes on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from saccade.recipe.listener import EpochLines
from saccade.recipe.training import run_backup
from saccade.recipe.training.run_backup import RunBackup
from saccade.training.callbacks.backup_and_restore import BackupAndRestore


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(s=1000.0)
    monkeypatch.setattr(run_backup, "time", SimpleNamespace(monotonic=lambda: now.s))
    return now


def interrupted(came):
    return SimpleNamespace(came=came, stop=lambda: None)


@pytest.fixture
def backup(tmp_path, clock, monkeypatch):
    """One whose copies cost `cost` seconds, and are noted instead of made."""
    made = RunBackup(tmp_path)
    each: Any = SimpleNamespace(saves=[], holds=0, cost=0.25, of=made)

    def save(self):
        self._writer.waited_s += each.cost
        each.saves.append(clock.s)

    def hold(self, run):
        each.holds += 1

    monkeypatch.setattr(BackupAndRestore, "_save", save)
    monkeypatch.setattr(BackupAndRestore, "before_validation", hold)
    monkeypatch.setattr(BackupAndRestore, "on_train_begin", lambda self, logs: save(self))
    # Around what would make `_run` a name of this file's own.
    vars(made).update(_run=SimpleNamespace(epoch=0, epochs=99), _interrupts=interrupted(None))
    vars(made).update(model=SimpleNamespace(stop_training=False))
    made.on_train_begin()
    return each


def epochs(backup, clock, count, seconds, batches=1):
    for epoch in range(count):
        for batch in range(batches):
            clock.s += seconds / batches
            backup.of.on_train_batch_end(batch)
        backup.of.before_validation(None)
        backup.of.on_epoch_end(epoch)


@pytest.mark.parametrize(("seconds", "saved"), [(1, 4), (10, 33), (50, 100), (59, 100)])
def test_training_waits_for_one_percent_at_most(backup, clock, seconds, saved):
    epochs(backup, clock, 100, seconds)
    assert len(backup.saves) - 1 == saved
    assert backup.holds == 100  # it is noted only, or as cheap
    assert saved * backup.cost <= 0.0101 * 100 * seconds


def test_the_last_epoch_is_kept(backup, clock):
    backup.of._run.epoch = 99
    backup.of.on_epoch_end(98)
    assert len(backup.saves) == 2


def test_a_long_epoch_is_kept_every_minute(backup, clock):
    epochs(backup, clock, 1, 600, batches=100)
    assert len(backup.saves) - 1 == 9
    gaps = [later - sooner for sooner, later in zip(backup.saves, backup.saves[1:], strict=False)]
    assert max(gaps) <= 66


def test_an_interrupt_is_kept_whatever_it_costs(backup, clock):
    clock.s += 1
    vars(backup.of).update(_interrupts=interrupted(2))
    backup.of.on_epoch_end(0)
    assert len(backup.saves) == 2


def test_how_fast_it_goes_is_not_said_of_an_epoch_that_began_elsewhere():
    lines = []
    told = EpochLines(lines.append, lambda: False, images=100)
    told.set_params({"epochs": 2})
    told.on_epoch_end(0, {"loss": 1.0})
    told.on_epoch_begin(1)
    told.on_epoch_end(1, {"loss": 1.0})
    assert "images/s" not in lines[0]
    assert "images/s" in lines[1]
