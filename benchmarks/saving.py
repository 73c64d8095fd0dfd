"""What BackupAndRestore costs: how long training waits for copies, how long a thread writes.

    python benchmarks/saving.py [--out FOLDER]

LeNet in epochs of about a second, and a state of the size of a whole ResNet50 under Adam (weights
and two moments, 0.3 GB), each saved ten times; then that is trained in short epochs. The bound: 50
ms an epoch, and 1 % of an epoch of a minute or more, on average. The folder should lie on the disk
that is asked about. "Busy" is processor time.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from typing import Any

import numpy as np

from saccade.applications import ResNet50
from saccade.callbacks import BackupAndRestore, Callback
from saccade.layers import Conv2D, Dense, Flatten, MaxPooling2D
from saccade.models import Sequential
from saccade.training.resuming.run_state import live_state
from saccade.training.resuming.state_writer import StateWriter

SAVES = 10


class Watches(Callback):
    """What training waited for in each epoch, and the run, to take more states of."""

    hears_last = True

    def __init__(self, backup: BackupAndRestore):
        super().__init__()
        self.backup, self.before_s, self.began_s = backup, 0.0, 0.0
        self.waited_s: list[float] = []
        self.epoch_s: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.began_s = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.waited_s.append(self.backup.waited_s - self.before_s)
        self.epoch_s.append(time.perf_counter() - self.began_s)
        self.before_s = self.backup.waited_s


def lenet(folder: str, save_freq: Any, saves: bool = True) -> tuple[Any, float]:
    model = Sequential([
        Conv2D(6, 5, activation="relu", padding="same", input_shape=(28, 28, 1)), MaxPooling2D(),
        Conv2D(16, 5, activation="relu"), MaxPooling2D(), Flatten(), Dense(120, "relu"),
        Dense(84, "relu"), Dense(10, "softmax"),
    ])  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    stream = np.random.RandomState(0)
    x, y = stream.uniform(size=(6000, 28, 28, 1)).astype("float32"), stream.randint(0, 10, 6000)
    backup = BackupAndRestore(f"{folder}/lenet", save_freq=save_freq)
    watches = Watches(backup)
    listed = [backup, watches] if saves else []
    began_s = time.perf_counter()
    model.fit(x, y, batch_size=64, epochs=SAVES, verbose=0, callbacks=listed, validation_split=0.1)
    return watches, time.perf_counter() - began_s


class TakesRun(Callback):
    run: Any = None

    def set_run(self, run: Any) -> None:
        self.run = run


def resnet50(folder: str) -> StateWriter:
    """The state of a whole ResNet50 after a step, put again and again while nothing else runs."""
    model = ResNet50(weights=None, input_shape=(32, 32, 3), classes=10)
    model.compile("adam", "sparse_categorical_crossentropy")
    takes = TakesRun()
    x = np.zeros((2, 32, 32, 3), "float32")
    model.fit(x, np.zeros(2), verbose=0, callbacks=[takes])
    backup = BackupAndRestore(f"{folder}/resnet50")
    waits, busy = [], []
    for _ in range(SAVES):
        began_s, busy_s = time.perf_counter(), time.thread_time()
        backup._writer.put(live_state(takes.run), {"epoch": 0, "batch": 0})
        waits.append(time.perf_counter() - began_s)
        busy.append(time.thread_time() - busy_s)
        backup._writer.finish()
    size = sum(one.nbytes for one in live_state(takes.run)["weights"])
    slots = live_state(takes.run)["optimizer"]["slots"]
    size += sum(one.nbytes for some in slots.values() for one in some)
    print(
        f"ResNet50 under Adam, {size / 1e6:.0f} MB: training waits {waits[0] * 1e3:.0f} ms the "
        f"first time (busy {busy[0] * 1e3:.0f}), then {statistics.median(waits[1:]) * 1e3:.0f} ms "
        f"(most {max(waits[1:]) * 1e3:.0f}, busy {statistics.median(busy[1:]) * 1e3:.0f}); "
        f"the thread writes {backup.wrote_s / SAVES:.2f} s"
    )
    backup._folder.delete()
    return backup._writer


def short_epochs(folder: str) -> None:
    """A whole ResNet50 in epochs of one step and a validation, as `fit` keeps it."""
    model = ResNet50(weights=None, input_shape=(32, 32, 3), classes=10)
    model.compile("adam", "sparse_categorical_crossentropy")
    backup = BackupAndRestore(f"{folder}/short")
    watches = Watches(backup)
    x, y = np.zeros((4, 32, 32, 3), "float32"), np.zeros(4)
    model.fit(x, y, batch_size=2, epochs=20, verbose=0, validation_split=0.5,
              callbacks=[backup, watches])  # fmt: skip
    first_s, *waited_s = watches.waited_s
    epoch_s, mean_s = statistics.median(watches.epoch_s), statistics.mean(waited_s)
    print(
        f"ResNet50 under Adam, epochs of {epoch_s:.2f} s: training waits {first_s * 1e3:.0f} ms "
        f"before and in the first, then {mean_s * 1e3:.0f} ms on average "
        f"(most {max(waited_s) * 1e3:.0f}); {backup._writer.written} states of "
        f"{len(watches.epoch_s)} epochs"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.out) as folder:
        lenet(folder, "epoch")  # what is done once
        for save_freq in ("epoch", 1):
            plain_s = lenet(folder, save_freq, saves=False)[1]
            watches, took_s = lenet(folder, save_freq)
            backup = watches.backup
            print(
                f"LeNet, save_freq={save_freq!r}: training waits "
                f"{statistics.median(watches.waited_s) * 1e3:.1f} ms of an epoch of "
                f"{statistics.median(watches.epoch_s):.2f} s (most "
                f"{max(watches.waited_s) * 1e3:.1f}); the thread writes "
                f"{backup.wrote_s / max(1, backup._writer.written) * 1e3:.0f} ms a state, "
                f"{backup._writer.written} written, {backup._writer.replaced} replaced by newer "
                f"ones; {SAVES} epochs took {took_s:.1f} s, {plain_s:.1f} s without"
            )
        resnet50(folder)
        short_epochs(folder)


if __name__ == "__main__":
    main()
