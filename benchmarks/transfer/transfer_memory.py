"""What training a head on the features of very many images costs in memory.

    python benchmarks/transfer/transfer_memory.py 100000

The images are tiny, and a frozen Dense of 2048 outputs stands for a ResNet50: the features, 8 kB an
image, are the same size, and they are what has to be kept.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

FEATURES, SIDE_PX, CLASSES = 2048, 4, 10


class Watch(threading.Thread):
    """The most memory of this process, in MiB, looked up fifty times a second.

    `own` is memory that only this process holds; `resident` has besides it the pages of files that
    the system keeps while nobody needs their room.
    """

    def __init__(self):
        super().__init__(daemon=True)
        self.own = self.resident = 0.0
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(0.02):
            self.look()

    def look(self) -> tuple[float, float]:
        own, resident = read_memory()
        self.own, self.resident = max(self.own, own), max(self.resident, resident)
        return own, resident


def read_memory() -> tuple[float, float]:
    """MiB of this process: its own, and resident altogether (Linux)."""
    rows = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    kib = {
        row.partition(":")[0]: row.split()[1] for row in rows if row.startswith(("Rss", "VmRSS"))
    }
    return int(kib["RssAnon"]) / 1024, int(kib["VmRSS"]) / 1024


def measure(images: int, epochs: int) -> dict[str, Any]:
    from saccade.layers import Dense, Flatten, Input
    from saccade.models import Sequential

    stream = np.random.default_rng(7)
    x_nhwc = stream.random((images, SIDE_PX, SIDE_PX, 3), dtype=np.float32)
    y = stream.integers(0, CLASSES, images)
    prefix = Sequential(
        [Input((SIDE_PX, SIDE_PX, 3)), Flatten(), Dense(FEATURES, activation="relu")]
    )
    prefix.trainable = False
    model = Sequential([prefix, Dense(CLASSES, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_nhwc[:512], y[:512], batch_size=256, verbose=0)  # what torch needs for itself
    watch = Watch()
    own, resident = watch.look()
    watch.start()
    begun_s = time.perf_counter()
    model.fit(x_nhwc, y, batch_size=256, epochs=epochs, verbose=0)
    seconds = time.perf_counter() - begun_s
    watch.stopped.set()
    watch.join()
    return {
        "images": images,
        "features_mib": images * FEATURES * 4 / 2**20,
        "own_before_mib": own,
        "own_peak_mib": watch.own,
        "grown_mib": watch.own - own,
        "resident_before_mib": resident,
        "resident_peak_mib": watch.resident,
        "bound_mib": bound_mib(),
        "fit_s": seconds,
        "epochs": epochs,
    }


def bound_mib() -> float:
    """What saccade says that it keeps in memory at most."""
    from saccade.training.features.feature_table import MEMORY_BYTES

    return MEMORY_BYTES / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("images", type=int, nargs="?", default=100_000)
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps(measure(options.images, options.epochs)))


if __name__ == "__main__":
    main()
