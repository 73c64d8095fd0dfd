"""What one image costs, beside the network's own calls into torch, replayed without saccade.

    OMP_NUM_THREADS=1 python benchmarks/one_image.py MobileNetV2

Processor time of one thread, in turns.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from saccade import applications

PX, ROUNDS = 128, 20


class Recording(TorchDispatchMode):
    """Notes every call into torch with its arguments."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, Any, Any]] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[override]
        self.calls.append((func, args, kwargs or {}))
        return func(*args, **(kwargs or {}))


def main(name: str) -> None:
    torch.set_num_threads(1)
    model = getattr(applications, name)(weights=None, input_shape=(PX, PX, 3), classes=10)
    x = torch.rand(1, PX, PX, 3)

    def plain() -> None:
        with torch.no_grad():
            model(x, training=False)

    plain()
    with Recording() as recording:
        plain()

    def replayed() -> None:
        with torch.no_grad():
            for call, args, kwargs in recording.calls:
                call(*args, **kwargs)

    ways = {
        "torch's calls": replayed,
        "model(x) without gradients": plain,
        "model(x)": lambda: model(x),
        "predict": lambda: model.predict(x.numpy(), verbose=0),
    }
    taken = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, run in ways.items():
            began = time.process_time()
            run()
            taken[way].append(1e3 * (time.process_time() - began))
    for way, found in taken.items():
        print(f"{name}, {way}: {min(found):.1f} ms, median {statistics.median(found):.1f}")


if __name__ == "__main__":
    main(sys.argv[1])
