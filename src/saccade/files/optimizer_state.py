"""Optimizer state: the step count, the learning rate and the slots, in Keras's order."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

# Keras makes Adam's two moments in one go, weight by weight. Every other kind of slot it makes
# for all weights before the next kind.
_SIDE_BY_SIDE = ("m", "v")


def slots_in_order(optimizer: Any) -> list[torch.Tensor]:
    """The slots as Keras numbers them: m, v of weight 0, m, v of weight 1, ..., then the rest."""
    pairs = [slots for name, slots in optimizer.slots.items() if name in _SIDE_BY_SIDE]
    rest = [slots for name, slots in optimizer.slots.items() if name not in _SIDE_BY_SIDE]
    return [
        *(slot for of_weight in zip(*pairs, strict=True) for slot in of_weight),
        *(slot for slots in rest for slot in slots),
    ]


def state_arrays(optimizer: Any, weights: Sequence[Any]) -> list[Any]:
    """What `optimizer/vars/0, 1, ...` hold.

    Slots are written for `weights`, those that a next step would move; the optimizer itself is
    left as it is. The rate is in double precision, so that it comes back as it was; Keras casts.
    """
    head: list[Any] = [np.int32(optimizer.iterations)]
    if not callable(optimizer.learning_rate):
        head.append(np.float64(optimizer.learning_rate))
    if not optimizer.built:
        return head
    next_step = copy.copy(optimizer)
    next_step.build(weights)
    return [*head, *slots_in_order(next_step)]


def restore_state(optimizer: Any, saved: Sequence[Any], weights: Sequence[Any]) -> list[str]:
    """Take over a state from arrays (or HDF5 datasets) in Keras's order.

    Returns:
        What does not fit, in words; empty when all was taken over. Nothing is changed otherwise.
    """
    head = 1 if callable(optimizer.learning_rate) else 2
    if len(saved) < head:
        return [f"needed {head} variables or more, got {len(saved)}"]
    iterations = int(saved[0][()])
    fresh = copy.copy(optimizer)
    if len(saved) > head or iterations:
        fresh.build(weights)
    slots = slots_in_order(fresh)
    if len(slots) != len(saved) - head:
        return [
            f"{type(optimizer).__name__} needs {len(slots) + head} variables "
            f"for {len(weights)} trainable weights, got {len(saved)}"
        ]
    faults = [
        f"vars/{place}: needed {tuple(slot.shape)}, got {tuple(values.shape)}"
        for place, (slot, values) in enumerate(zip(slots, saved[head:], strict=True), head)
        if tuple(slot.shape) != tuple(values.shape)
    ]
    if faults:
        return faults
    if fresh.built:
        optimizer.build(weights)
    optimizer.iterations = iterations
    if head == 2:
        optimizer.learning_rate = float(saved[1][()])
    with torch.no_grad():
        for slot, values in zip(slots_in_order(optimizer), saved[head:], strict=True):
            slot.copy_(torch.as_tensor(np.asarray(values[()])))
    return []
