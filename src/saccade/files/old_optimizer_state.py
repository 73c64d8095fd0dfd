"""Old optimizer state: the arrays of `optimizer_weights` as Keras 1 and 2 ordered them.

    Keras 1, 2          iterations where there is one, then a slot of all weights, then the next slot
    tf.keras to 2.10    the same: iter, [momentum_cache], m of all, v of all, [vhat of all]
    tf.keras from 2.11  iteration, then Keras 3's order without the learning rate
    Keras 3             iteration, learning rate, m and v of one weight, m and v of the next, ...

The weights of Keras 1 came in the alphabetical order of their names. What has no slot here (vhat
without amsgrad, moments without momentum) is left out.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from saccade.files.optimizer_state import restore_state

_FIRST_OF_TODAYS_ORDER = "iteration:0"


def restore_old_state(
    optimizer: Any,
    names: Sequence[str],
    arrays: Sequence[Any],
    weights: Sequence[Any],
    order: Sequence[int],
) -> list[str]:
    """Take over a state that an older Keras wrote.

    Args:
        names: of the arrays, in the file's order.
        arrays: or HDF5 datasets.
        weights: those that the optimizer moves, in the model's order.
        order: for each of the weights its place among the file's.

    Returns:
        What does not fit, in words; nothing is changed then.
    """
    heads = [one for one in arrays if np.shape(one) == ()]
    tails = [one for one in arrays if np.shape(one) != ()]
    fresh = copy.copy(optimizer)
    fresh.build(weights)
    kinds, count = list(fresh.slots), len(weights)
    if names and names[0] == _FIRST_OF_TODAYS_ORDER:
        in_order = tails
    else:
        if len(tails) < len(kinds) * count:
            return [f"needed {len(kinds)} slots of {count} weights, got {len(tails)} arrays"]
        of_kinds = {kind: tails[place * count :] for place, kind in enumerate(kinds)}
        slots = {kind: [found[place] for place in order] for kind, found in of_kinds.items()}
        in_order = fresh.in_order(slots)
    # Keras until 2.2 did not count the steps of some optimizers in its files.
    steps = [np.int64(heads[0][()] if heads else 0)]
    rate = [] if callable(fresh._learning_rate) else [np.float64(fresh._learning_rate)]
    after = fresh.variables[len(steps) + len(rate) + len(in_order) :]  # what follows from the steps
    return restore_state(optimizer, [*steps, *rate, *in_order, *after], weights)
