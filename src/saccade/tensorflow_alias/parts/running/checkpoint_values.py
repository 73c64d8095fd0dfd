"""Checkpoint values: what of a thing goes into a checkpoint, and how it gets it back.

First all changes are noted, and whatever does not fit is told; then they are made together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch

from saccade.errors import FileFormatError
from saccade.layers.core.build_mark import is_built_whole, once_built
from saccade.layers.core.layer import Layer
from saccade.metrics import Metric
from saccade.optimizers import Optimizer
from saccade.tensorflow_alias.parts.running.module import Module
from saccade.variables import Variable as Weight

Change = Callable[[], None]


def _weights_of(thing: Any) -> list[Any] | None:
    """The values of a thing in their order; None for what has other ways."""
    if isinstance(thing, Weight):
        return [thing]
    if isinstance(thing, (Layer, Module, Metric)):
        return list(thing.variables)
    return None


def _parts_of(thing: Any) -> dict[str, Any]:
    """The things inside one that holds others, by name."""
    if hasattr(type(thing), "_things"):  # a Checkpoint
        return dict(thing._things())
    if isinstance(thing, Mapping):
        return {str(key): value for key, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return {str(place): value for place, value in enumerate(thing)}
    return {}  # an iterator of a dataset, a number: nothing that has to be kept


def values_of(thing: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(thing, Optimizer):
        state = thing.state()
        yield f"{place}/iterations", np.int64(state["iterations"])
        if state["learning_rate"] is not None:
            yield f"{place}/learning_rate", np.float64(state["learning_rate"])
        for name, slots in state["slots"].items():
            for number, slot in enumerate(slots):
                yield f"{place}/slots/{name}/{number}", slot.detach().cpu().numpy()
        return
    weights = _weights_of(thing)
    if weights is None:
        for name, part in _parts_of(thing).items():
            yield from values_of(part, f"{place}/{name}")
        return
    for number, weight in enumerate(weights):
        yield f"{place}/{number}", np.asarray(weight.detach().cpu())


def below(values: dict[str, np.ndarray], place: str) -> dict[str, np.ndarray]:
    start = f"{place}/"
    return {name[len(start) :]: one for name, one in values.items() if name.startswith(start)}


def give(thing: Any, values: dict[str, np.ndarray], where: str, changes: list[Change]) -> None:
    """Note what gives the thing its values, or raise where they are not its own."""
    if not values:
        return
    if isinstance(thing, Optimizer):
        changes.append(_optimizer_change(thing, values, where))
    elif (weights := _weights_of(thing)) is None:
        for name, part in _parts_of(thing).items():
            give(part, below(values, name), f"{where}/{name}", changes)
    elif isinstance(thing, Layer) and not is_built_whole(thing):

        def now() -> None:
            _assign(list(thing.variables), values, where)

        changes.append(lambda: once_built(thing, now))
    else:
        _check(weights, values, where)
        changes.append(lambda: _assign(weights, values, where))


def _check(weights: list[Any], values: dict[str, np.ndarray], where: str) -> None:
    needed = [tuple(one.shape) for one in weights]
    got = [values[str(number)].shape for number in range(len(values)) if str(number) in values]
    if needed != got:
        raise FileFormatError(where, f"needs arrays of shapes {needed}", str(got))
    odd = [one.dtype for one in values.values() if one.dtype.kind not in "fiub"]
    if odd:
        raise FileFormatError(where, "needs numbers", str(odd[0]))


def _assign(weights: list[Any], values: dict[str, np.ndarray], where: str) -> None:
    _check(weights, values, where)
    for number, weight in enumerate(weights):
        weight.assign(torch.as_tensor(values[str(number)]))


def _optimizer_change(optimizer: Optimizer, values: dict[str, np.ndarray], where: str) -> Change:
    for name, value in values.items():
        scalar = name in ("iterations", "learning_rate")
        odd = value.dtype.kind not in "fiub" or (scalar and value.shape != ())
        if odd or (scalar and not (np.isfinite(value) and value >= 0)):
            raise FileFormatError(
                where, f"{name} must be a state of an optimizer", str(value.dtype)
            )
    if "iterations" not in values:
        raise FileFormatError(where, "needs iterations", "none")
    return lambda: _give_optimizer(optimizer, values)


def _give_optimizer(optimizer: Optimizer, values: dict[str, np.ndarray]) -> None:
    if "learning_rate" in values and not callable(optimizer._learning_rate):
        optimizer.learning_rate = float(values["learning_rate"])
    calls = int(values["iterations"])
    optimizer._calls = calls
    slots = {name: one for name, one in values.items() if name.startswith("slots/")}
    if optimizer.built or not slots:
        _fill(optimizer, slots)
        return
    build = optimizer.build

    def build_and_fill(weights: Any) -> None:
        del optimizer.__dict__["build"]
        optimizer._calls = 0  # these weights are no newcomers
        build(weights)
        optimizer._calls = calls
        _fill(optimizer, slots)

    optimizer.__dict__["build"] = build_and_fill


def _fill(optimizer: Optimizer, slots: dict[str, np.ndarray]) -> None:
    with torch.no_grad():
        for name, kept in optimizer.slots.items():
            for number, slot in enumerate(kept):
                value = slots.get(f"slots/{name}/{number}")
                if value is not None and value.shape == tuple(slot.shape):
                    slot.copy_(torch.as_tensor(value))
