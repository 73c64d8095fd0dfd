"""Sample counts: what Keras 1 counted in samples, in batches."""

from __future__ import annotations

import ast
import functools
import linecache
from collections.abc import Iterator
from itertools import chain
from types import FrameType
from typing import Any

from saccade.data.sources.tensors import holds_arrays
from saccade.errors import InvalidArgument
from saccade.nests import leaves

SAMPLE_WORDS = frozenset({"samples_per_epoch", "nb_val_samples", "val_samples"})


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


def counts_samples(frame: FrameType, count: Any, data: Any) -> bool:
    """Whether a number without a name, as in `predict_generator(flow, 800)`, counts samples.

    It does where the text of the code that calls gives such a count by its name of Keras 1, unless
    a pass has that many batches; where it only says nb_epoch=, which Keras 2 took as well, the
    number must be that of all samples.
    """
    words = _keyword_names("".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals)))
    if not SAMPLE_WORDS.isdisjoint(words):
        return not hasattr(data, "__len__") or count > len(data)
    is_all = count == getattr(data, "n", None) and getattr(data, "batch_size", 1) != 1
    return "nb_epoch" in words and is_all


@functools.lru_cache(maxsize=8)
def _keyword_names(text: str) -> frozenset[str]:
    """The names of the arguments that a text gives by name."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):  # a notebook's cell with commands of its own
        return frozenset()
    return frozenset(
        node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg
    )


def _rows(batch: Any) -> int:
    """How many samples a batch has."""
    if batch is None:
        return 0
    x = batch[0] if isinstance(batch, (tuple, list)) else batch
    return len(leaves(x)[0])
