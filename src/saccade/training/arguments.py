"""The arguments of fit, evaluate and predict, checked before anything runs."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any

from saccade.data.sources.array_source import ArraySource
from saccade.data.sources.source import SINGLE, ManyArrays, Source
from saccade.data.sources.source_choice import as_source
from saccade.data.sources.tensors import holds_arrays
from saccade.errors import InvalidArgument
from saccade.nests import map_nest
from saccade.notes import note_old_word, note_once
from saccade.training.limits import limited_epochs, limited_steps


def split_off(
    x: Any,
    y: Any,
    sample_weight: Any,
    share: float,
    validation_data: Any,
    several: ManyArrays = SINGLE,
) -> tuple[Any, Any, Any, Any]:
    """The last part of the arrays for validation, before any shuffling, as Keras does."""
    if not isinstance(share, (int, float)) or not 0 < share < 1:
        raise InvalidArgument("fit", "validation_split must be between 0 and 1", repr(share))
    if validation_data is not None:
        raise InvalidArgument("fit", "give validation_split or validation_data, not both")
    if not holds_arrays(x, several.inputs):
        raise InvalidArgument(
            "fit",
            "validation_split needs arrays",
            type(x).__name__,
            "Give validation_data, or validation_split to ImageDataGenerator.",
        )
    whole = ArraySource(x, y, sample_weight, several=several)
    samples = whole.samples or 0
    cut = math.floor(samples * (1.0 - share))
    if cut in (0, samples):
        raise InvalidArgument(
            "fit",
            f"validation_split={share} must leave samples on both sides",
            f"{samples} samples",
        )
    parts = (whole.x, whole.y, whole.sample_weight)
    train = [map_nest(lambda one: None if one is None else one[:cut], part) for part in parts]
    held = tuple(map_nest(lambda one: None if one is None else one[cut:], part) for part in parts)
    return train[0], train[1], train[2], held


def held_out(
    data: Any, batch_size: int | None, steps: int | None, several: ManyArrays = SINGLE
) -> Source:
    """What validation reads: arrays (x, y) or (x, y, sample_weight), or batches."""
    if isinstance(data, (tuple, list)) and data and holds_arrays(data[0], several.inputs):
        if not 1 <= len(data) <= 3:
            raise InvalidArgument(
                "fit", "validation_data must be (x, y) or (x, y, sample_weight)", len(data)
            )
        return ArraySource(*data, batch_size=batch_size, steps=steps, several=several)
    return as_source(
        "fit validation_data", data, batch_size=batch_size, steps=steps, several=several
    )


def as_steps(name: str, steps: Any) -> int | None:
    """A count of batches; a fraction, as in `steps_per_epoch=20000/16`, is rounded up."""
    if steps is None:
        return limited_steps(None)
    if isinstance(steps, float):
        note_old_word(
            f"{name}={steps:g} is a fraction, which Keras 3 refuses: rounded up.", key="float steps"
        )
    try:
        count = math.ceil(steps)
    except (TypeError, ValueError, OverflowError):
        count = 0
    if count < 1:
        raise InvalidArgument(name, "must be a positive integer", repr(steps))
    return limited_steps(count)


def as_epochs(name: str, epochs: Any) -> int:
    """A count of epochs, 0 or more."""
    try:
        count = operator.index(epochs)
    except TypeError:
        count = -1
    if count < 0:
        raise InvalidArgument(name, "must be an integer, 0 or above", repr(epochs))
    return limited_epochs(count) if name == "epochs" else count


def as_frequency(freq: Any) -> int | list[int]:
    """`validation_freq`: every so many epochs, or the epochs themselves, from 1."""
    if isinstance(freq, Iterable) and not isinstance(freq, str):
        return [as_epochs("validation_freq", epoch) for epoch in freq]
    every = as_epochs("validation_freq", freq)
    if every < 1:
        raise InvalidArgument("validation_freq", "must be at least 1", repr(freq))
    return every


def as_verbosity(verbose: Any) -> int:
    """0 for nothing, 1 for a bar, 2 for a line an epoch; "auto" is 1."""
    level = 1 if verbose == "auto" else verbose
    if not isinstance(level, int) or level not in (0, 1, 2):
        raise InvalidArgument("verbose", 'must be 0, 1, 2 or "auto"', repr(verbose))
    return int(level)


def note_uneven_epochs(steps: int | None, batches: int | None, epochs: int) -> None:
    """Say once that epochs which are no whole pass go round the data, where Keras 3 cuts them."""
    if steps is None or not batches or (steps <= batches and (epochs < 2 or batches % steps == 0)):
        return
    theirs = (
        f"Keras 3 would end each after {batches}."
        if steps > batches
        else f"Keras 3 would end an epoch where the data end: {steps} batches, then what is left."
    )
    note_once(
        f"fit(steps_per_epoch={steps}): a pass over the data has {batches} batches. Every epoch "
        f"has {steps}, and begins where the last one ended. {theirs}",
        key="epochs that are no pass",
    )
