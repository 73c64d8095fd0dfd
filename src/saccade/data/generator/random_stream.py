"""Random stream: NumPy's global random numbers, looked at, put back, and run ahead of in private.

Keras's generators draw from `numpy.random` itself. To prepare batches before they are asked for
without disturbing the user's numbers, draws are made on a private copy, and the global stream is
put into the state that Keras would leave when the batch is handed out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

State = tuple[Any, ...]  # what numpy.random.get_state() gives


def global_state() -> State:
    """The state of `numpy.random`."""
    return np.random.get_state()  # type: ignore[return-value]


def state_of(stream: np.random.RandomState) -> State:
    """The state of a private stream."""
    return stream.get_state()  # type: ignore[return-value]


def set_global_state(state: State) -> None:
    """Put `numpy.random` into a state."""
    np.random.set_state(state)


def stream_from(state: State) -> np.random.RandomState:
    """A private stream that draws what `numpy.random` would from this state on."""
    stream = np.random.RandomState(0)
    stream.set_state(state)
    return stream


def same_state(one: State, other: State) -> bool:
    """Whether two states draw the same numbers."""
    return one[2:] == other[2:] and np.array_equal(one[1], other[1])
