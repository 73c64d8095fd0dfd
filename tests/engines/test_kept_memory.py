"""No way of running a network asks the kernel for the same memory again and again.

Each way runs in a process of its own that has run nothing before, and counts the pages that it
gets from the kernel: a number that does not depend on how busy the machine is.
"""

import json
import os
import subprocess
import sys

import pytest

from saccade.numerics.machine.allocator import keep_freed_memory

pytestmark = pytest.mark.skipif(
    not (sys.platform.startswith("linux") and keep_freed_memory()), reason="needs glibc"
)

RUNS = """
import json, os, resource, sys
import numpy as np
import torch

torch.set_num_threads(1)
from saccade import layers
from saccade.data.sources.array_source import ArraySource
from saccade.models import Sequential
from saccade.predictor import Predictor
from saccade.recipe.scores import judge

SIZE, IMAGES = 64, 40
x = np.random.RandomState(0).rand(IMAGES, SIZE, SIZE, 3).astype("float32")
y = np.zeros(IMAGES, "int32")
few = torch.tensor(x[:8])
photos = [image for image in (255 * x).astype("uint8")]
model = Sequential([
    layers.Input((SIZE, SIZE, 3)),
    layers.Conv2D(32, 3, padding="same"),
    layers.BatchNormalization(),
    layers.ReLU(),
    layers.Conv2D(32, 3, padding="same"),
    layers.GlobalAveragePooling2D(),
    layers.Dense(3, activation="softmax"),
])
model.compile("sgd", "sparse_categorical_crossentropy")
model.preprocessing = {"target_size": [SIZE, SIZE], "color_mode": "rgb"}
predictor = Predictor(model)
source = ArraySource(x, y, batch_size=8)


def plain():
    with torch.no_grad():
        model(few, training=False)


WAYS = {
    "model(x)": lambda: model(few),
    "model(x), no gradients": plain,
    "predict, few": lambda: model.predict(x[:8], verbose=0),
    "predict, many": lambda: model.predict(x, batch_size=8, verbose=0),
    "predict_on_batch": lambda: model.predict_on_batch(x[:8]),
    "evaluate, few": lambda: model.evaluate(x[:8], y[:8], verbose=0),
    "evaluate, many": lambda: model.evaluate(x, y, batch_size=8, verbose=0),
    "test_on_batch": lambda: model.test_on_batch(x[:8], y[:8]),
    "train_on_batch": lambda: model.train_on_batch(x[:8], y[:8]),
    "fit": lambda: model.fit(x, y, batch_size=8, validation_data=(x, y), verbose=0),
    "Predictor": lambda: predictor.predict(photos),
    "saccade evaluate": lambda: judge(model, source, ["a", "b", "c"]),
    "layers": lambda: model.layers[0](few),
}


def pages(way):
    # In the turn that gets the fewest: the first ones grow the process to what it needs.
    found = [resource.getrusage(resource.RUSAGE_SELF).ru_minflt]
    for _ in range(8):
        way()
        found.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
    return min(after - before for before, after in zip(found, found[1:]))


for name, way in WAYS.items():
    reader, writer = os.pipe()
    if not (child := os.fork()):
        os.write(writer, json.dumps([name, pages(way)]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    print(os.read(reader, 9999).decode(), flush=True)
"""

ARRAY = 8 * 64 * 64 * 32 * 4 // os.sysconf("SC_PAGE_SIZE")  # pages of what one layer gives


def test_no_way_gives_memory_back_and_asks_again():
    unset = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    done = subprocess.run(
        [sys.executable, "-c", RUNS],
        env=environment | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pages = dict(json.loads(line) for line in done.stdout.splitlines())
    assert len(pages) == 13
    assert {name: count for name, count in pages.items() if count > ARRAY / 4} == {}
