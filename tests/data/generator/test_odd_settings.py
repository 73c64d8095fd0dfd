"""Settings and arrays that the soak found: each ends in a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import DataError, InvalidArgument
from saccade.preprocessing.image import ImageDataGenerator

X = np.zeros((4, 5, 5, 1), "float32")


@pytest.mark.parametrize("size", [1e9, 2.0**40, float("inf"), [0, 1e5]])
def test_a_blur_wider_than_any_photo(size):
    with pytest.raises(InvalidArgument, match=r"blur_range.*(at most 1000 px|finite|number)"):
        ImageDataGenerator(blur_range=size)


@pytest.mark.parametrize("word", ["=1+1", "猫", "f4,f4", "(2,)f4", "x" * 300])
def test_a_dtype_that_is_none(word):
    with pytest.raises(InvalidArgument, match="dtype: must be a NumPy type"):
        ImageDataGenerator(dtype=word)


@pytest.mark.parametrize("name", ["y", "sample_weight"])
def test_labels_that_have_no_rows(name):
    for value in (3, "x", {"a": 1}):
        with pytest.raises(DataError, match=f"{name} must have one row"):
            ImageDataGenerator().flow(X, **{name: value})
    with pytest.raises(DataError, match=f"{name} must have rows of one length"):
        ImageDataGenerator().flow(X, **{name: [[1], [2, 3], [], [4]]})


@pytest.mark.parametrize("value", [[1e-6, 0.5], "small", float("nan"), True, np.ones(3)])
def test_an_epsilon_that_is_no_number(value):
    """Two of them ended in NumPy's words about shapes, in the middle of fit."""
    with pytest.raises(InvalidArgument, match="zca_epsilon: must be a number"):
        ImageDataGenerator(zca_whitening=True, zca_epsilon=value)
    ImageDataGenerator(zca_epsilon=None)  # Keras does not look at it without whitening
