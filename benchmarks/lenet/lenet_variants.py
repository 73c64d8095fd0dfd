"""What makes one training step of the lesson's LeNet fast: each candidate alone, in plain torch.

The first three losses of all are compared, so that a fast wrong step cannot win.

    python benchmarks/lenet/lenet_variants.py                     # all of them, about ten minutes
    python benchmarks/lenet/lenet_variants.py --only manual eager # those whose name contains a word
    python benchmarks/lenet/lenet_variants.py --cpu-time          # on a busy machine
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))  # rounds.py lies there

from rounds import Peer, answer, measure, table, use_two_processors

VARIANTS: dict[str, dict] = {
    "eager contiguous foreach": {},
    "eager channels_last foreach": {"layout": "last"},
    "eager contiguous fused": {"adam": "fused"},
    "eager channels_last fused": {"layout": "last", "adam": "fused"},
    "eager contiguous flat": {"adam": "flat"},
    "eager contiguous fused, malloc": {"adam": "fused", "malloc": True},
    "eager channels_last fused, malloc": {"layout": "last", "adam": "fused", "malloc": True},
    "eager channels_last flat, malloc": {"layout": "last", "adam": "flat", "malloc": True},
    "  + one thread": {"layout": "last", "adam": "fused", "malloc": True, "threads": 1},
    "  + tanh in place": {"layout": "last", "adam": "fused", "malloc": True, "tanh": "inplace"},
    "  + pool by slices": {"layout": "last", "adam": "fused", "malloc": True, "pool": "slices"},
    "  + pool by reshape": {"layout": "last", "adam": "fused", "malloc": True, "pool": "reshape"},
    "  + pool by rows, own backward": {
        "layout": "last", "adam": "fused", "malloc": True, "pool": "rows",
    },
    "  + tanh by sigmoid": {"layout": "last", "adam": "fused", "malloc": True, "tanh": "sigmoid"},
    "  + both of these": {
        "layout": "last", "adam": "fused", "malloc": True, "pool": "rows", "tanh": "sigmoid",
    },
    "  + im2col conv": {"layout": "last", "adam": "fused", "malloc": True, "conv": "im2col"},
    "  + no oneDNN": {"layout": "last", "adam": "fused", "malloc": True, "mkldnn": False},
    "manual contiguous, malloc": {"how": "manual", "adam": "flat", "malloc": True},
    "manual channels_last": {"how": "manual", "layout": "last", "adam": "flat"},
    "manual channels_last, malloc": {
        "how": "manual", "layout": "last", "adam": "flat", "malloc": True,
    },
    "manual channels_last, malloc, both": {
        "how": "manual", "layout": "last", "adam": "flat", "malloc": True, "pool": "rows",
        "tanh": "sigmoid",
    },
    "manual channels_last, malloc, 1 thread": {
        "how": "manual", "layout": "last", "adam": "flat", "malloc": True, "threads": 1,
    },
    "manual, blocks of 64": {
        "how": "manual", "layout": "last", "adam": "flat", "malloc": True, "block": 64,
    },
    "manual, two halves in two threads": {
        "how": "halves", "layout": "last", "adam": "flat", "malloc": True,
    },
    "compile fwd contiguous fused, malloc": {"how": "compile", "adam": "fused", "malloc": True},
    "compile fwd channels_last fused, malloc": {
        "how": "compile", "layout": "last", "adam": "fused", "malloc": True,
    },
    "compile whole step (func.grad), malloc": {"how": "func", "adam": "flat", "malloc": True},
    "compile manual contiguous, malloc": {
        "how": "manual-compile", "adam": "flat", "malloc": True,
    },
    "compile manual channels_last, malloc": {
        "how": "manual-compile", "layout": "last", "adam": "flat", "malloc": True,
    },
}  # fmt: skip


def work(name: str, cpu_time: bool) -> None:
    """Be one variant's process."""
    variant = VARIANTS[name]
    from variant_step import build, raise_malloc_thresholds

    if variant.get("malloc"):
        raise_malloc_thresholds()  # before torch asks for its first buffers
    import torch

    torch.set_num_threads(1 if cpu_time else variant.get("threads", 2))
    torch.backends.mkldnn.enabled = variant.get("mkldnn", True)
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(4096, 28, 28, 1, generator=generator)
    labels = torch.randint(10, (4096,), generator=generator)
    steps: dict[int, Any] = {}
    clock = time.process_time if cpu_time else time.perf_counter

    def respond(batch_size: int, warm_up: bool, seconds: float) -> dict[str, Any]:
        batches = list(zip(images.split(batch_size), labels.split(batch_size), strict=True))
        if warm_up:
            steps[batch_size] = build(variant)
            return {"losses": [steps[batch_size](*b).item() for b in batches[:3]]}
        step = steps[batch_size]
        step(*batches[0])
        done, begin, start = 0, time.perf_counter(), clock()
        while time.perf_counter() - begin < seconds:
            for x, y in batches[: max(1, 1024 // batch_size)]:
                step(x, y)
                done += batch_size
        return {"rate": done / (clock() - start)}

    answer(respond)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--only", nargs="*", default=[""])
    parser.add_argument("--batch", nargs="*", type=int, default=[32, 128, 512])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--cpu-time", action="store_true", help="one thread, by processor time")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.worker:
        work(options.worker, options.cpu_time)
        return
    use_two_processors()
    flags = ["--cpu-time"] if options.cpu_time else []
    peers = [
        Peer(name, [sys.executable, __file__, "--worker", name, *flags])
        for name in VARIANTS
        if any(word in name for word in options.only)
    ]
    rates = measure(peers, options.batch, options.rounds, seconds=options.seconds)
    for peer in peers:
        peer.end()
    text = table(rates)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
