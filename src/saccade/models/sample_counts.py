"""Sample counts: what Keras 1 counted in samples, in batches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from saccade.data.sources.tensors import holds_arrays
from saccade.errors import InvalidArgument
from saccade.nests import leaves


def steps_for(where: str, word: str, samples: int, data: Any) -> tuple[int, Any]:
    """How many batches of the data hold so many samples, and the data to read.

    A generator does not say how large its batches are: its first one is read, and comes first
    again. Data that know their length start anew after a pass, whose last batch may be short.

    Raises:
        InvalidArgument: arrays, which have no batches of their own.
    """
    if data is None or holds_arrays(data, True):
        raise InvalidArgument(
            where,
            f"{word} counts samples of data that come in batches; batch_size is for arrays",
            type(data).__name__,
            "Leave it out, or give steps_per_epoch= or validation_steps= instead.",
        )
    size = getattr(data, "batch_size", None)
    if not size and isinstance(data, Iterator):
        first = next(data, None)
        size, data = _rows(first), data if first is None else chain([first], data)
    elif not size:
        size = _rows(data[0] if hasattr(data, "__getitem__") else next(iter(data), None))
    if not size:
        raise InvalidArgument(where, f"{word} needs data with a first batch", "none")
    total = getattr(data, "n", None) or samples
    passes, rest = divmod(samples, total)
    return int(passes * -(-total // size) + -(-rest // size)), data


def _rows(batch: Any) -> int:
    """How many samples a batch has."""
    if batch is None:
        return 0
    x = batch[0] if isinstance(batch, (tuple, list)) else batch
    return len(leaves(x)[0])
