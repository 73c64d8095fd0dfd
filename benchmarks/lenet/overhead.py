"""What metrics, progress and callbacks cost together: the share of an epoch of `fit`.

The same LeNet twice in one process, in turn: bare (no metrics, silent, no callbacks), and dressed
(accuracy, a progress line to a terminal, a callback that hears every batch). Target: under 3 %.

    python benchmarks/lenet/overhead.py
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pty
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))  # rounds.py lies there

from lenet_worker import build_keras_like, make_data
from rounds import THREADS, machine, timed, use_two_processors, versions

TARGET = 0.03


@contextlib.contextmanager
def terminal() -> Iterator[None]:
    """Let stdout be a terminal that somebody reads, as on a user's screen."""
    leader, follower = pty.openpty()
    reader = subprocess.Popen(
        ["cat"], stdin=leader, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    before = sys.stdout
    with open(follower, "w", encoding="utf-8") as screen:
        sys.stdout = screen
        try:
            yield
        finally:
            sys.stdout = before
    os.close(leader)
    reader.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", nargs="*", type=int, default=[32, 128, 512])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--images", type=int, default=12_800)
    here = Path(__file__).resolve().parent
    parser.add_argument("--out", type=Path, default=here.parent / "results" / "overhead.json")
    options = parser.parse_args()
    use_two_processors()
    import torch

    from saccade import layers
    from saccade.callbacks import Callback
    from saccade.models import Sequential

    torch.set_num_threads(THREADS)

    class Listener(Callback):
        def __init__(self) -> None:
            super().__init__()
            self.batches = 0

        def on_train_batch_end(self, batch, logs=None):
            self.batches += 1

    x, y = make_data(options.images)
    shares = {}
    for batch_size in options.batch:
        bare, dressed = (build_keras_like(layers, Sequential, layers.Input) for _ in range(2))
        bare.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
        listener = Listener()
        plain = {"batch_size": batch_size, "epochs": 1}

        def fit_bare(model=bare, plain=plain):
            model.fit(x, y, verbose=0, **plain)

        def fit_dressed(model=dressed, plain=plain, listener=listener):
            model.fit(x, y, verbose=1, callbacks=[listener], **plain)

        seconds: dict[str, list[float]] = {"bare": [], "dressed": []}
        with terminal():
            fit_bare()
            fit_dressed()
            for _ in range(options.rounds):
                seconds["bare"].append(timed(fit_bare))
                seconds["dressed"].append(timed(fit_dressed))
        assert listener.batches == (options.rounds + 1) * -(-options.images // batch_size)
        # Each round's pair shares its minute of the machine, so the share is taken pair by pair.
        pairs = [1 - b / d for b, d in zip(seconds["bare"], seconds["dressed"], strict=True)]
        shares[batch_size] = {"share": statistics.median(pairs), **seconds}
        low, middle, high = statistics.quantiles(pairs, n=4) if len(pairs) > 1 else pairs * 3
        print(
            f"batch {batch_size:4}: {middle:6.1%} of an epoch of "
            f"{statistics.median(seconds['dressed']):.2f} s, quarters {low:.1%} to {high:.1%}"
        )
    print(f"target: under {TARGET:.0%}")
    if options.rounds > 2:
        found = {**machine(), "versions": versions("saccade", "torch"), "batches": shares}
        options.out.parent.mkdir(exist_ok=True)
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
