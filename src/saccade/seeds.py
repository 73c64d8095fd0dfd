"""Seeds: one call that makes a run repeatable.

All of saccade's own draws (initial weights, dropout, the order of arrays) come from torch's
generator. NumPy's and Python's streams belong to the user; the Keras-spelled data generator draws
from NumPy's because Keras's does, so all three are set together.
"""

from __future__ import annotations

import random

import numpy as np

from saccade.errors import InvalidArgument


def set_random_seed(seed: int) -> None:
    """Seed Python's, NumPy's and torch's generators.

    On one machine's CPU, with the same number of threads, the same seed gives bit-identical
    weights.

    Args:
        seed: an integer in [0, 2**32 - 1].

    Raises:
        InvalidArgument: for any other value.

    Source: `keras.utils.set_random_seed`.
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32:
        raise InvalidArgument(
            "set_random_seed", "the seed must be an integer in [0, 2**32 - 1]", repr(seed)
        )
    import torch

    random.seed(int(seed))
    np.random.seed(int(seed))
    torch.manual_seed(int(seed))


def draw_seed() -> int:
    """A fresh seed from torch's generator: repeatable after `set_random_seed`."""
    import torch

    return int(torch.randint(2**31 - 1, ()).item())
