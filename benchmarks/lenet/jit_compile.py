"""What compiling the step gives: forward, loss and gradients, as written and compiled.

    python benchmarks/lenet/jit_compile.py

LeNet and a small network with batch normalisation, on batches of 32 and 128; medians of steps
taken in turns, and the seconds that tracing and compiling took.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

from saccade import layers
from saccade.applications import LeNet5
from saccade.data.sources.array_source import ArraySource
from saccade.models import Sequential
from saccade.training.batches.feed import Feed
from saccade.training.callbacks.callback import CallbackGroup
from saccade.training.compiled.compiled_step import CannotCompile, CompiledStep
from saccade.training.run import Run
from saccade.training.step import penalties

ROUNDS, STEPS = 9, 12


def small_network() -> Sequential:
    model = Sequential([layers.Input((32, 32, 3))])
    for filters in (16, 32, 64):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
        model.add(layers.MaxPooling2D())
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(10, activation="softmax"))
    return model


NETWORKS: dict[str, tuple[Callable[[], Any], tuple[int, ...]]] = {
    "LeNet": (LeNet5, (28, 28, 1)),
    "conv + batch normalisation": (small_network, (32, 32, 3)),
}


def measure(make: Callable[[], Any], shape: tuple[int, ...], size: int) -> tuple[float, ...]:
    """(ms as written, ms compiled, seconds to compile)."""
    torch.manual_seed(0)
    model = make()
    model.compile("adam", "sparse_categorical_crossentropy")
    x, y = torch.rand(size, *shape), torch.randint(0, 10, (size,))
    model(x)
    run = Run(
        model, model.optimizer, model._objective, Feed(ArraySource(x, y)), None,
        CallbackGroup([], model, {}), epochs=1, weights=model.trainable_weights,
    )  # fmt: skip
    begun_s = time.perf_counter()
    compiled = CompiledStep(run, (x, y, None))
    compiled.compile((x, y, None))
    compile_s = time.perf_counter() - begun_s

    def written() -> None:
        loss = model._objective.compute(y, model(x, training=True), added=penalties(model, None))
        torch.autograd.grad(loss, run.weights)

    times: dict[str, list[float]] = {"written": [], "compiled": []}
    for _ in range(ROUNDS):
        for name, step in (("written", written), ("compiled", lambda: compiled((x, y, None)))):
            for _ in range(STEPS):
                start_s = time.perf_counter()
                step()
                times[name].append(time.perf_counter() - start_s)
    return (*(1e3 * statistics.median(one) for one in times.values()), compile_s)


def main() -> None:
    table = Table(title=f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    for heading in ("network", "batch", "as written, ms", "compiled, ms", "ratio", "compiling, s"):
        table.add_column(heading, justify="left" if heading == "network" else "right")
    for name, (make, shape) in NETWORKS.items():
        for size in (32, 128):
            try:
                written_ms, compiled_ms, compile_s = measure(make, shape, size)
            except CannotCompile as why:
                table.add_row(name, str(size), str(why))
                continue
            numbers = (f"{written_ms:.2f}", f"{compiled_ms:.2f}", f"{written_ms / compiled_ms:.2f}")
            table.add_row(name, str(size), *numbers, f"{compile_s:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
