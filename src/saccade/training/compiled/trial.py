"""Compile trial: one measurement decides whether a run's step is compiled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import torch

from saccade.notes import note_once
from saccade.training.compiled.abandoned import end_before_python
from saccade.training.compiled.compiled_step import (
    CannotCompile,
    CompiledStep,
    has_compiler,
    signature,
)

EAGER_STEPS = 20  # looked at before the trial: the first are slower than the rest
TRIAL_S = 60.0  # training waits no longer for the compiler
WORTH_S = 300.0  # runs that are shorter would not earn back what compiling costs
TIMED_STEPS = 5
GAIN = 1.05  # a compiled step must be so much faster to be taken
TOLERANCE = 1e-3


class CompileTrial:
    """Decides for one run.

    Args:
        asked: `compile(jit_compile=)`: True, False or "auto".
        clock: tells seconds.

    Attributes:
        step: the compiled step, once there is one.
        compiled_for: the kind of batch that the run before had a compiled step for.
    """

    def __init__(self, asked: bool | str, clock: Callable[[], float] = time.perf_counter):
        self.asked, self.clock = asked, clock
        self.step: CompiledStep | None = None
        self.compiled_for: str | None = None
        self._decided = asked is False
        self._times: list[float] = []
        self._started: float | None = None

    def state(self) -> dict[str, Any]:
        """Whether it was decided, and how: a run that goes on must step as it did."""
        like = self.compiled_for if self.step is None else repr(self.step.like)
        return {"decided": self._decided, "like": like}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state()`; the step is compiled anew before the next batch of its kind."""
        self._decided = state["decided"]
        self.compiled_for = state["like"]
        if self.compiled_for is not None:
            self.asked, self._decided, self.step = True, False, None

    def consider(self, run: Any, batch: tuple[Any, Any, Any]) -> None:
        """Called before a step: compile now, when it is time to."""
        if self._decided or self.compiled_for not in (None, repr(signature(batch))):
            return
        if self.asked is True:
            self._decide(run, batch)
            return
        now = self.clock()
        if self._started is not None:
            self._times.append(now - self._started)
        self._started = now
        if len(self._times) < EAGER_STEPS:
            return
        eager_s = sorted(self._times)[len(self._times) // 2]
        left = steps_left(run)
        if left is not None and left * eager_s < WORTH_S:
            self._decided = True  # it will not get longer
        elif left is not None:
            self._decide(run, batch, eager_s)
        else:
            self._decided = True

    def _decide(self, run: Any, batch: tuple[Any, Any, Any], eager_s: float | None = None) -> None:
        self._decided = True
        if not has_compiler(run.model.device):
            if self.asked is True:
                note_once(
                    "compile(jit_compile=True): there is no C++ compiler (or Triton) here, so the "
                    "steps run as they are; the numbers are the same."
                )
            return
        draws = _draws(run.model)
        if draws and self.asked is not True:
            return  # a compiled step would draw other numbers, and nobody asked for that
        start = self.clock()
        try:
            step = CompiledStep(run, batch)  # here: tracing must have the model to itself
            if draws:  # a late end would draw from the run's stream
                with torch.random.fork_rng(devices=[]):
                    step.compile(batch)
            else:
                _in_time(lambda: step.compile(batch), TRIAL_S)
            _check_numbers(run, step, batch)
            gain = None if eager_s is None else eager_s / self._seconds(step, batch)
        except CannotCompile as why:
            if self.asked is True:
                note_once(
                    f"compile(jit_compile=True) is left aside, and steps are not compiled: {why}.",
                    key="jit_compile left aside",
                )
            return
        if gain is not None and gain < GAIN:
            return
        self.step = step
        if gain is not None:
            note_once(
                f"fit: the step is compiled, {gain:.1f} times as fast; "
                f"compiling took {self.clock() - start:.0f} s. compile(jit_compile=False) leaves "
                "it as it is.",
                key="the step is compiled",
            )

    def _seconds(self, step: CompiledStep, batch: tuple[Any, Any, Any]) -> float:
        times = []
        for _ in range(TIMED_STEPS):
            start = self.clock()
            step.trial(batch)[0].item()
            times.append(self.clock() - start)
        return max(sorted(times)[len(times) // 2], 1e-9)


def steps_left(run: Any) -> int | None:
    """Steps until the run's end, when that is known."""
    turn = run.feed.turn
    return None if turn is None else (run.epochs - run.epoch) * turn - run.step


def _check_numbers(run: Any, step: CompiledStep, batch: tuple[Any, Any, Any]) -> None:
    """Compare with the step as it is written; random layers can't agree, and are let be."""
    kept = [weight.detach().clone() for weight in run.model.weights]
    with torch.random.fork_rng(devices=[]):
        x, y, sample_weight = batch
        y_pred = run.forward(x, training=True)
        loss = run.objective.compute(y, y_pred, sample_weight, added=run.forward.losses)
    with torch.no_grad():
        for weight, values in zip(run.model.weights, kept, strict=True):
            weight.copy_(values)
    got, expected = step.trial(batch)[0], loss.detach()
    if _draws(run.model):
        return
    if not torch.allclose(got.float(), expected.float(), rtol=TOLERANCE, atol=TOLERANCE):
        raise CannotCompile(f"the compiled loss is {got.item()}, not {expected.item()}")


def _draws(model: Any) -> bool:
    """Whether a layer draws random numbers in training."""
    return any("stream" in vars(module) for module in model.modules())


def _in_time(work: Callable[[], Any], limit_s: float) -> Any:
    """What `work` gives, or CannotCompile when it takes longer."""
    result: dict[str, Any] = {}

    def run() -> None:
        try:
            result["value"] = work()
        except BaseException as error:  # raised again below, in the caller's thread
            result["error"] = error

    thread = threading.Thread(target=run, daemon=True, name="saccade compile")
    thread.start()
    thread.join(limit_s)
    if thread.is_alive():
        end_before_python(thread)
        raise CannotCompile(f"the compiler took longer than {limit_s:.0f} s")
    if "error" in result:
        raise result["error"]
    return result["value"]
