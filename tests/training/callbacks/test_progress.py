"""What fit, evaluate and predict print: Keras's words, one line an epoch, redrawn in a terminal."""

import os
import pty
import re
import sys
import threading
import types

import numpy as np
import pytest

from saccade.callbacks import Callback
from saccade.layers import Dense
from saccade.models import Sequential
from saccade.training.callbacks import progress

X = np.random.RandomState(0).standard_normal((40, 4)).astype(np.float32)
Y = np.arange(40) % 3


class Clock:
    """A clock that moves a quarter of a second each time somebody looks."""

    def __init__(self):
        self.now_s = 0.0

    def perf_counter(self):
        self.now_s += 0.25
        return self.now_s


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A clock of our own and a wide terminal, so that the text is the same on every machine."""
    monkeypatch.setattr(progress, "time", Clock())
    monkeypatch.setenv("COLUMNS", "200")


def network(metrics=("acc",)):
    model = Sequential([Dense(3, activation="softmax", input_shape=(4,))])
    model.set_weights([np.zeros((4, 3)), np.zeros(3)])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=list(metrics))
    return model


class Numbers(Callback):
    """Replaces the logs by round ones, so that the text does not hang on arithmetic."""

    def on_epoch_end(self, epoch, logs=None):
        for name in logs:
            logs[name] = 0.125 * (epoch + 1)


BAR = "━━━━━━━━━━━━━━━━━━━━"


def test_silence(capsys):
    model = network()
    model.fit(X, Y, epochs=2, verbose=0, validation_split=0.2)
    model.evaluate(X, Y, verbose=0)
    model.predict(X, verbose=0)
    assert capsys.readouterr() == ("", "")


def test_one_line_an_epoch(capsys):
    network().fit(X, Y, batch_size=8, epochs=2, verbose=2, shuffle=False, callbacks=[Numbers()])
    assert capsys.readouterr().out == (
        "Epoch 1/2\n"
        "5/5 - 2s - 312ms/step - acc: 0.1250 - loss: 0.1250\n"
        "Epoch 2/2\n"
        "5/5 - 2s - 312ms/step - acc: 0.2500 - loss: 0.2500\n"
    )


def test_a_bar_outside_a_terminal_is_drawn_once(capsys):
    network().fit(
        X, Y, batch_size=8, epochs=2, verbose=1, validation_split=0.2, callbacks=[Numbers()]
    )
    out = capsys.readouterr().out
    assert out == (
        "Epoch 1/2\n"
        f"4/4 {BAR} 1s 333ms/step - acc: 0.1250 - loss: 0.1250"
        " - val_acc: 0.1250 - val_loss: 0.1250\n"
        "Epoch 2/2\n"
        f"4/4 {BAR} 1s 333ms/step - acc: 0.2500 - loss: 0.2500"
        " - val_acc: 0.2500 - val_loss: 0.2500\n"
    )
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", out), "control characters in a log file"


def test_auto_is_a_bar_and_one_epoch_has_no_heading(capsys):
    network().fit(X, Y, batch_size=20, callbacks=[Numbers()])
    assert capsys.readouterr().out == f"2/2 {BAR} 1s 500ms/step - acc: 0.1250 - loss: 0.1250\n"


def test_evaluate_and_predict(capsys):
    model = network()
    model.evaluate(X, Y, batch_size=8, verbose=1)
    assert capsys.readouterr().out == f"5/5 {BAR} 2s 312ms/step - acc: 0.3500 - loss: 1.0986\n"
    model.evaluate(X, Y, batch_size=8, verbose=2)
    assert capsys.readouterr().out == "5/5 - 2s - 312ms/step - acc: 0.3500 - loss: 1.0986\n"
    model.predict(X, batch_size=8, verbose=1)
    assert capsys.readouterr().out == f"5/5 {BAR} 2s 312ms/step\n"
    model.predict(X, batch_size=8, verbose=2)
    assert capsys.readouterr().out == "5/5 - 2s - 312ms/step\n"


def test_an_unknown_length_is_known_from_the_second_epoch_on(capsys):
    class Again:
        def __iter__(self):
            return iter([(X[:8], Y[:8])] * 3)

    network().fit(Again(), epochs=2, verbose=2, callbacks=[Numbers()])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" - ")[0] for line in lines] == ["Epoch 1/2", "3/3", "Epoch 2/2", "3/3"]


def test_an_epoch_cut_short_says_how_far_it_came(capsys):
    class Stops(Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    network().fit(X, Y, batch_size=8, epochs=3, verbose=1, callbacks=[Stops()])
    heading, line = capsys.readouterr().out.splitlines()
    assert heading == "Epoch 1/3"
    assert line.startswith("2/5 ━━━━━━━━╺─────────── ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5000"), (12.34567, "12.3457"), (0.0011, "0.0011"), (0.001, "1.0000e-03"),
        (1.5e-5, "1.5000e-05"), (0.0, "0.0000e+00"), (-2.5, "-2.5000"), (-1e-4, "-1.0000e-04"),
        (np.float32(0.25), "0.2500"), (3, "3.0000"), ("word", "word"), (None, "None"),
    ],
)  # fmt: skip
def test_numbers(value, text):
    assert progress._number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "0s"),
        (59.4, "59s"),
        (61, "1:01"),
        (119.7, "2:00"),
        (600, "10:00"),
        (3599.9, "1:00:00"),
        (3661, "1:01:01"),
    ],
)
def test_clock(seconds, text):
    assert progress._clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(2.4, "2s/step"), (0.25, "250ms/step"), (0.0015, "2ms/step"), (5e-5, "50us/step")],
)
def test_time_of_a_step(seconds, text):
    assert progress._per_step(seconds) == text


def test_a_log_file_in_an_old_encoding(monkeypatch, tmp_path):
    with open(tmp_path / "log", "w", encoding="ascii") as log:
        monkeypatch.setattr(sys, "stdout", log)
        network().fit(X, Y, batch_size=20, verbose=1, callbacks=[Numbers()])
    text = (tmp_path / "log").read_text()
    assert text.startswith("2/2 ????")
    assert text.endswith("acc: 0.1250 - loss: 0.1250\n")


def test_a_dumb_terminal_is_not_redrawn(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    raw, screen = in_a_terminal(monkeypatch, lambda: network().fit(X, Y, batch_size=8))
    assert raw.count("\r") == raw.count("\r\n") == 1
    assert len(screen) == 1


def in_a_terminal(monkeypatch, act):
    """Everything that `act` wrote to a pseudo-terminal, and what its screen shows in the end."""
    leader, follower = pty.openpty()
    received = []

    def read():
        while True:
            try:
                part = os.read(leader, 4096)
            except OSError:  # the other side was closed
                return
            if not part:
                return
            received.append(part)

    reader = threading.Thread(target=read)
    reader.start()
    with monkeypatch.context() as patch:
        with os.fdopen(follower, "w", encoding="utf-8") as terminal:
            patch.setattr(sys, "stdout", terminal)
            act()
        reader.join(timeout=20)
    os.close(leader)
    raw = b"".join(received).decode()
    return raw, shown(raw)


def shown(raw):
    """The lines on the screen: a carriage return goes back, later text overwrites."""
    lines, line, place = [], [], 0
    for character in raw:
        if character == "\n":
            lines.append("".join(line).rstrip())
            line, place = [], 0
        elif character == "\r":
            place = 0
        else:
            line[place : place + 1] = [character]
            place += 1
    return [*lines, "".join(line).rstrip()] if line else lines


def test_a_terminal_shows_one_line_an_epoch_drawn_again_and_again(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    raw, screen = in_a_terminal(
        monkeypatch,
        lambda: network().fit(X, Y, batch_size=8, epochs=2, verbose=1, callbacks=[Numbers()]),
    )
    assert screen == [
        "Epoch 1/2",
        f"5/5 {BAR} 2s 312ms/step - acc: 0.1250 - loss: 0.1250",
        "Epoch 2/2",
        f"5/5 {BAR} 2s 312ms/step - acc: 0.2500 - loss: 0.2500",
    ]
    drawn = [part for part in re.split(r"[\r\n]+", raw) if "/5" in part]
    assert [part.split()[0] for part in drawn] == ["1/5", "2/5", "3/5", "4/5", "5/5"] * 2
    assert drawn[1].startswith("2/5 ━━━━━━━━╺─────────── 1s 250ms/step - acc: 0.")
    assert "\x08" not in raw
    assert "\x1b" not in raw


def test_a_shorter_line_leaves_nothing_of_the_longer(monkeypatch):
    """The finished line of predict is shorter than the count of time left."""
    monkeypatch.setenv("TERM", "xterm")
    model = network()

    class Shrinks(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch < 4:
                logs["note"] = "x" * (30 - 7 * batch)

    _, screen = in_a_terminal(
        monkeypatch,
        lambda: model.fit(X, Y, batch_size=8, verbose=1, callbacks=[Shrinks(), Numbers()]),
    )
    assert screen == [f"5/5 {BAR} 2s 312ms/step - acc: 0.1250 - loss: 0.1250"]


def test_a_narrow_terminal_does_not_scroll(monkeypatch):
    """A line that wraps cannot be drawn over, so what is drawn on the way is cut to fit."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "50")
    raw, screen = in_a_terminal(
        monkeypatch, lambda: network().fit(X, Y, batch_size=8, callbacks=[Numbers()])
    )
    drawn = [part for part in re.split(r"[\r\n]+", raw) if "/5" in part]
    assert max(len(part) for part in drawn[:-1]) == 49
    assert screen == [f"5/5 {BAR} 2s 312ms/step - acc: 0.1250 - loss: 0.1250"]


def test_verbose_2_is_never_redrawn(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    raw, screen = in_a_terminal(
        monkeypatch, lambda: network().fit(X, Y, batch_size=8, verbose=2, callbacks=[Numbers()])
    )
    assert raw == screen[0] + "\r\n"


def test_a_notebook_is_redrawn(monkeypatch, capsys):
    kernel = types.ModuleType("ipykernel.kernelapp")
    kernel.IPKernelApp = types.SimpleNamespace(initialized=lambda: True)
    monkeypatch.setitem(sys.modules, "ipykernel.kernelapp", kernel)
    network().fit(X, Y, batch_size=8, verbose=1, callbacks=[Numbers()])
    assert capsys.readouterr().out.count("\r") == 5
