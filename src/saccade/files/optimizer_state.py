"""Optimizer state: what `optimizer.variables` lists, in files."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from saccade.names import is_overridden
from saccade.optimizers.slot_holder import as_array
from saccade.user_names import set_inside


def state_arrays(optimizer: Any, weights: Sequence[Any]) -> list[Any]:
    """What `optimizer/vars/0, 1, ...` hold.

    Slots are written for `weights`, those that a next step would move; the optimizer itself is
    left as it is. The rate is in double precision, so that it comes back as it was; Keras casts.
    """
    next_step = copy.copy(optimizer)
    if optimizer.built:
        _build(next_step, weights)
    numbers = {int: np.int32, float: np.float64}
    return [
        next((as_type(one) for kind, as_type in numbers.items() if isinstance(one, kind)), one)
        for one in next_step.variables
    ]


def state_entries(optimizer: Any, weights: Sequence[Any]) -> dict[str, Any]:
    """What stands under `optimizer/vars`, by name: by number, or as the user's own hook says."""
    if not is_overridden(optimizer, "save_own_variables"):
        return by_number(state_arrays(optimizer, weights))
    next_step = copy.copy(optimizer)
    if optimizer.built:
        _build(next_step, weights)
    store: dict[str, Any] = {}
    next_step.save_own_variables(store)
    return store


def restore_state(optimizer: Any, saved: Mapping[str, Any], weights: Sequence[Any]) -> list[str]:
    """Take over a state from arrays (or HDF5 datasets) by the names of `state_entries`.

    Returns:
        What does not fit, in words; empty when all was taken over. Nothing is changed otherwise.
    """
    faults, change = state_change(optimizer, saved, weights)
    change()
    return faults


def are_of_other_weights(faults: Sequence[str]) -> bool:
    """Whether a state was of another number of arrays: the model's layers were frozen or thawed
    between `compile` and `save`. Else it is damaged, array by array."""
    return not faults[0].startswith("vars/")


def state_change(
    optimizer: Any, saved: Mapping[str, Any], weights: Sequence[Any]
) -> tuple[list[str], Callable[[], None]]:
    """What does not fit, in words, and what takes the state over: it does nothing where there is
    a fault. All arrays are in memory by then, so that it cannot stop half way."""
    if not saved:
        return [], _nothing
    if is_overridden(optimizer, "load_own_variables"):
        own = {name: as_array(values) for name, values in saved.items()}
        return [], lambda: _hand_over(optimizer, own, weights)
    return _numbered_change(optimizer, in_order(saved), weights)


def by_number(arrays: Sequence[Any]) -> dict[str, Any]:
    """Arrays in Keras's order by the names that they have in a file."""
    return {str(place): one for place, one in enumerate(arrays)}


def in_order(saved: Mapping[str, Any]) -> list[Any]:
    """The arrays that stand under "0", "1", ..."""
    numbered = []
    while (values := saved.get(str(len(numbered)))) is not None:
        numbered.append(values)
    return numbered


def _numbered_change(
    optimizer: Any, saved: Sequence[Any], weights: Sequence[Any]
) -> tuple[list[str], Callable[[], None]]:
    if not saved:
        return [], _nothing
    fresh = copy.copy(optimizer)
    has_slots = fresh.built or bool(fresh.misfits(saved)) or _has_stepped(saved)
    if has_slots:
        _build(fresh, weights)
    if faults := fresh.misfits(saved):
        return faults, _nothing
    arrays = [as_array(values) for values in saved]
    if faults := _odd_numbers(arrays):
        return faults, _nothing
    return [], lambda: _take_over(optimizer, arrays, weights if has_slots else None)


def _has_stepped(saved: Sequence[Any]) -> bool:
    count = as_array(saved[0])
    return count.dtype.kind in "fiub" and bool(count)


def _take_over(optimizer: Any, arrays: Sequence[Any], weights: Sequence[Any] | None) -> None:
    if weights is not None:
        _build(optimizer, weights)
    optimizer.set_weights(arrays)


def _hand_over(optimizer: Any, own: dict[str, Any], weights: Sequence[Any]) -> None:
    _build(optimizer, weights)
    optimizer.load_own_variables(own)


def _build(optimizer: Any, weights: Sequence[Any]) -> None:
    """Build without a word of weights that come new: none was unfrozen, a file is read or written.

    A step of the user's own may move some weights of the model only, as those beside an average.
    """
    holder = getattr(optimizer, "inner_optimizer", optimizer)
    told = getattr(holder, "_told", False)
    set_inside(holder, "_told", True)
    optimizer.build(weights)
    set_inside(holder, "_told", told)


def _odd_numbers(arrays: Sequence[np.ndarray]) -> list[str]:
    """What no optimizer's state has: words, and counts or rates that are no finite number."""
    for place, array in enumerate(arrays):
        if array.dtype.kind not in "fiub":
            return [f"vars/{place}: needed numbers, got {array.dtype}"]
        if array.ndim == 0 and not (np.isfinite(array) and array >= 0):
            return [f"vars/{place}: needed a count or a rate, got {array}"]
    return []


def _nothing() -> None:
    """What there is to do where a state does not fit."""
