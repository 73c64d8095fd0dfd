"""BackupAndRestore: killed anywhere and started again, a run ends as if nothing had happened."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch

from saccade import callbacks, notes
from saccade.callbacks import BackupAndRestore, Callback, EarlyStopping, ModelCheckpoint
from saccade.errors import FileFormatError, InvalidArgument, StateError
from saccade.layers import BatchNormalization, Dense, Dropout
from saccade.metrics import Mean, Metric
from saccade.models import Sequential
from saccade.optimizers import Adam
from saccade.utils import set_random_seed
from training.resuming.killing import Killed, Kills

STREAM = np.random.RandomState(0)
X, Y = STREAM.standard_normal((40, 5)).astype(np.float32), STREAM.randint(0, 3, 40)


def kills(*moment):
    return Kills(*moment, hears_last=False)


def network():
    layers = [Dense(8, activation="relu", input_shape=(5,)), BatchNormalization(), Dropout(0.4),
              Dense(3, activation="softmax")]  # fmt: skip
    model = Sequential(layers)
    model.compile(Adam(0.01), "sparse_categorical_crossentropy", metrics=["acc"])
    return model


def fit(folder, kill=None, extra=(), **options):
    """The same run, with a callback list of the same kinds; `kill` may end it early."""
    set_random_seed(5)
    model = network()
    backup = BackupAndRestore(folder, **options) if folder else None
    listed = [one for one in (backup, *extra, kill) if one is not None]
    arguments = {"epochs": 4, "batch_size": 8, "verbose": 0, "validation_split": 0.25}
    try:
        history = model.fit(X, Y, callbacks=listed, **arguments)
    except Killed:
        return model, None
    return model, history


def agree(one, other):
    assert one[1].history == other[1].history
    assert one[1].epoch == other[1].epoch
    for mine, theirs in zip(one[0].weights, other[0].weights, strict=True):
        assert torch.equal(mine, theirs)
    assert one[0].optimizer.iterations == other[0].optimizer.iterations


MOMENTS = [("begin", 1), ("before", 1, 0), ("before", 2, 3), ("end", 2), ("end", 3)]


@pytest.mark.sampled
@pytest.mark.parametrize("moment", MOMENTS, ids=str)
@pytest.mark.parametrize("save_freq", ["epoch", 1, 3])
def test_killed_and_started_again(tmp_path, moment, save_freq):
    folder = tmp_path / "backup"
    reference = fit(None)
    assert fit(folder, kills(*moment), save_freq=save_freq)[1] is None
    assert (folder / "latest.state.safetensors").exists()
    agree(fit(folder, save_freq=save_freq), reference)
    assert not folder.exists()


def test_killed_again_and_again(tmp_path):
    reference = fit(None)
    for moment in (("before", 0, 2), ("before", 1, 1), ("begin", 2), ("before", 3, 2)):
        assert fit(tmp_path / "b", kills(*moment), save_freq=1)[1] is None
    agree(fit(tmp_path / "b", save_freq=1), reference)


def test_the_run_and_its_data_are_let_go(tmp_path):
    backup = callbacks.BackupAndRestore(tmp_path / "b")
    fit(None, extra=[backup])
    assert backup._run is None


def test_what_others_remember_goes_on_too(tmp_path):
    """Callbacks after it in the list: their counts are those of the epoch that was saved."""

    def others(name):
        folder = tmp_path / name
        return [
            EarlyStopping("val_loss", patience=3, min_delta=10.0, restore_best_weights=True),
            callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=2, min_delta=10.0, cooldown=1),
            callbacks.CSVLogger(tmp_path / f"{name}.csv"),
            ModelCheckpoint(folder / "{epoch}-{batch}.weights.h5", save_weights_only=True,
                            save_freq=3),
        ]  # fmt: skip

    reference = fit(None, extra=others("a"))
    for moment in (("before", 1, 2), ("begin", 2), ("before", 2, 1), ("end", 2)):
        fit(tmp_path / "backup", kills(*moment), others("b"), save_freq=2)
    agree(fit(tmp_path / "backup", extra=others("b"), save_freq=2), reference)
    assert (tmp_path / "b.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()
    assert sorted(os.listdir(tmp_path / "b")) == sorted(os.listdir(tmp_path / "a"))


class Counts(Metric):
    """A metric of a user's own, with weights for each class; `reset_state` is its own, too."""

    def __init__(self, name="counts"):
        super().__init__(name=name)
        self.hits = self.add_weight(shape=(3,), name="hits")
        self.seen = self.add_weight(shape=(3,), name="seen")
        self.sums = self.kept()

    def kept(self):
        return None

    def update_state(self, y_true, y_pred, sample_weight=None):
        rows = torch.nn.functional.one_hot(y_true.reshape(-1).long(), 3).float()
        self.seen.assign_add(rows.sum(0))
        self.hits.assign_add((rows * y_pred).sum(0))

    def result(self):
        return (self.hits / (self.seen + 1e-7)).mean()

    def reset_state(self):
        for one in (self.hits, self.seen):
            one.assign(torch.zeros(3))


class InList(Counts):
    def kept(self):
        return [self.hits, self.seen]


class Nested(Counts):
    def kept(self):
        return [Mean(), [0.0, None]]

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, y_pred)
        self.sums[1][0] += 1.0

    def reset_state(self):
        super().reset_state()
        self.sums[1][0] = 0.0


@pytest.mark.parametrize("kind", [Counts, InList, Nested])
def test_metrics_with_weights_of_their_own_go_on_too(tmp_path, kind, monkeypatch):
    def with_own():
        model = unchanged()
        model.compile(Adam(0.01), "sparse_categorical_crossentropy", metrics=["acc", kind()])
        return model

    unchanged = network
    monkeypatch.setitem(globals(), "network", with_own)
    reference = fit(None)
    fit(tmp_path / "backup", kills("before", 1, 2), save_freq=1)
    agree(fit(tmp_path / "backup", save_freq=1), reference)


@pytest.mark.slow
def test_the_process_itself_killed(tmp_path):
    """No exception, no clean end: the process is gone, and another one goes on."""
    script = tmp_path / "run.py"
    script.write_text(
        textwrap.dedent("""
            import os, sys, signal, numpy as np
            from saccade.callbacks import BackupAndRestore, LambdaCallback
            from saccade.layers import Dense, Dropout
            from saccade.models import Sequential
            from saccade.utils import set_random_seed
            folder, out, when = sys.argv[1:]
            set_random_seed(1)
            model = Sequential([Dense(6, "relu", input_shape=(4,)), Dropout(0.5), Dense(2)])
            model.compile("adam", "mse")
            x = np.random.RandomState(0).standard_normal((30, 4)); y = x[:, :2]
            seen = []
            def kill(batch, logs):
                seen.append(batch)
                if len(seen) == int(when):
                    os.kill(os.getpid(), signal.SIGKILL)
            model.fit(x, y, epochs=3, batch_size=6, verbose=0, callbacks=[
                LambdaCallback(on_train_batch_end=kill), BackupAndRestore(folder, save_freq=1)])
            np.save(out, np.concatenate([w.ravel() for w in model.get_weights()]))
        """)
    )

    def run(folder, out, when):
        command = [sys.executable, str(script), str(folder), str(out), str(when)]
        return subprocess.run(command, check=False, env=environment).returncode

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    assert run(tmp_path / "none", tmp_path / "whole.npy", 99) == 0
    assert run(tmp_path / "backup", tmp_path / "part.npy", 8) == -9
    assert run(tmp_path / "backup", tmp_path / "part.npy", 99) == 0
    np.testing.assert_array_equal(np.load(tmp_path / "part.npy"), np.load(tmp_path / "whole.npy"))


def test_what_lies_in_the_folder(tmp_path):
    fit(tmp_path, kills("before", 2, 2), save_freq=3)
    place = json.loads((tmp_path / "training_metadata.json").read_text())
    assert place == {"epoch": 2, "batch": 1}  # four batches an epoch: after batch 9
    assert sorted(os.listdir(tmp_path)) == ["latest.state.safetensors", "training_metadata.json"]


def test_kept_if_asked_and_a_run_that_is_over_stays_over(tmp_path):
    reference = fit(tmp_path, delete_checkpoint=False)
    assert json.loads((tmp_path / "training_metadata.json").read_text())["epoch"] == 4
    agree(fit(tmp_path, delete_checkpoint=False), reference)


def test_strangers_in_the_folder_are_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    fit(tmp_path, double_checkpoint=True)
    assert os.listdir(tmp_path) == ["mine.txt"]


def damage(path):
    path.write_bytes(path.read_bytes()[:300])


def test_the_state_before_the_last(tmp_path, caplog):
    notes.forget_notes()
    fit(tmp_path, kills("before", 3, 0), double_checkpoint=True)
    damage(tmp_path / "latest.state.safetensors")
    agree(fit(tmp_path, double_checkpoint=True), fit(None))
    assert "is damaged; the state before it is taken" in caplog.text
    notes.forget_notes()


def test_damage_is_told(tmp_path):
    fit(tmp_path, kills("before", 3, 0))
    damage(tmp_path / "latest.state.safetensors")
    with pytest.raises(FileFormatError, match=r"must be a whole state.*delete it to begin anew"):
        fit(tmp_path)


def test_a_file_that_runs_code_is_not_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return Path(tmp_path / "run").touch, ()

    torch.save({"epoch": Evil()}, tmp_path / "latest.state.safetensors")
    with pytest.raises(FileFormatError):
        fit(tmp_path)
    assert not (tmp_path / "run").exists()


def test_a_state_of_another_model_is_told(tmp_path):
    fit(tmp_path, kills("before", 3, 0))
    model = Sequential([Dense(3, input_shape=(5,))])
    model.compile("sgd", "mse")
    with pytest.raises(StateError, match="must be of a model with these layers"):
        model.fit(X, Y, verbose=0, callbacks=[BackupAndRestore(tmp_path)])


def test_a_model_that_is_not_built_is_told(tmp_path):
    model = Sequential([Dense(3)])
    model.compile("sgd", "mse")
    with pytest.raises(StateError, match="must be built before fit"):
        model.fit(X, X[:, :3], verbose=0, callbacks=[BackupAndRestore(tmp_path)])


@pytest.mark.parametrize("freq", ["batch", 0, 1.5, True, None, False])
def test_other_frequencies_are_told(freq):
    with pytest.raises(InvalidArgument, match="save_freq"):
        BackupAndRestore("b", save_freq=freq)
    with pytest.raises(InvalidArgument, match="save_freq"):
        ModelCheckpoint("b.keras", save_freq=freq)


def test_no_folder_is_told():
    with pytest.raises(InvalidArgument, match="backup_dir"):
        BackupAndRestore("")
    with pytest.raises(InvalidArgument, match="backup_dir"):
        BackupAndRestore(None)


def test_states_that_are_not_plain_are_told(tmp_path):
    class Odd(Callback):
        def state(self):
            return {"a": object()}

        def restore(self, state):
            """With both a callback says that saccade is meant."""

    with pytest.raises(InvalidArgument, match=r"named_callbacks.*must be made of numbers.*object"):
        fit(tmp_path, extra=[Odd()])
