"""Compiled step: loss and gradients of a batch as one function that torch has compiled."""

from __future__ import annotations

import os
import shutil
from typing import Any

import torch

from saccade.layers.core.masks import mask_of
from saccade.nests import leaves
from saccade.numerics.machine.random_streams import streams_of
from saccade.timers import COMPILED
from saccade.training.step import detached


class CannotCompile(Exception):
    """The step can't be compiled; the message says why."""


def has_compiler(device: torch.device) -> bool:
    """Whether torch.compile finds what it needs: Triton on CUDA, a C++ compiler on the CPU."""
    if device.type == "cuda":
        from importlib.util import find_spec

        return find_spec("triton") is not None
    words = [os.environ.get("CXX"), "g++", "clang++", "c++", "cl"]
    return device.type == "cpu" and any(word and shutil.which(word) for word in words)


class CompiledStep:
    """forward -> loss -> gradients, traced on one batch, to be compiled for batches like it.

    The layers' own code runs once, while the operations that it calls are written down; what
    depends on values, or draws from a stream of its own, can't be written down.

    Args:
        run: whose model and objective; one output, no scaled loss.
        batch: (x, y, sample_weight) as the step gets it.

    Raises:
        CannotCompile: the step is not a fixed list of operations.
    """

    def __init__(self, run: Any, batch: tuple[Any, Any, Any]):
        self._model, self._objective = run.forward, run.objective
        self._moved = list(run.weights or run.model.trainable_weights)
        moved = {id(weight) for weight in self._moved}
        self._kept = [weight for weight in run.forward.weights if id(weight) not in moved]
        self.like = signature(batch)
        self._call: Any = None
        _check_plain(run, batch)
        try:
            with torch.random.fork_rng(devices=[]):
                self._graph = self._traced(batch)
        except Exception as error:  # what a layer does may be more than operations
            raise _why(error) from error
        finally:
            run.forward._forget_losses()
        _check_follows_nothing(run.model, fresh=True)

    def compile(self, batch: tuple[Any, Any, Any]) -> None:
        """Have the operations compiled, by a call on copies: the model may train meanwhile.

        Raises:
            CannotCompile: torch failed.
        """
        moved = [weight.detach().clone() for weight in self._moved]
        kept = [weight.detach().clone() for weight in self._kept]
        try:
            call = compile_graph(self._graph)
            with torch.no_grad():
                call(moved, kept, *batch)
        except Exception as error:  # torch may fail in any of its parts; training need not
            raise _why(error) from error
        self._call = call

    def fits(self, weights: Any, batch: tuple[Any, Any, Any]) -> bool:
        """Whether a batch, and the weights to move, are those that were compiled for."""
        same = len(weights) == len(self._moved) and all(
            one is other and one.requires_grad
            for one, other in zip(weights, self._moved, strict=True)
        )
        return same and signature(batch) == self.like

    def __call__(self, batch: tuple[Any, Any, Any]) -> tuple[torch.Tensor, Any, list[Any]]:
        """(loss, predictions, gradients)."""
        moved = [weight.detach() for weight in self._moved]
        kept = [weight.detach() for weight in self._kept]
        with COMPILED, torch.no_grad():
            return self._call(moved, kept, *batch)

    def trial(self, batch: tuple[Any, Any, Any]) -> tuple[torch.Tensor, Any, list[Any]]:
        """A call after which moving statistics are what they were before."""
        before = [weight.detach().clone() for weight in self._kept]
        try:
            return self(batch)
        finally:
            with torch.no_grad():
                for weight, values in zip(self._kept, before, strict=True):
                    weight.copy_(values)

    def _traced(self, batch: tuple[Any, Any, Any]) -> Any:
        from torch.fx.experimental.proxy_tensor import make_fx

        name_of = {id(weight): name for name, weight in self._model.named_parameters()}
        names = [name_of[id(weight)] for weight in (*self._moved, *self._kept)]
        penalties = [weight.regularizer for weight in self._moved]

        def step(moved: Any, kept: Any, x: Any, y: Any, sample_weight: Any) -> Any:
            moved = [weight.detach().requires_grad_() for weight in moved]
            table = dict(zip(names, [*moved, *kept], strict=True))
            y_pred = torch.func.functional_call(self._model, table, (x,), {"training": True})
            lossy = vars(self._model).get("_lossy", {}).values()
            added = [loss for layer in lossy for loss in layer._call_losses]
            pairs = zip(penalties, moved, strict=True)
            added += [penalty(weight) for penalty, weight in pairs if penalty is not None]
            if any(mask_of(one) is not None for one in leaves(y_pred)):
                raise CannotCompile("outputs with a mask run as they are")
            loss = self._objective.compute(y, y_pred, sample_weight, added=added)
            gradients = torch.autograd.grad(loss, moved, allow_unused=True)
            return loss.detach(), detached(y_pred), list(gradients)

        moved = [weight.detach() for weight in self._moved]
        kept = [weight.detach() for weight in self._kept]
        return make_fx(step, tracing_mode="fake")(moved, kept, *batch)


def compile_graph(graph: Any) -> Any:
    """The graph as torch.compile makes it fast."""
    return torch.compile(graph, dynamic=False, fullgraph=True)


def _why(error: Exception) -> CannotCompile:
    first = (str(error).splitlines() or [""])[0]
    return CannotCompile(f"{type(error).__name__}: {first}")


def _check_plain(run: Any, batch: tuple[Any, Any, Any]) -> None:
    """Raise for what a list of operations can't hold."""
    x, y, _ = batch
    optimizer = run.optimizer
    if not (torch.is_tensor(x) and torch.is_tensor(y)):
        raise CannotCompile("models of several inputs or outputs run as they are")
    if getattr(optimizer, "loss_scale_factor", None) or hasattr(optimizer, "inner_optimizer"):
        raise CannotCompile("a scaled loss runs as it is")
    _check_follows_nothing(run.model)
    if streams_of(run.model.modules()):
        raise CannotCompile("a layer draws from a stream of its own (seed=)")


def _check_follows_nothing(model: Any, fresh: bool = False) -> None:
    """Raise where layers hold metrics, which their calls update; `fresh` ones saw the tracing."""
    held = model._metrics_held()
    if held and fresh:
        for metric in held:
            metric.reset_state()
    if held:
        raise CannotCompile("a layer follows a metric in its call")


def signature(batch: tuple[Any, Any, Any]) -> Any:
    return [
        (part.shape, part.dtype, part.device) if torch.is_tensor(part) else type(part)
        for part in batch
    ]
