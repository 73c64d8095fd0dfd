"""Choice: the source that fits what the user gave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch

from saccade.data.dataset import Dataset
from saccade.data.sources.array_source import ArraySource
from saccade.data.sources.batch_sources import (
    IterableSource,
    IteratorSource,
    SequenceSource,
    StreamSource,
)
from saccade.data.sources.dataset_source import DatasetSource
from saccade.data.sources.source import SINGLE, ManyArrays, Source
from saccade.data.sources.tensors import holds_arrays
from saccade.errors import DataError, InvalidArgument


def as_source(
    where: str,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    steps: int | None = None,
    several: ManyArrays = SINGLE,
) -> Source:
    """The source that fits what the user gave.

    Args:
        several: whether the model has several inputs, and several outputs.

    Raises:
        InvalidArgument: y or sample_weight beside data that brings its own.
        DataError: nothing that can be read from.
    """
    if isinstance(x, Source):
        return x
    if holds_arrays(x, several.inputs):
        return ArraySource(x, y, sample_weight, batch_size, shuffle, seed, steps, several)
    if isinstance(x, torch.utils.data.Dataset) and not isinstance(x, Iterable):
        raise DataError(
            where,
            "data must come in batches",
            f"{type(x).__name__}, a torch Dataset of single samples",
            "Wrap it: torch.utils.data.DataLoader(dataset, batch_size=32, shuffle=True).",
        )
    by_number = hasattr(x, "__getitem__") and hasattr(x, "__len__")
    if not hasattr(x, "__iter__") and not by_number:
        raise DataError(
            where,
            "data must be arrays, tensors, a generator or something to iterate over",
            type(x).__name__,
        )
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise InvalidArgument(
                where, f"{name} must be left out when the data brings its own", type(x).__name__
            )
    if isinstance(x, Dataset):
        return DatasetSource(where, x, steps, several)
    if isinstance(x, Iterator):
        return IteratorSource(x, several) if hasattr(x, "__len__") else StreamSource(x, several)
    if by_number and (not hasattr(x, "__iter__") or hasattr(x, "on_epoch_end")):
        sequence = SequenceSource(x, shuffle, seed, several)
        if sequence.batches is None and steps is None:
            raise InvalidArgument(
                where,
                "batches without an end (num_batches is None) need a number of steps",
                None,
                "Give steps_per_epoch= to fit, validation_steps= for validation_data=, steps= to "
                "evaluate and predict.",
            )
        return sequence
    return IterableSource(x, several)
