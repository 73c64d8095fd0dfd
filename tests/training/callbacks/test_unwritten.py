"""A disk that takes nothing costs a file, never the training; what can be known is told before."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from saccade.callbacks import (
    Callback,
    CSVLogger,
    ModelCheckpoint,
    TensorBoard,
)
from saccade.errors import InvalidArgument, NotWritten
from saccade.layers import Dense
from saccade.models import Sequential, load_model
from saccade.notes import forget_notes
from saccade.training.callbacks.event_file import EventFile

X, Y = np.ones((8, 4), np.float32), np.zeros((8, 3), np.float32)


class At(Callback):
    """Does something at the beginning of an epoch."""

    def __init__(self, epoch, do):
        super().__init__()
        self.epoch, self.do = epoch, do

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            self.do()


@pytest.fixture
def notes(caplog):
    forget_notes()
    caplog.set_level(logging.WARNING, "saccade")
    return lambda: [record.getMessage() for record in caplog.records]


def fit(*callbacks, epochs=4):
    model = Sequential([Dense(3, input_shape=(4,))])
    model.compile("sgd", "mse")
    history = model.fit(X, Y, epochs=epochs, verbose=0, callbacks=list(callbacks))
    assert len(history.history["loss"]) == epochs
    return model


def full(*args, **kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_checkpoints_that_the_disk_does_not_take(tmp_path, monkeypatch, notes, patch):
    saver = ModelCheckpoint(tmp_path / "{epoch}.keras")
    fit(
        At(1, lambda: patch.setattr(os, "replace", full)),
        At(3, patch.undo),
        saver,
    )
    assert sorted(os.listdir(tmp_path)) == ["1.keras", "4.keras"]
    told = notes()
    assert len(told) == 2
    assert "2.keras" in told[0]
    assert "No space left" in told[0]
    assert "training goes on, with the model in memory" in told[0]
    last = tmp_path / "4.keras"
    assert f'2 of 4 files could not be written; the last that could is "{last}"' in told[1]


def test_a_best_model_that_was_not_written_is_not_the_best(tmp_path, monkeypatch, patch):
    """What beats the last one on the disk is written, also where one that is better was lost."""
    saver = ModelCheckpoint(tmp_path / "best.keras", monitor="loss", save_best_only=True)
    values = iter([3.0, 1.0, 2.0, 2.5])

    class Losses(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["loss"] = next(values)

    fit(Losses(), At(1, lambda: patch.setattr(os, "replace", full)), At(2, patch.undo), saver)
    assert saver.best == 2.0
    assert (tmp_path / "best.keras").exists()


def test_none_was_written(tmp_path, notes, patch):
    model = fit(
        At(0, lambda: patch.setattr(os, "replace", full)), ModelCheckpoint(tmp_path / "m.keras")
    )
    patch.undo()
    assert "4 of 4 files could not be written. The trained model is in memory: save" in notes()[-1]
    model.save(tmp_path / "m.keras")
    assert np.array_equal(load_model(tmp_path / "m.keras").get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize("kind", ["csv", "tensorboard", "checkpoint"])
def test_a_folder_that_vanishes_while_training(tmp_path, notes, kind):
    place = tmp_path / "run"
    place.mkdir()
    callback = {
        "csv": lambda: CSVLogger(place / "log.csv"),
        "tensorboard": lambda: TensorBoard(place / "log"),
        "checkpoint": lambda: ModelCheckpoint(place / "{epoch}.keras"),
    }[kind]()

    def vanish():
        shutil.rmtree(place)
        place.write_text("somebody's file")

    fit(callback, At(2, vanish))
    assert place.read_text() == "somebody's file"
    assert any("training goes on" in note for note in notes())
    assert "could not be written" in notes()[-1]


@pytest.mark.parametrize(
    "make",
    [
        lambda place: ModelCheckpoint(place / "m.keras"),
        lambda place: ModelCheckpoint(place / "{epoch}" / "m.keras"),
        lambda place: CSVLogger(place / "log.csv"),
        lambda place: TensorBoard(place / "log"),
    ],
)
def test_a_place_that_cannot_be_is_told_before_training(tmp_path, make):
    (tmp_path / "file").write_text("")
    begun = []
    with pytest.raises(NotWritten, match="could not be written"):
        fit(At(0, lambda: begun.append(1)), make(tmp_path / "file"))
    assert not begun


def test_a_folder_in_the_files_place_and_too_small_a_disk_are_told_before(tmp_path, monkeypatch):
    (tmp_path / "m.keras").mkdir()
    with pytest.raises(InvalidArgument, match="path of a file"):
        fit(ModelCheckpoint(tmp_path / "m.keras"))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10))
    with pytest.raises(NotWritten, match="must have room for 60 bytes, got 10 bytes free"):
        fit(ModelCheckpoint(tmp_path / "n.keras"))
    assert os.listdir(tmp_path) == ["m.keras"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on a file's size")
def test_a_full_disk_leaves_whole_lines_and_records(tmp_path):
    """A process that may write 1,500 bytes a file; it trains to its end."""
    code = """
import resource
import numpy as np
from saccade.callbacks import CSVLogger, ModelCheckpoint, TensorBoard
from saccade.layers import Dense
from saccade.models import Sequential
model = Sequential([Dense(3, input_shape=(4,))])
model.compile("sgd", "mse")
resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))
x, y = np.ones((8, 4), np.float32), np.zeros((8, 3), np.float32)
callbacks = [CSVLogger("log.csv"), TensorBoard("log", write_graph=False)]
callbacks.append(ModelCheckpoint("m.keras"))
history = model.fit(x, y, epochs=60, verbose=0, callbacks=callbacks)
print(len(history.history["loss"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "60\n", done.stderr
    for who in ("CSVLogger", "TensorBoard", "ModelCheckpoint"):
        assert f"{who}: training goes on" in done.stderr
    lines = (tmp_path / "log.csv").read_bytes()
    assert lines.endswith(b"\r\n")
    assert len(lines) <= 1500
    assert {line.count(b",") for line in lines.splitlines()} == {2}
    assert not (tmp_path / "m.keras").exists()
    [events] = (tmp_path / "log" / "train").iterdir()
    assert read_records(events.read_bytes()) > 5


def test_every_page_of_events_ends_in_a_record(tmp_path, monkeypatch):
    """There a kill cuts them; what is longer than a page comes in a file that is whole at once."""
    write, stream = os.write, np.random.RandomState(0)

    def watched(number, content):
        start = os.fstat(number).st_size
        with open(tmp_path / file.names[-1], "rb") as there:
            whole = there.read() + content
        for border in range(start - start % 4096 + 4096, len(whole), 4096):
            read_records(whole[:border])
        return write(number, content)

    monkeypatch.setattr(os, "write", watched)
    file = EventFile(tmp_path)
    for step in range(300):
        for tag in range(stream.randint(1, 8)):
            file.scalar("x" * stream.randint(1, 60) + str(tag), 0.5, step)
        if step % 7 == 0:
            file.histogram("h" * stream.randint(1, 2900), stream.uniform(size=9), step)
        if step % 70 == 69:
            file.text("long", "y" * 9000, step)
        file.flush()
    names = sorted(os.listdir(tmp_path))
    assert names == list(file.names)
    assert len(names) == 5
    assert sum(read_records((tmp_path / name).read_bytes()) for name in names) > 1000
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = accumulators.EventAccumulator(str(tmp_path), size_guidance={"tensors": 0})
    events.Reload()
    assert [one.step for one in events.Tensors("long")] == [69, 139, 209, 279]
    steps = {one.step for tag in events.Tags()["tensors"] for one in events.Tensors(tag)}
    assert steps == set(range(300))


@pytest.mark.parametrize("size", [1, 2, 13, 28, 29, 30, 4000])
def test_after_whatever_begins_a_file_there_is_room_for_more(tmp_path, size):
    file = EventFile(tmp_path)
    file.text("long", "y" * 9000, 0)
    file.flush()
    [first] = tmp_path.iterdir()
    begun = EventFile(tmp_path)
    begun.text("long", "y" * (9000 + -first.stat().st_size % 4096 - size), 0)
    begun.flush()
    begun.scalar("more", 1.0, 0)
    begun.flush()
    assert len(begun.names) == 1
    read_records((tmp_path / begun.names[0]).read_bytes())


def test_events_go_on_in_the_last_of_several_files(tmp_path):
    file = EventFile(tmp_path)
    for step in range(3):
        file.text("long", "y" * 9000, step)
        file.flush()
    size_bytes = file.size_bytes()
    file.scalar("lost", 1.0, 3)
    file.flush()
    again = EventFile.going_on(tmp_path, file.names, size_bytes)
    again.scalar("kept", 1.0, 3)
    again.flush()
    assert again.names == file.names == tuple(sorted(os.listdir(tmp_path)))
    content = b"".join((tmp_path / name).read_bytes() for name in file.names)
    assert b"kept" in content
    assert b"lost" not in content


def read_records(content: bytes) -> int:
    """The number of a TensorBoard file's records: 8 bytes of length, 4, the content, 4."""
    count = 0
    while content:
        length = int.from_bytes(content[:8], "little")
        assert len(content) >= length + 16, "a record that is cut short"
        content, count = content[length + 16 :], count + 1
    return count


@pytest.mark.skipif(sys.platform == "win32", reason="a signal that Windows has not")
@pytest.mark.parametrize("kills", [1, pytest.param(40, marks=pytest.mark.slow)])
def test_a_kill_leaves_whole_lines_and_records(tmp_path, kills):
    code = """
import os, sys
os.fsync = lambda number: None
from saccade.training.callbacks.event_file import EventFile
from saccade.callbacks import CSVLogger
file, log = EventFile("log"), CSVLogger("log.csv", append=True)
log.on_train_begin()
for epoch in range(10**9):
    file.scalar("loss", 0.5, epoch)
    if epoch % 50 == 49:
        file.text("long", "y" * 9000, epoch)
    file.flush()
    log.on_epoch_end(epoch, {"loss": 1 / 3})
    if epoch == 10:
        print("begun", flush=True)
"""
    for kill in range(kills):
        with subprocess.Popen(
            [sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE
        ) as writer:
            writer.stdout.readline()
            time.sleep(0.01 * (kill % 7))
            writer.kill()
        lines = (tmp_path / "log.csv").read_bytes()
        assert lines.endswith(b"\r\n")
        assert {line.count(b",") for line in lines.splitlines()} == {2}
        counts = [read_records(events.read_bytes()) for events in (tmp_path / "log").glob("e*")]
        assert sum(counts) > 10


def test_a_csv_file_that_was_cut_goes_on_in_a_line_of_its_own(tmp_path):
    path = tmp_path / "log.csv"
    path.write_bytes(b"epoch,loss,val_loss\r\n0,0.5,NA\r\n1,0.2")
    fit(CSVLogger(path, append=True), epochs=1)
    lines = path.read_bytes().splitlines()
    assert lines[:2] == [b"epoch,loss,val_loss", b"0,0.5,NA"]
    assert lines[2].startswith(b"0,")
    assert len(lines) == 3
