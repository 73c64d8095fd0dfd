"""Checks of the settings that a generator and its iterators are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

from saccade.data.generator.setting_ranges import LARGEST, is_number
from saccade.errors import DataError, InvalidArgument, ShapeError
from saccade.names import unknown_name
from saccade.notes import note_once

SUBSETS = ("training", "validation")


def check_dtype(dtype: str | type | np.dtype | None) -> np.dtype:
    """The dtype of a batch, float32 for None; raise InvalidArgument unless NumPy's numbers."""
    try:
        checked = np.dtype("float32" if dtype is None else dtype)
    except Exception:
        checked = np.dtype(object)
    if checked.kind not in "fiu":
        raise InvalidArgument("dtype", "must be a NumPy type of real numbers", repr(dtype))
    return checked


def check_switch(name: str, value: object) -> bool:
    """True or False (None too); raise InvalidArgument for a string: "False" would count as True."""
    if isinstance(value, str) or value not in (True, False, None):
        raise InvalidArgument(name, "must be True or False", repr(value))
    return bool(value)


def check_subset(subset: str | None, has_generator: bool) -> str | None:
    """The name of the subset or None; raise InvalidArgument for another."""
    if subset is not None and subset not in SUBSETS:
        raise unknown_name("subset", subset, SUBSETS)
    if subset is not None and not has_generator:
        raise InvalidArgument("subset", "needs an ImageDataGenerator with a validation_split")
    return subset


def note_functions(switches: Mapping[str, object]) -> None:
    """Say so where a function was given for a switch, as the first positional argument is."""
    for name, value in switches.items():
        if callable(value):
            called = getattr(value, "__name__", "function")
            note_once(
                f"ImageDataGenerator: {name}={called} is a switch, and the function is never "
                f"called: write ImageDataGenerator(preprocessing_function={called}).",
                key="a function for a switch",
            )


def check_function(preprocessing_function: Any) -> Any:
    """The function; raise InvalidArgument for what can't be called."""
    if preprocessing_function is not None and not callable(preprocessing_function):
        raise InvalidArgument(
            "preprocessing_function", "must be a function of an image", preprocessing_function
        )
    return preprocessing_function


def check_zoom(zoom_range: float | Sequence[float]) -> list[float]:
    """[low, high] of a zoom range."""
    if isinstance(zoom_range, Real):
        return [1 - zoom_range, 1 + zoom_range]  # type: ignore[operator, list-item]
    pair = list(zoom_range) if isinstance(zoom_range, Sequence | np.ndarray) else []
    if len(pair) == 2 and all(isinstance(one, Real) for one in pair):
        return pair
    raise InvalidArgument("zoom_range", "must be a number or two numbers", repr(zoom_range))


def check_rescale(rescale: float | None) -> float | None:
    """The factor; raise InvalidArgument for what is no number."""
    if not isinstance(rescale, bool | None) and not is_number(rescale):
        raise InvalidArgument("rescale", f"must be a number up to {LARGEST:.0e}, or None", rescale)
    return rescale


def check_validation_split(validation_split: float) -> float:
    """The share of the images that validate, 0 for none."""
    if not validation_split:  # None and False are Keras's other ways to say none
        return 0.0
    if not isinstance(validation_split, Real) or not 0 < validation_split < 1:
        raise InvalidArgument(
            "validation_split", "must lie strictly between 0 and 1", repr(validation_split)
        )
    return float(validation_split)


def sample_of(x: Any, dtype: np.dtype) -> np.ndarray:
    """A copy of the images that `fit` was given, of the generator's type."""
    if hasattr(x, "__next__") or not hasattr(x, "__len__"):
        raise DataError(
            "ImageDataGenerator.fit",
            "needs an array of images",
            type(x).__name__,
            "Give it one batch: fit(next(flow)[0]).",
        )
    try:
        sample = np.array(x, dtype=dtype)
    except (ValueError, TypeError) as fault:
        raise DataError("ImageDataGenerator.fit", "needs an array of images", str(fault)) from fault
    if sample.ndim != 4 or not len(sample):
        raise ShapeError(
            "ImageDataGenerator.fit",
            "images must be (samples, height, width, channels), or channels first; one at least",
            sample.shape,
        )
    if not np.isfinite(sample).all():
        raise DataError("ImageDataGenerator.fit", "images must hold finite numbers", "NaN or inf")
    return sample
