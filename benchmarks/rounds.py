"""Rounds: peers measured in turn, A B C A B C ..., each in a process of its own.

A peer's process answers one JSON line for each JSON line it is sent. What else it prints goes its
way. All peers run on the same two processors with two threads.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

THREADS = 2
MARK = "@answer "  # libraries print on stdout too


class Peer:
    """A process that answers requests; one that dies is told once and left out."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str] | None = None):
        self.name = name
        threads = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | dict.fromkeys(threads, str(THREADS)) | (environment or {}),
        )

    def ask(self, **request: Any) -> dict[str, Any] | None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        for line in self.process.stdout:
            if line.startswith(MARK):
                return json.loads(line.removeprefix(MARK))
        print(f"{self.name}: its process ended", file=sys.stderr)
        return None

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def answer(respond: Callable[..., dict[str, Any]]) -> None:
    """The other side: answer each request on stdin by `respond(**request)`."""
    for line in sys.stdin:
        print(MARK + json.dumps(respond(**json.loads(line))), flush=True)


def measure(
    peers: list[Peer], sizes: list[int], rounds: int, **request: Any
) -> dict[str, dict[int, list[float]]]:
    """Images per second of every peer at every batch size, one figure a round.

    The first turn of each size builds and warms up, and is not counted.
    """
    rates: dict[str, dict[int, list[float]]] = {p.name: {b: [] for b in sizes} for p in peers}
    first_losses: dict[int, list[float]] = {}
    for batch_size in sizes:
        for turn in range(rounds + 1):
            for peer in peers:
                found = peer.ask(batch_size=batch_size, warm_up=turn == 0, **request)
                if found is None:
                    continue
                if turn:
                    rates[peer.name][batch_size].append(found["rate"])
                elif "losses" in found:
                    want = first_losses.setdefault(batch_size, found["losses"])
                    gap = max(abs(a - b) for a, b in zip(want, found["losses"], strict=True))
                    if gap > 1e-3:
                        print(f"{peer.name}: losses {found['losses']}, the first one's {want}")
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return rates


def middle(rates: list[float]) -> float:
    return statistics.median(rates) if rates else float("nan")


def spread(rates: list[float]) -> float:
    """Half the range over the median: 0.05 means that all rounds lie within about 5 %."""
    return (max(rates) - min(rates)) / 2 / middle(rates) if rates else float("nan")


def table(rates: dict[str, dict[int, list[float]]], best: str | None = None) -> str:
    """Images per second, the spread of the rounds and, where `best` is given, the ratio to it."""
    sizes = list(next(iter(rates.values())))
    width = max(len(name) for name in rates) + 2
    lines = [f"{'images per second':{width}}" + "".join(f"{f'batch {b}':>22}" for b in sizes)]
    for name, row in rates.items():
        line = f"{name:{width}}"
        for b in sizes:
            ratio = f"{middle(row[b]) / middle(rates[best][b]):6.2f} x" if best else ""
            line += f"{middle(row[b]):>9.0f} ±{spread(row[b]):4.0%}{ratio:>7}"
        lines.append(line)
    return "\n".join(lines)


def machine() -> dict[str, Any]:
    """What a figure needs beside it to be worth keeping."""
    cpu = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next(
            (r.partition(":")[2].strip() for r in info.open() if r.startswith("model name")), cpu
        )
    return {
        "date": date.today().isoformat(),
        "cpu": cpu,
        "processors": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "load_before": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "threads": THREADS,
        "system": f"{platform.system()} {platform.release()}",
    }


def versions(*packages: str) -> dict[str, str]:
    """The versions of what is installed beside this Python."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def use_two_processors() -> None:
    """Hold this process, and what it starts, to two processors, as the figures say."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])


def timed(call: Callable[[], Any]) -> float:
    """Seconds that `call()` takes."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin
