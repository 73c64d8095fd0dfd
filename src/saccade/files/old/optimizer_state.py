"""Old optimizer state: the arrays of `optimizer_weights` as Keras 1 and 2 ordered them.

    Keras 1, 2          iterations where there is one, one slot of all weights, then the next
    tf.keras to 2.10    the same: iter, [momentum_cache], m of all, v of all, [vhat of all]
    tf.keras from 2.11  iteration, then Keras 3's order without the learning rate
    Keras 3             iteration, learning rate, m and v of one weight, m and v of the next, ...

The weights of Keras 1 came in the alphabetical order of their names. What has no slot here (vhat
without amsgrad, moments without momentum) is left out.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from saccade.files.old.kernels import Origin, as_today
from saccade.files.optimizer_state import by_number, restore_state
from saccade.optimizers.schedules.learning_rate import LearningRate

_FIRST_OF_TODAYS_ORDER = "iteration:0"


def restore_old_state(
    optimizer: Any,
    arrays: Mapping[str, Any],
    weights: Sequence[Any],
    names: Sequence[str],
    layers: Sequence[Any],
    origin: Origin,
) -> list[str]:
    """Take over a state that an older Keras wrote.

    Args:
        arrays: or HDF5 datasets by name, in the file's order.
        weights: those that the optimizer moves, in the model's order.
        names: of these weights in the file.
        layers: those that they belong to.
        origin: what wrote the file.

    Returns:
        What does not fit, in words; nothing is changed then.
    """
    heads = [one for one in arrays.values() if np.shape(one) == ()]
    tails = [one for one in arrays.values() if np.shape(one) != ()]
    fresh = copy.copy(optimizer)
    fresh.build(weights)
    slots, count = list(fresh.slots), len(weights)
    if next(iter(arrays)) == _FIRST_OF_TODAYS_ORDER:
        in_order = tails
    else:
        if len(tails) < len(slots) * count:
            return [f"needed {len(slots)} slots of {count} weights, got {len(tails)} arrays"]
        places = list(range(count))
        if origin.version.startswith("1."):
            places.sort(key=lambda place: names[place])
        of_slot = {slot: [None] * count for slot in slots}
        for number, slot in enumerate(slots):
            for place, array in zip(places, tails[number * count :], strict=False):
                of_slot[slot][place] = as_today(origin, layers[place], array)
        in_order = fresh.in_order(of_slot)
    # Keras until 2.2 did not count the steps of some optimizers in its files.
    steps = [np.int64(heads[0][()] if heads else 0)]
    rate = [one for one in fresh.variables[1:2] if isinstance(one, LearningRate)]
    after = fresh.variables[len(steps) + len(rate) + len(in_order) :]  # what follows from the steps
    numbered = by_number([*steps, *rate, *in_order, *after])
    return restore_state(optimizer, numbered, weights)
