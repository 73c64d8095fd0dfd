"""Optimizer state: what `optimizer.variables` lists, in files."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from saccade.names import is_overridden


def state_arrays(optimizer: Any, weights: Sequence[Any]) -> list[Any]:
    """What `optimizer/vars/0, 1, ...` hold.

    Slots are written for `weights`, those that a next step would move; the optimizer itself is
    left as it is. The rate is in double precision, so that it comes back as it was; Keras casts.
    """
    next_step = copy.copy(optimizer)
    if optimizer.built:
        next_step.build(weights)
    numbers = {int: np.int32, float: np.float64}
    return [
        next((as_type(one) for kind, as_type in numbers.items() if isinstance(one, kind)), one)
        for one in next_step.variables
    ]


def state_entries(optimizer: Any, weights: Sequence[Any]) -> dict[str, Any]:
    """What stands under `optimizer/vars`, by name: by number, or as the user's own hook says."""
    if not is_overridden(optimizer, "save_own_variables"):
        return {str(place): one for place, one in enumerate(state_arrays(optimizer, weights))}
    next_step = copy.copy(optimizer)
    if optimizer.built:
        next_step.build(weights)
    store: dict[str, Any] = {}
    next_step.save_own_variables(store)
    return store


def restore_entries(optimizer: Any, saved: Mapping[str, Any], weights: Sequence[Any]) -> list[str]:
    """`restore_state` for what `state_entries` gave."""
    if is_overridden(optimizer, "load_own_variables"):
        optimizer.build(weights)
        optimizer.load_own_variables({name: values[()] for name, values in saved.items()})
        return []
    numbered = []
    while (values := saved.get(str(len(numbered)))) is not None:
        numbered.append(values)
    return restore_state(optimizer, numbered, weights) if numbered else []


def restore_state(optimizer: Any, saved: Sequence[Any], weights: Sequence[Any]) -> list[str]:
    """Take over a state from arrays (or HDF5 datasets) in Keras's order.

    Returns:
        What does not fit, in words; empty when all was taken over. Nothing is changed otherwise.
    """
    fresh = copy.copy(optimizer)
    if not fresh.built and not fresh.misfits(saved) and not int(saved[0][()]):
        optimizer.set_weights(saved)  # of an optimizer that had not taken a step
        return []
    fresh.build(weights)
    if faults := fresh.misfits(saved):
        return faults
    optimizer.build(weights)
    optimizer.set_weights(saved)
    return []
