"""Limits: how near each epoch came to what the machine can multiply, and what held it back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from saccade.timers import COMPILED, EPOCH, FORWARD, VALIDATION, WAITING, Span

SIDE = {"cpu": 768, "cuda": 4096}  # of the matrices whose product shows what a machine can do
ROUNDS = 5
_MAIN = threading.main_thread()


@dataclass
class Epoch:
    """What one epoch took.

    Attributes:
        waited: seconds in which it waited for data.
        multiplied: floating point operations in products, of all steps.
        operations: calls into torch, of all steps.
    """

    began: float
    seconds: float = 0.0
    waited: float = 0.0
    steps: int = 0
    multiplied: float = 0.0
    operations: int = 0


@dataclass(frozen=True)
class Row:
    """One epoch beside the limit: `share` of it, and what most of the rest went into."""

    seconds: float
    share: float
    held_back_by: str


@dataclass
class StepCount:
    """What one step asks of torch.

    Attributes:
        multiplied: floating point operations in convolutions and matrix products, both ways.
        operations: calls.
        kind: (device, precision) of the products.
    """

    multiplied: float = 0.0
    operations: int = 0
    kind: tuple[str, Any] = ("cpu", None)
    _mode: Any = field(default=None, repr=False)

    def __enter__(self) -> StepCount:
        from torch.utils._python_dispatch import TorchDispatchMode
        from torch.utils.flop_counter import flop_registry

        count = self

        class Counting(TorchDispatchMode):
            @classmethod
            def _should_skip_dynamo(cls) -> bool:
                return False  # it would load torch's compiler, which takes seconds

            def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[override]
                out = func(*args, **(kwargs or {}))
                count.operations += 1
                formula = flop_registry.get(func._overloadpacket)
                if formula is not None:
                    count.multiplied += formula(*args, **(kwargs or {}), out_val=out)
                    count.kind = args[0].device.type, args[0].dtype
                return out

        self._mode = Counting()
        self._mode.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._mode.__exit__(None, None, None)


class EpochLimits:
    """Follows the epochs of `fit`; a listener of `timers`.

    The first step of each is counted, which takes some milliseconds and changes no number. Of a
    step that the model brings, and of one that is compiled, nothing is known.
    """

    def __init__(self) -> None:
        self.epochs: list[Epoch] = []
        self.kind: tuple[str, Any] = ("cpu", None)
        self._open: Epoch | None = None
        self._count: StepCount | None = None  # of this epoch's first step
        self._counting = False
        self._compiled = False
        self._validates = False
        self._waits_since = 0.0

    def begin(self, span: Span) -> None:
        if threading.current_thread() is not _MAIN:
            return
        self._compiled |= span is COMPILED
        self._validates |= span is VALIDATION
        if span is EPOCH:
            self._open, self._count = Epoch(time.perf_counter()), None
        elif self._open is None or self._validates:
            return
        elif span is WAITING:
            self._waits_since = time.perf_counter()
        elif span is FORWARD and self._count is None and not self._compiled:
            self._count, self._counting = StepCount().__enter__(), True

    def end(self, span: Span) -> None:
        if threading.current_thread() is not _MAIN:
            return
        now = time.perf_counter()
        if span is VALIDATION:
            self._validates = False
        elif self._open is None or self._validates:
            return
        elif span is WAITING:
            self._open.waited += now - self._waits_since
        elif span is FORWARD:
            self._open.steps += 1
            if self._counting and self._count is not None:
                self._count.__exit__()
                self._counting = False
        elif span is EPOCH:
            self._close(now)

    def _close(self, now: float) -> None:
        epoch, count, self._open = self._open, self._count, None
        if epoch is None or count is None or not count.multiplied:
            return
        epoch.seconds = now - epoch.began
        epoch.multiplied = epoch.steps * count.multiplied
        epoch.operations = epoch.steps * count.operations
        self.kind = count.kind
        self.epochs.append(epoch)

    def rows(self) -> list[Row]:
        """Each epoch beside the limit; none where nothing was counted."""
        if not self.epochs:
            return []
        each = seconds_of_call(self.kind[0])
        return [_row(epoch, self.peak, each) for epoch in self.epochs]

    @property
    def peak(self) -> float:
        """Floating point operations a second, of a product of two large matrices here and now."""
        if not hasattr(self, "_peak"):
            self._peak = measured_peak(*self.kind)
        return self._peak

    def peak_in_words(self) -> str:
        word = str(self.kind[1]).removeprefix("torch.")
        return f"{self.peak / 1e9:,.0f} GFLOP/s in {word}, as measured now"


def _row(epoch: Epoch, peak: float, call_s: float) -> Row:
    needed = epoch.multiplied / peak
    rest = max(epoch.seconds - needed - epoch.waited, 0.0)
    calls = min(epoch.operations * call_s, rest)
    parts = {
        "waiting for data": epoch.waited,
        "small batches: calls, not arithmetic": calls,
        "pointwise work: normalisation, activations, memory": rest - calls,
    }
    largest = max(parts, key=lambda name: parts[name])
    return Row(epoch.seconds, needed / epoch.seconds, largest)


def measured_peak(device: str, dtype: Any) -> float:
    """Of the fastest of a few products of square matrices, operations a second."""
    import torch

    side = SIDE.get(device, 2048)
    a = torch.ones(side, side, device=device, dtype=dtype)
    return 2.0 * side**3 / _fastest(lambda: a @ a, device)


def seconds_of_call(device: str) -> float:
    """Of a call into torch that has nothing to compute."""
    import torch

    a, calls = torch.ones(1, device=device), 200

    def run() -> None:
        for _ in range(calls):
            torch.add(a, a)

    return _fastest(run, device) / calls


def _fastest(run: Callable[[], Any], device: str) -> float:
    import torch

    found = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        run()
        if device == "cuda":
            torch.cuda.synchronize()
        found.append(time.perf_counter() - began)
    return min(found[1:])
