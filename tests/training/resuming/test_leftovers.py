"""What a process that was killed while it wrote left beside its files goes with the next run."""

import os
import time

import numpy as np
import pytest

from saccade.callbacks import BackupAndRestore, Callback, CSVLogger, ModelCheckpoint, TensorBoard
from saccade.disk.drafts import draft_name
from saccade.disk.whole_file import write_whole
from saccade.layers import Dense
from saccade.models import Sequential
from saccade.optimizers import SGD

X = np.ones((8, 3), np.float32)
EVENTS = "events.out.tfevents.7.v"
WRITERS = {
    "CSVLogger": (lambda root: CSVLogger(root / "log.csv"), "log.csv"),
    "TensorBoard": (lambda root: TensorBoard(root / "events"), f"events/train/{EVENTS}"),
    "its validation": (lambda root: TensorBoard(root / "events"), f"events/validation/{EVENTS}"),
    "ModelCheckpoint": (lambda root: ModelCheckpoint(root / "best.keras"), "best.keras"),
}  # fmt: skip


class Stops(Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt


def train(root, *callbacks):
    model = Sequential([Dense(2, input_shape=(3,))])
    model.compile(SGD(), "mse")
    backup = BackupAndRestore(root / "backup")
    data = {"validation_data": (X, X[:, :2]), "epochs": 2, "verbose": 0}
    model.fit(X, X[:, :2], callbacks=[backup, *callbacks], **data)


@pytest.mark.parametrize("name", WRITERS)
def test_a_run_that_goes_on_leaves_no_draft(tmp_path, name):
    make, target = WRITERS[name]
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, make(tmp_path), Stops())
    target = tmp_path / target
    target.parent.mkdir(exist_ok=True, parents=True)
    left = target.with_name(draft_name(target))
    left.write_bytes(b"half")
    train(tmp_path, make(tmp_path))
    assert [path for path in tmp_path.rglob("*") if path.name.endswith(".part")] == []


def test_a_whole_file_removes_what_the_dead_left(tmp_path):
    target = tmp_path / "numbers.json"
    dead, young = (target.with_name(draft_name(target)) for _ in range(2))
    dead.write_bytes(b"half")
    young.write_bytes(b"by somebody who writes now")
    os.utime(dead, (time.time() - 3600,) * 2)
    write_whole("here", target, "{}")
    assert sorted(os.listdir(tmp_path)) == sorted([young.name, target.name])
