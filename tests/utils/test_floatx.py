"""floatx: one word for the dtype of all that is made without one."""

import numpy as np
import pytest
import torch

from saccade import Input, Sequential, mixed_precision, ops
from saccade import backend as K
from saccade.layers import BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D
from saccade.preprocessing.image import img_to_array


@pytest.fixture(params=["float64", "float16", "bfloat16"])
def word(request):
    K.set_floatx(request.param)
    yield request.param
    K.set_floatx("float32")


def word_of(x):
    return str(x.dtype).removeprefix("torch.")


def test_all_that_is_made_without_a_dtype_has_it(word):
    assert K.floatx() == word
    assert mixed_precision.global_policy().name == word
    made = [K.variable([1.0]), K.constant(1.0), K.zeros((2,)), ops.ones(3), Input((2,))]
    made += [K.placeholder((2, 3)), K.cast_to_floatx(torch.ones(2)), K.eye(2)]
    assert {word_of(one) for one in made} == {word}
    if word != "bfloat16":  # which NumPy has not
        assert img_to_array(np.zeros((2, 2, 3), "uint8")).dtype == word
        assert K.cast_to_floatx(np.ones(2)).dtype == word


def test_float64_trains(word):
    if word != "float64":
        pytest.skip("half precision alone loses the small steps")
    model = Sequential(
        [Conv2D(4, 3), BatchNormalization(), MaxPooling2D(), Flatten(), Dense(2, "softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = np.random.default_rng(0).random((8, 8, 8, 3)), np.arange(8) % 2
    model.fit(x, y, epochs=1, verbose=0)
    assert {word_of(weight) for weight in model.weights} == {"float64"}
    assert model.predict(x, verbose=0).dtype == np.float64


def test_a_policy_that_was_chosen_stays():
    mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        K.set_floatx("float64")
        assert Dense(2).compute_dtype == "bfloat16"
    finally:
        mixed_precision.set_global_policy("float32")
        K.set_floatx("float32")


def test_only_floats_are_words_for_it():
    with pytest.raises(ValueError, match="float64"):
        K.set_floatx("int32")
    assert K.floatx() == "float32"
