"""Functions of `keras.ops` that few scripts use, on arrays: as the installed Keras, on torch."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import torch

from parity.functions.rare_ops import CASES
from saccade import ops

# Of Keras's that saccade leaves out: speech.
LEFT_OUT = {"ctc_decode", "ctc_loss", "extract_sequences", "istft", "stft"}


def arrays(value):
    if isinstance(value, (list, tuple)):
        return [array for one in value for array in arrays(one)]
    return [np.asarray(value.detach() if torch.is_tensor(value) else value)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES)
def test_function_is_as_under_keras(case):
    for found, expected in zip(
        arrays(CASES[case](ops)), arrays(CASES[case](keras.ops)), strict=True
    ):
        assert found.shape == expected.shape
        if expected.dtype != np.int64:  # places are int32, as on TensorFlow
            assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-6)


def test_no_name_of_keras_is_lacking_in_silence():
    names = {name for name in dir(keras.ops) if not name.startswith("_")}
    assert names - set(dir(ops)) == LEFT_OUT
    names = {name for name in dir(keras.ops.image) if not name.startswith("_")}
    assert not names - set(dir(ops.image))


def test_arrays_keep_their_dtype_and_pythons_numbers_become_small():
    """As Keras on TensorFlow; on torch some functions make float32 of float64."""
    wide = np.ones((2, 3))
    for word in ("add", "maximum", "multiply", "mean", "sum", "exp", "relu", "std", "prod"):
        call = (wide, wide) if word in ("add", "maximum", "multiply") else (wide,)
        assert getattr(ops, word)(*call).dtype is torch.float64, word
    assert ops.sum([1.0, 2.0]).dtype is torch.float32
    assert ops.sum([1, 2]).dtype is torch.int32
    assert ops.convert_to_tensor([1, 2**40]).dtype is torch.int64
    assert ops.convert_to_tensor([np.ones(2), np.ones(2)]).dtype is torch.float64


@pytest.mark.filterwarnings("ignore")
def test_cross_products_of_rows():
    x, y = np.random.RandomState(4).standard_normal((2, 3, 3))
    np.testing.assert_allclose(ops.cross(x, y).numpy(), np.cross(x, y), rtol=1e-6)
    assert not np.allclose(keras.ops.cross(x, y), np.cross(x, y)), "Keras departs no more"
