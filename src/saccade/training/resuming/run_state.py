"""Run state: all that changes while a run trains, taken from it and given back to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.errors import StateError
from saccade.notes import note_once
from saccade.numerics.machine.random_streams import (
    put,
    random_state,
    set_random_state,
    state_of,
    streams_of,
)
from saccade.training.custom_step import logs_of

BEGIN_ANEW = "Make it what it was, or begin anew: delete the saved state or name another folder."


def live_state(run: Any) -> dict[str, Any]:
    """The state of a run; its tensors are the run's own, and change when it goes on."""
    weights = run.model.weights
    place_of = {id(weight): place for place, weight in enumerate(weights)}
    moved = run.weights or run.model.trainable_weights
    return {
        "epoch": run.epoch,
        "step": run.step,
        "trained": run.trained,
        "layers": layer_kinds(run),
        "weights": [weight.detach() for weight in weights],
        "frozen": frozen_parts(run),
        "frozen_before": run.frozen_before,
        "optimizer_kind": optimizer_kind(run.optimizer),
        "optimizer": run.optimizer.live_state(),
        "moved": [place_of[id(weight)] for weight in moved],
        "at_rest": [
            (place_of[id(weight)], slots)
            for weight, slots in _inner(run.optimizer)._at_rest
            if id(weight) in place_of
        ],
        "random": random_state(),
        "streams": [state_of(stream) for stream in _streams(run)],
        "feed": run.feed.state(),
        "validation": None if run.validation is None else run.validation.state(),
        "sums": run.objective.state(),
        "own_logs": None if run.own_logs is None else logs_of(run.model, run.own_logs, "fit"),
        "healthy": run.healthy,
        "compiling": None if run.compiling is None else run.compiling.state(),
        "callbacks": [
            callback.state() if hasattr(callback, "state") else None
            for callback in run.callbacks.callbacks
        ],
    }


def copied(nest: Any) -> Any:
    """A state with tensors and arrays of its own."""
    if torch.is_tensor(nest):
        return nest.detach().clone()
    if isinstance(nest, np.ndarray):
        return nest.copy()
    if isinstance(nest, dict):
        return {key: copied(one) for key, one in nest.items()}
    if type(nest) in (list, tuple):
        return type(nest)(copied(one) for one in nest)
    return nest


def give_back(run: Any, state: dict[str, Any]) -> None:
    """Let a run go on from a state; if anything of it is refused, the run is as it was.

    Raises:
        StateError: the state is of another model, optimizer, data or of other callbacks.
    """
    check_fits(run, state)
    before = copied(live_state(run))
    try:
        _give(run, state)
    except BaseException:
        _give(run, before)
        raise


def _give(run: Any, state: dict[str, Any]) -> None:
    weights = run.model.weights
    if run.frozen_before == state["frozen_before"]:
        _give_frozen(run, state["frozen"])
    else:
        note_once(
            "fit: the run that is resumed began with other layers frozen; they stay as they are "
            "frozen now, so it goes on otherwise than it would have."
        )
    run.optimizer.restore(state["optimizer"], [weights[place] for place in state["moved"]])
    _inner(run.optimizer)._at_rest = [
        (weights[place], {name: slot.to(weights[place].device) for name, slot in slots.items()})
        for place, slots in copied(state["at_rest"])
    ]
    run.epoch, run.step, run.trained = state["epoch"], state["step"], state["trained"]
    run.own_logs, run.healthy = state["own_logs"], state["healthy"]
    if run.healthy is not None:
        run.healthy = run.healthy.to(run.model.device)
    if run.compiling is not None and state["compiling"] is not None:
        run.compiling.restore(state["compiling"])
    with torch.no_grad():
        for weight, saved in zip(weights, state["weights"], strict=True):
            weight.copy_(saved)
    run.feed.restore(state["feed"])
    if run.validation is not None and state["validation"] is not None:
        run.validation.restore(state["validation"])
    run.objective.restore(state["sums"])
    for callback, saved in zip(run.callbacks.callbacks, state["callbacks"], strict=True):
        if saved is not None:
            callback.restore(saved)
    set_random_state(state["random"])
    for stream, saved in zip(_streams(run), state["streams"], strict=True):
        put(stream, saved)


def check_fits(run: Any, state: dict[str, Any]) -> None:
    """Raise StateError for a state of another run; nothing is changed."""
    pairs = {
        "be of a model with these layers:": (layer_kinds(run), state["layers"]),
        "have weights of shapes": (
            [tuple(weight.shape) for weight in run.model.weights],
            [tuple(weight.shape) for weight in state["weights"]],
        ),
        "be of the optimizer": (optimizer_kind(run.optimizer), state["optimizer_kind"]),
        "have as many random streams of layers as": (len(_streams(run)), len(state["streams"])),
        "have callbacks": (len(run.callbacks.callbacks), len(state["callbacks"])),
    }
    for what, (needed, got) in pairs.items():
        if needed != got:
            needed, got = _difference(needed, got)
            raise StateError("run", f"the state must {what} {needed}", str(got), BEGIN_ANEW)


def _difference(needed: Any, got: Any) -> tuple[Any, Any]:
    """Of two long lists, what differs first; a message that shows all of a network helps nobody."""
    if not isinstance(needed, list) or max(len(needed), len(got)) <= 12:
        return needed, got
    place = next(
        (place for place, (a, b) in enumerate(zip(needed, got, strict=False)) if a != b),
        min(len(needed), len(got)),
    )

    def shown(some: list[Any]) -> str:
        return f"{some[place] if place < len(some) else 'none'} at place {place} of {len(some)}"

    return shown(needed), shown(got)


def layer_kinds(run: Any) -> list[str]:
    """The classes of all layers, in order; their names count on from process to process."""
    modules = (module for module in run.model.modules() if module is not run.model)
    return [type(module).__name__ for module in modules if hasattr(module, "_trainable")]


def optimizer_kind(optimizer: Any) -> str:
    inner = getattr(optimizer, "inner_optimizer", None)
    kind = type(optimizer).__name__
    return kind if inner is None else f"{kind} of {type(inner).__name__}"


def frozen_parts(run: Any) -> dict[str, list[bool]]:
    """Which layers and weights are frozen: a callback may change it while training goes on."""
    return {
        "layers": [not module._trainable for module in _holders(run)],
        "weights": [not weight.requires_grad for weight in run.model.weights],
    }


def _give_frozen(run: Any, frozen: dict[str, list[bool]]) -> None:
    for module, is_frozen in zip(_holders(run), frozen["layers"], strict=True):
        module._trainable = not is_frozen
    for weight, is_frozen in zip(run.model.weights, frozen["weights"], strict=True):
        if weight.requires_grad == is_frozen:
            weight.requires_grad_(not is_frozen)


def _holders(run: Any) -> list[Any]:
    return [module for module in run.model.modules() if hasattr(module, "_trainable")]


def _inner(optimizer: Any) -> Any:
    return getattr(optimizer, "inner_optimizer", optimizer)


def _streams(run: Any) -> list[Any]:
    """The random streams that layers of the model have of their own."""
    return streams_of(run.model.modules())
