"""Training and predicting again and again takes no more memory, files or threads in the end."""

import subprocess
import sys

import pytest

PROGRAM = """
import gc, os, sys, tempfile, threading
import numpy as np
from saccade.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from saccade.models import Sequential, load_model
from saccade.preprocessing.image import ImageDataGenerator

x = np.random.RandomState(0).rand(40, 24, 24, 3).astype("float32")
y = np.arange(40) % 2


def network():
    model = Sequential([Input((24, 24, 3)), Conv2D(8, 3, activation="relu"), BatchNormalization(),
                        MaxPooling2D(), Dropout(0.2), Flatten(), Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def state():
    gc.collect()
    rss = next(line for line in open("/proc/self/status") if line.startswith("VmRSS"))
    return int(rss.split()[1]) / 1024, len(os.listdir("/proc/self/fd")), threading.active_count()


def flow():
    return ImageDataGenerator(rotation_range=9).flow(x, y, batch_size=8)


model = network()


def epochs(count):
    model.fit(flow(), epochs=count, verbose=0)


def predictions(count):
    for _ in range(count):
        model.predict(x[:4], verbose=0)


def folds(count):
    for _ in range(count):
        fold = network()
        fold.fit(flow(), validation_data=(x, y), verbose=0)
        fold.predict(x, verbose=0)
        with tempfile.TemporaryDirectory() as folder:
            fold.save(f"{folder}/fold.keras")
            load_model(f"{folder}/fold.keras").evaluate(x, y, verbose=0)


what, warm, count = {"epochs": (epochs, 20, 200), "predictions": (predictions, 100, 2000),
                     "folds": (folds, 3, 20)}[sys.argv[1]]
what(warm)
before = state()
what(count)
after = state()
print(after[0] - before[0], after[1] - before[1], after[2] - before[2])
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
@pytest.mark.parametrize("what", ["epochs", "predictions", "folds"])
def test_nothing_is_left_behind(what):
    """200 epochs, 2,000 predictions, 20 folds of building, fitting, saving and loading."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, what], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    grown_mib, files, threads = map(float, done.stdout.split()[-3:])
    assert grown_mib < 20
    assert files == threads == 0
