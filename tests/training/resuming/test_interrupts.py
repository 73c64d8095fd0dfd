"""Ctrl-C and SIGTERM: the first finishes the step and saves, the second stops at once."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest
import torch

from saccade import notes
from saccade.callbacks import BackupAndRestore, Callback, SwapEMAWeights
from saccade.layers import Dense, Dropout
from saccade.models import Sequential
from saccade.optimizers import Adam
from saccade.training.resuming.state_folder import STATE_FILE
from saccade.utils import set_random_seed

X = np.random.RandomState(0).standard_normal((24, 4)).astype(np.float32)
SIGNALS = [signal.SIGINT, signal.SIGTERM]


@pytest.fixture(autouse=True)
def own_handlers():
    notes.forget_notes()
    before = [signal.signal(signal.SIGINT, signal.default_int_handler),
              signal.signal(signal.SIGTERM, signal.SIG_DFL)]  # fmt: skip
    yield
    for number, handler in zip(SIGNALS, before, strict=True):
        signal.signal(number, handler)
    notes.forget_notes()


class Sends(Callback):
    """Sends a signal at a moment: (hook, epoch) or (hook, epoch, batch)."""

    def __init__(self, number, *moment):
        super().__init__()
        self.number, self.moment, self.epoch, self.seen = number, moment, 0, []

    def _at(self, *moment):
        self.seen.append(moment)
        if moment == self.moment:
            os.kill(os.getpid(), self.number)

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        self._at("begin", epoch)

    def on_train_batch_begin(self, batch, logs=None):
        self._at("batch", self.epoch, batch)

    def on_test_batch_begin(self, batch, logs=None):
        self._at("test", self.epoch, batch)

    def on_epoch_end(self, epoch, logs=None):
        self._at("end", epoch)

    def on_train_end(self, logs=None):
        self._at("over")


def fit(folder, *extra, swaps=True, **options):
    set_random_seed(3)
    model = Sequential([Dense(6, "relu", input_shape=(4,)), Dropout(0.5), Dense(2)])
    model.compile(Adam(0.01, use_ema=True), "mse")
    listed = [SwapEMAWeights(), *extra] if swaps else list(extra)
    listed += [BackupAndRestore(folder, **options)] if folder else []
    history = model.fit(
        X, X[:, :2], epochs=3, batch_size=6, verbose=0, validation_split=0.25, callbacks=listed
    )
    return model, history


def stopped(folder, number, *extra, **options):
    ends = KeyboardInterrupt if number is signal.SIGINT else SystemExit
    with pytest.raises(ends) as caught:
        fit(folder, *extra, **options)
    assert number is signal.SIGINT or caught.value.code == 143
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def agree(one, other):
    assert one[1].history == other[1].history
    for mine, theirs in zip(one[0].weights, other[0].weights, strict=True):
        assert torch.equal(mine, theirs)


MOMENTS = [("begin", 0), ("batch", 1, 1), ("batch", 1, 2), ("test", 1, 0), ("end", 1), ("end", 2),
           ("over",)]  # fmt: skip


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_saves_and_the_next_run_goes_on(tmp_path, number, moment, caplog):
    reference = fit(None)
    sends = Sends(number, *moment)
    stopped(tmp_path / "b", number, sends)
    assert f'All is saved in "{tmp_path / "b"}"' in caplog.text
    assert (tmp_path / "b" / STATE_FILE).exists()
    assert " again to go on" in caplog.text
    last = [("batch", 0, 0)] if moment[0] == "begin" else [("over",)] if moment[-1] == 2 else []
    assert sends.seen[-1] in [moment, *last]
    agree(fit(tmp_path / "b", Sends(number, "never")), reference)
    assert not (tmp_path / "b").exists()


def test_the_step_is_finished_and_it_is_said_where(tmp_path, caplog, capfd):
    stopped(tmp_path, signal.SIGINT, Sends(signal.SIGINT, "batch", 1, 1), save_freq=100)
    assert "fit: stopped in epoch 2 of 3, after step 2" in caplog.text
    assert "once more stops at once" in capfd.readouterr().err


@pytest.mark.parametrize("swaps", [True, False])
@pytest.mark.parametrize("wait_s", [0.0, 9.0])
def test_validation_is_left_and_the_epoch_s_training_is_kept(
    tmp_path, wait_s, swaps, monkeypatch, caplog
):
    """Where copies take long, too: the state is noted, and copied when the interrupt has come."""
    backup, noted = BackupAndRestore(tmp_path), []
    note = backup._writer.note
    monkeypatch.setattr(
        backup._writer, "note", lambda *given: (noted.append(given[1]), note(*given))
    )

    class Waits(Sends):
        def on_train_batch_end(self, batch, logs=None):
            backup._writer.finish()  # or the state of validation takes the place of an older one
            backup._writer.last_wait_s = wait_s
            backup._writer.waited_s += wait_s

    with pytest.raises(KeyboardInterrupt):
        fit(None, Waits(signal.SIGINT, "test", 1, 0), backup, swaps=swaps)
    place = json.loads((tmp_path / "training_metadata.json").read_text())
    is_lost = wait_s and swaps  # validation changes weights, and a copy each epoch is too much
    assert place == ({"epoch": 0, "batch": 0} if is_lost else {"epoch": 1, "batch": 3})
    assert ("holds an earlier state; what came after is trained" in caplog.text) == bool(is_lost)
    assert noted == ([place] if wait_s and not swaps else [])
    agree(fit(tmp_path, swaps=swaps), fit(None, swaps=swaps))


def test_what_is_to_be_done_may_be_said_otherwise(tmp_path, caplog):
    backup = BackupAndRestore(tmp_path)
    backup.how_to_go_on = "Type --resume."
    with pytest.raises(KeyboardInterrupt):
        fit(None, Sends(signal.SIGINT, "batch", 1, 1), backup)
    assert caplog.text.rstrip().endswith('". Type --resume.')


class SendsTwice(Sends):
    def _at(self, *moment):
        super()._at(*moment)
        if moment == self.moment:
            os.kill(os.getpid(), self.number)


def test_the_second_stops_at_once_and_the_last_state_stays(tmp_path, caplog):
    sends = SendsTwice(signal.SIGINT, "batch", 1, 1)
    stopped(tmp_path / "b", signal.SIGINT, sends)
    assert sends.seen[-1] == ("batch", 1, 1)
    assert "stopped in" not in caplog.text  # nothing was saved now, so nothing is promised
    agree(fit(tmp_path / "b"), fit(None))


def test_features_are_left_at_once(tmp_path, monkeypatch, caplog):
    """Nothing is trained meanwhile, so nothing is waited for."""
    from saccade.training.features.feature_reuse import FeatureReuse

    def compute(self, run):
        os.kill(os.getpid(), signal.SIGINT)
        raise AssertionError("it went on")

    monkeypatch.setattr(FeatureReuse, "begin", compute)
    model = Sequential([Dense(6, "relu", input_shape=(4,)), Dense(2)])
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, X[:, :2], verbose=0, callbacks=[BackupAndRestore(tmp_path)])
    assert "stopped in epoch 1, before its first step" in caplog.text


def test_without_the_callback_python_s_own_way(tmp_path):
    sends = Sends(signal.SIGINT, "batch", 1, 1)
    with pytest.raises(KeyboardInterrupt):
        fit(None, sends)
    assert sends.seen[-1] == ("batch", 1, 1)


def test_handlers_of_the_user_stay(tmp_path):
    heard = []
    mine = lambda number, frame: heard.append(number)  # noqa: E731
    for number in SIGNALS:
        signal.signal(number, mine)
    fit(tmp_path, Sends(signal.SIGINT, "batch", 1, 1), Sends(signal.SIGTERM, "batch", 1, 1))
    assert heard == SIGNALS
    assert signal.getsignal(signal.SIGINT) is mine


def test_in_another_thread_nothing_is_touched(tmp_path):
    seen = []

    class Looks(Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=fit, args=(tmp_path, Looks()))
    thread.start()
    thread.join()
    assert set(seen) == {signal.default_int_handler}


def test_after_an_error_the_handlers_are_back(tmp_path):
    class Breaks(Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fit(tmp_path, Breaks())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert "saccade-state" not in [thread.name for thread in threading.enumerate()]


# -- in processes of their own ---------------------------------------------------------------

SCRIPT = """
    import os, signal, sys, time
    import numpy as np
    import keras
    from keras.callbacks import BackupAndRestore, LambdaCallback
    number, times, folder = signal.Signals(int(sys.argv[1])), int(sys.argv[2]), sys.argv[3]
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    def send(batch, logs):
        if batch == 2:
            time.sleep(0.5)  # the state of the beginning is on the disk by now
            for _ in range(times):
                os.kill(os.getpid(), number)
    model.fit(np.ones((40, 4)), np.ones((40, 2)), batch_size=4, epochs=2, verbose=0,
              callbacks=[LambdaCallback(on_train_batch_begin=send), BackupAndRestore(folder)])
"""


@pytest.mark.parametrize(
    ("number", "times", "code"),
    [
        pytest.param(signal.SIGINT, 1, -2, marks=pytest.mark.slow),
        (signal.SIGTERM, 1, 143),
        pytest.param(signal.SIGTERM, 2, -15, marks=pytest.mark.slow),
    ],
)
def test_an_unchanged_script(tmp_path, number, times, code):
    script = tmp_path / "my script.py"
    script.write_text(textwrap.dedent(SCRIPT))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "saccade", script, str(int(number)), str(times),
               tmp_path / "b"]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert done.returncode == code, done.stderr  # 130 and 143 for a shell
    assert (tmp_path / "b" / STATE_FILE).exists()
    if times == 1:
        assert "stopped in epoch 1 of 2, after step 3" in done.stderr
        assert f"python -m saccade '{script}' {int(number)} 1 {tmp_path / 'b'}" in done.stderr
