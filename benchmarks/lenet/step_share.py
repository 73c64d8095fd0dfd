"""What metrics, progress and callbacks cost together, timed inside every step of `fit`.

The share is taken step by step and its median printed, so that a busy machine, which slows both
alike, does not decide it.

    python benchmarks/lenet/step_share.py
"""

from __future__ import annotations

import contextlib
import io
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from saccade.applications import LeNet5
from saccade.callbacks import Callback
from saccade.training import loop
from saccade.training.callbacks.callback import CallbackGroup
from saccade.training.objective import Objective

TARGET = 0.03
spent_s = 0.0
steps: list[tuple[float, float]] = []  # (whole step, of it beside the training)
begun_s: float | None = None


class Listener(Callback):
    """A callback that hears every batch, as a user's would."""

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None: ...


def timed(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        global spent_s
        start_s = time.perf_counter()
        result = function(*args, **kwargs)
        spent_s += time.perf_counter() - start_s
        return result

    return wrapped


def counted(step: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*args: Any) -> Any:
        global spent_s, begun_s
        now_s = time.perf_counter()
        if begun_s is not None:
            steps.append((now_s - begun_s, spent_s))
        begun_s, spent_s = now_s, 0.0
        return step(*args)

    return wrapped


def main() -> None:
    global begun_s
    for owner, name in ((Objective, "update"), (Objective, "logs"), (CallbackGroup, "call")):
        setattr(owner, name, timed(getattr(owner, name)))
    loop.train_step = counted(loop.train_step)
    for batch_size in (32, 128, 512):
        model = LeNet5()
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
        images = 100 * batch_size
        x_nhwc = np.random.rand(images, 28, 28, 1).astype(np.float32)
        y = np.random.randint(0, 10, images)
        with contextlib.redirect_stdout(io.StringIO()):
            for _ in range(2):  # the first time warms
                begun_s = None
                steps.clear()
                model.fit(x_nhwc, y, batch_size, epochs=2, verbose=1, callbacks=[Listener()])
        share = statistics.median(part / whole for whole, part in steps)
        step_us = 1e6 * statistics.median(whole for whole, _ in steps)
        print(f"batch {batch_size:4}: {share:.1%} of a step of {step_us:.0f} us")
    print(f"target: under {TARGET:.0%}")


if __name__ == "__main__":
    main()
