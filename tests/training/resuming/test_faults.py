"""What goes wrong while a run is kept: training goes on, the last good state stays, all is said."""

import os
import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import torch

from saccade import notes
from saccade.callbacks import BackupAndRestore, Callback, CSVLogger, EarlyStopping
from saccade.errors import FileFormatError, NotWritten, SaccadeError, StateError
from saccade.files import replacement, state_file
from saccade.files.state_file import read_state
from saccade.layers import BatchNormalization, Dense, Dropout
from saccade.models import Sequential
from saccade.optimizers import SGD, Adam
from saccade.training.resuming.state_folder import STATE_FILE
from saccade.utils import set_random_seed

X = np.random.RandomState(0).standard_normal((24, 40)).astype(np.float32)
EPOCHS = 3


@pytest.fixture(autouse=True)
def forget():
    notes.forget_notes()
    yield
    notes.forget_notes()


class Does(Callback):
    """Calls a function when an epoch begins, all being written; raises in another one."""

    backup = None

    def __init__(self, function=None, epoch=1, stop_at=None):
        super().__init__()
        self.function, self.epoch, self.stop_at = function, epoch, stop_at

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.stop_at:
            raise ZeroDivisionError
        if epoch == self.epoch and self.function is not None:
            if self.backup is not None:
                self.backup._writer.finish()
            self.function()


def made(optimizer="adam", units=40, layers=(), metrics=("mae",)):
    set_random_seed(3)
    first = Dense(units, "relu", input_shape=(40,))
    model = Sequential([first, BatchNormalization(), Dropout(0.5), *layers, Dense(2)])
    model.compile(optimizer, "mse", metrics=list(metrics))
    return model


def fit(folder, *extra, model=None, x=X, batch_size=6, **options):
    model = model or made()
    backup = BackupAndRestore(folder, **options) if folder else None
    listed = [*extra, backup] if backup else list(extra)
    for one in extra:
        one.backup = backup
    history = model.fit(
        x, x[:, :2], epochs=EPOCHS, batch_size=batch_size, verbose=0, callbacks=listed
    )
    return model, history


def interrupted(folder, *extra, **options):
    with pytest.raises(ZeroDivisionError):
        fit(folder, Does(stop_at=2), *extra, **options)


def agree(one, other):
    assert one[1].history == other[1].history
    for mine, theirs in zip(one[0].weights, other[0].weights, strict=True):
        assert torch.equal(mine, theirs)


# -- the disk ------------------------------------------------------------------------------


def test_a_full_disk_loses_nothing_in_memory(tmp_path, caplog):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    kept = []

    def fill():
        kept.append(read_state(tmp_path / "b" / STATE_FILE)[1]["epoch"])
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))

    try:
        got = fit(tmp_path / "b", Does(fill), delete_checkpoint=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    agree(got, fit(None))
    assert caplog.text.count("the state could not be written to") == 1
    assert "File too large" in caplog.text
    assert "Training goes on" in caplog.text
    assert read_state(tmp_path / "b" / STATE_FILE)[1]["epoch"] == kept[0] == 1
    assert sorted(os.listdir(tmp_path / "b")) == [STATE_FILE, "training_metadata.json"]


def test_a_folder_that_vanishes_is_made_again(tmp_path):
    vanish = Does(lambda: shutil.rmtree(tmp_path / "b", ignore_errors=True))
    got = fit(tmp_path / "b", vanish, delete_checkpoint=False)
    agree(got, fit(None))
    assert read_state(tmp_path / "b" / STATE_FILE)[1]["epoch"] == EPOCHS


def test_a_folder_that_became_a_file_costs_a_note(tmp_path, caplog):
    def change():
        shutil.rmtree(tmp_path / "b")
        (tmp_path / "b").write_text("mine")

    agree(fit(tmp_path / "b", Does(change)), fit(None))
    assert "could not be written" in caplog.text
    assert (tmp_path / "b").read_text() == "mine"


def test_a_place_that_takes_nothing_is_told_before_training(tmp_path):
    (tmp_path / "file").write_text("mine")
    began = Does(lambda: pytest.fail("it has begun"), epoch=0)
    with pytest.raises(NotWritten, match="must be one that can be written to"):
        fit(tmp_path / "file" / "backup", began)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told_before_training(tmp_path):
    (tmp_path / "b").mkdir(mode=0o500)
    with pytest.raises(NotWritten, match="Permission denied"):
        fit(tmp_path / "b")


def test_a_fault_of_the_program_is_not_hidden(tmp_path, monkeypatch):
    def broken(*args, **kwargs):
        raise AssertionError("a fault in the writing")

    monkeypatch.setattr("saccade.training.resuming.state_folder.write_packed", broken)
    with pytest.raises(AssertionError, match="a fault in the writing"):
        fit(tmp_path / "b")
    assert "saccade-state" not in [thread.name for thread in threading.enumerate()]


def test_the_bytes_come_to_the_disk_before_the_name(tmp_path, monkeypatch):
    """Flushed, renamed, and the folder flushed: in this order, for every file."""
    done = []
    fsync, replace = os.fsync, os.replace

    def named(number):
        path = os.readlink(f"/proc/self/fd/{number}")
        done.append("folder" if os.path.isdir(path) else "flush " + os.path.basename(path))
        fsync(number)

    def renamed(one, other):
        done.append("rename " + os.path.basename(other))
        replace(one, other)

    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("no /proc to see names in")
    monkeypatch.setattr(replacement.os, "fsync", named)
    monkeypatch.setattr(replacement.os, "replace", renamed)
    state_file.write_state(tmp_path / "s", {"a": torch.ones(3)})
    assert done == ["flush s", "rename s", "folder"]


# -- states of others ------------------------------------------------------------------------


OTHERS = {
    "layers": (lambda: {"model": made(layers=[Dropout(0.1)])}, "of a model with these layers"),
    "units": (lambda: {"model": made(units=41)}, "have weights of shapes"),
    "optimizer": (lambda: {"model": made("sgd")}, "of the optimizer SGD, got Adam"),
    "slots": (lambda: {"model": made(Adam(amsgrad=True))}, "have the slots"),
    "metrics": (lambda: {"model": made(metrics=["mse"])}, "have the metrics"),
    "batch size": (lambda: {"batch_size": 8}, "batch_size 8, got batch_size 6"),
    "samples": (lambda: {"x": X[:18]}, "samples 18, got samples 24"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_state_of_another_run_is_refused_by_name(tmp_path, name):
    """And nothing of it stays in the model."""
    interrupted(tmp_path)
    made_so, words = OTHERS[name]
    options = {"model": made(), **made_so()}
    model = options["model"]
    before = [weight.detach().clone() for weight in model.weights]
    with pytest.raises(StateError, match=words) as caught:
        fit(tmp_path, **options)
    assert "begin anew" in str(caught.value) or "optimizer the arguments" in str(caught.value)
    for weight, expected in zip(model.weights, before, strict=True):
        assert torch.equal(weight, expected)
    assert model.optimizer.iterations == 0
    assert (tmp_path / STATE_FILE).exists()
    agree(fit(tmp_path), fit(None))


def test_a_callback_that_refuses_its_state_leaves_nothing_half_done(tmp_path):
    class Refuses(Callback):
        def state(self):
            return 3

        def restore(self, state):
            raise ValueError("not mine")

    interrupted(tmp_path, Refuses())
    model = made()
    before = [weight.detach().clone() for weight in model.weights]
    with pytest.raises(ValueError, match="not mine"):
        fit(tmp_path, Refuses(), model=model)
    for weight, expected in zip(model.weights, before, strict=True):
        assert torch.equal(weight, expected)


def test_another_model_touches_no_file_of_other_callbacks(tmp_path):
    """What CSVLogger wrote is still there when the state is refused."""
    interrupted(tmp_path / "b", CSVLogger(tmp_path / "log.csv"))
    before = (tmp_path / "log.csv").read_text()
    assert before
    with pytest.raises(StateError):
        fit(tmp_path / "b", CSVLogger(tmp_path / "log.csv"), model=made(units=3))
    assert (tmp_path / "log.csv").read_text() == before


def test_callbacks_that_are_gone_or_new_are_said(tmp_path, caplog):
    interrupted(tmp_path, EarlyStopping("loss", patience=9))
    fit(tmp_path, CSVLogger(tmp_path / "log.csv"))
    assert "the state of EarlyStopping 0 is left aside" in caplog.text
    assert "CSVLogger 0 was not there before, and begins anew" in caplog.text


def test_other_versions_are_said_and_go_on(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(state_file, "__version__", "0.0.7")
    interrupted(tmp_path)
    monkeypatch.undo()
    agree(fit(tmp_path), fit(None))
    assert "was saved by saccade 0.0.7 and goes on with" in caplog.text


def test_what_an_earlier_saccade_wrote_is_refused_by_name(tmp_path):
    (tmp_path / "latest.state.pt").write_bytes(b"PK")
    with pytest.raises(FileFormatError, match=r"latest\.state\.pt.*Delete it to begin anew"):
        fit(tmp_path)


def test_a_failure_before_it_goes_on_keeps_the_state(tmp_path):
    """Another callback fails before the state was given back: it is still there for the next."""

    class Breaks(Callback):
        def on_train_begin(self, logs=None):
            raise ZeroDivisionError

    interrupted(tmp_path)
    before = (tmp_path / STATE_FILE).read_bytes()
    with pytest.raises(ZeroDivisionError):
        fit(tmp_path, Breaks())
    assert (tmp_path / STATE_FILE).read_bytes() == before
    agree(fit(tmp_path), fit(None))


def test_a_state_of_something_else_is_told(tmp_path):
    state_file.write_state(tmp_path / STATE_FILE, {"n": 1})
    with pytest.raises(FileFormatError, match="must be the state of a fit"):
        fit(tmp_path)


def test_a_training_that_never_began_leaves_no_state(tmp_path):
    class Breaks(Callback):
        def on_train_batch_begin(self, batch, logs=None):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fit(tmp_path / "b", Breaks())
    assert not (tmp_path / "b").exists()
    fit(tmp_path / "b", model=made(SGD()), batch_size=8)


def test_every_fault_is_one_of_saccade_s(tmp_path):
    """Whatever bytes lie in the folder, the message is in words."""
    interrupted(tmp_path)
    content = (tmp_path / STATE_FILE).read_bytes()
    stream = np.random.RandomState(5)
    for _ in range(20):
        damaged = bytearray(content)
        for place in stream.randint(0, len(content), 3):
            damaged[place] = stream.randint(256)
        (tmp_path / STATE_FILE).write_bytes(damaged[: stream.randint(1, len(content))])
        with pytest.raises(SaccadeError, match="must be a whole state"):
            fit(tmp_path)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_two_trainings_into_one_folder(tmp_path, elsewhere):
    """The second is refused, in this process and in another, and the first goes on."""
    folder = tmp_path / "backup"
    program = f"""
import numpy as np
from saccade.callbacks import BackupAndRestore
from saccade.layers import Dense
from saccade.models import Sequential

model = Sequential([Dense(1, input_shape=(2,))])
model.compile("sgd", "mse")
kept = BackupAndRestore({str(folder)!r})
model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0, callbacks=[kept])
"""
    refused = []

    class Second(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if elsewhere:
                done = subprocess.run(
                    [sys.executable, "-c", program], capture_output=True, text=True
                )
                refused.append(done.stderr)
                return
            with pytest.raises(StateError) as caught:
                exec(program, {})
            refused.append(str(caught.value))

    model = Sequential([Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    kept = BackupAndRestore(folder)
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0, callbacks=[kept, Second()])
    assert "only one training at a time may write into a folder" in refused[0]
    assert f"process {os.getpid()}" in refused[0]
    assert not folder.exists()  # the first has ended well
    exec(program, {})


def test_copies_hold_up_no_epoch(tmp_path, monkeypatch):
    """States that are asked for too often are left out, and an epoch's end is always kept."""
    kept = BackupAndRestore(tmp_path / "backup", save_freq=1, delete_checkpoint=False)
    put, saved = kept._writer.put, []

    def slow(state, about):
        time.sleep(0.03)
        put(state, about)
        kept._writer.last_wait_s = 0.03
        kept._writer.waited_s += 0.03
        saved.append(about)

    monkeypatch.setattr(kept._writer, "put", slow)
    model = Sequential([Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    x, y = np.ones((40, 2)), np.ones((40, 1))
    model.fit(x, y, batch_size=1, epochs=2, verbose=0, callbacks=[kept])
    assert len(saved) <= 1 + 2 * 2
    assert {one["epoch"] for one in saved} >= {0, 1}


@pytest.mark.parametrize(("wait_s", "kept"), [(0.02, 12), (0.11, 4), (0.24, 3), (9.0, 1)])
def test_short_epochs_wait_for_50_ms_each_at_most(tmp_path, monkeypatch, wait_s, kept):
    """Where a copy takes longer, some are left out, the last never; what it ends with is equal."""
    backup = BackupAndRestore(tmp_path / "backup", delete_checkpoint=False)
    put, saved = backup._writer.put, []

    def slow(state, about):
        put(state, about)
        backup._writer.waited_s += wait_s - backup._writer.last_wait_s
        backup._writer.last_wait_s = wait_s
        saved.append(about["epoch"])

    monkeypatch.setattr(backup._writer, "put", slow)
    model = Sequential([Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    x, y = np.ones((8, 2)), np.ones((8, 1))
    model.fit(x, y, epochs=12, verbose=0, callbacks=[backup], validation_split=0.5)
    assert saved[0] == 0
    assert saved[-1] == 12
    assert len(saved) - 1 == kept
