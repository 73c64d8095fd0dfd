"""Every argument of K's functions under the names that Keras 1 and 2 had for it."""

import inspect

import numpy as np
import pytest
from keras.src.legacy import backend as keras_2

from parity.reference import close
from saccade import backend as K
from saccade.errors import InvalidArgument
from saccade.numerics.tensors import tensor_functions as today

NAMES = sorted(
    name
    for name, one in vars(keras_2).items()
    if getattr(one, "__module__", "") == keras_2.__name__ and not name.startswith("_")
)
IMAGES, VOLUMES = np.ones((1, 5, 4, 2), "float32"), np.ones((1, 3, 5, 4, 2), "float32")
KERNEL = np.random.default_rng(0).random((3, 3, 2, 4)).astype("float32")
DEEP_KERNEL = np.random.default_rng(1).random((3, 3, 3, 2, 4)).astype("float32")
BATCH = np.array([[0.2, -0.5, 0.9]], "float32")


def names_of(function):
    return [*inspect.signature(function).parameters]


@pytest.mark.parametrize("name", sorted(set(NAMES) & set(K.__all__)))
def test_keras_2_s_names_of_arguments_are_known(name):
    """Each by the name that Keras 2 gave it: a word that is not known raises a TypeError."""
    mine = getattr(K, name)
    known = set(names_of(mine))
    seen = {}

    def spy(*args, **kwargs):
        seen.update(kwargs)

    spy.__signature__ = inspect.signature(mine)
    from saccade.backend.old_keywords import takes_old_keywords

    wanted = names_of(getattr(keras_2, name))
    takes_old_keywords(name, spy)(**dict.fromkeys(wanted))
    assert set(seen) <= known


def test_what_is_left_out_is_refused_by_name():
    missing = {name for name in NAMES if name not in K.__all__}
    assert missing == set(K.REFUSED)
    for name in missing:
        assert not hasattr(K, name)
        with pytest.raises(AttributeError, match=r"speech|series|text"):
            getattr(K, name)


KERAS_1 = [
    ("clip", {"x": BATCH, "min_value": 0.0, "max_value": 0.5}, today.clip(BATCH, 0.0, 0.5)),
    ("dot", {"x": BATCH, "y": BATCH.T}, BATCH @ BATCH.T),
    ("pow", {"x": BATCH, "a": 2.0}, BATCH**2),
    ("maximum", {"x": BATCH, "y": 0.0}, np.maximum(BATCH, 0)),
    ("expand_dims", {"x": BATCH, "dim": 0}, BATCH[None]),
    ("one_hot", {"indices": np.array([1]), "nb_classes": 3}, [[0.0, 1.0, 0.0]]),
    ("zeros", {"shape": (2,), "name": "z"}, [0.0, 0.0]),
    ("temporal_padding", {"x": np.ones((1, 1, 1)), "padding": 1}, [[[0.0], [1.0], [0.0]]]),
]


@pytest.mark.parametrize(("name", "words", "expected"), KERAS_1, ids=lambda one: str(one)[:12])
def test_the_words_of_keras_1(name, words, expected):
    close(getattr(K, name)(**words), np.asarray(expected))


def test_draws_in_the_words_of_keras_1():
    drawn = np.asarray(K.random_normal(shape=(5000,), mean=3.0, std=0.1))
    assert abs(drawn.mean() - 3.0) < 0.02
    assert abs(drawn.std() - 0.1) < 0.01
    drawn = np.asarray(K.random_uniform(shape=(500,), low=2.0, high=3.0))
    assert drawn.min() >= 2.0
    assert drawn.max() <= 3.0
    assert K.random_normal_variable((2,), mean=0.0, scale=1.0).shape == (2,)


def test_images_in_the_words_of_keras_1():
    told = {"border_mode": "same", "dim_ordering": "tf", "image_shape": None, "filter_shape": None}
    expected = K.conv2d(IMAGES, KERNEL, padding="same")
    close(K.conv2d(IMAGES, KERNEL, **told), expected)
    close(K.conv2d(IMAGES.transpose(0, 3, 1, 2), KERNEL, border_mode="same", dim_ordering="th"),
          np.asarray(expected).transpose(0, 3, 1, 2))  # fmt: skip
    wide = K.conv2d(IMAGES, KERNEL, padding="same", dilation_rate=2)
    close(K.conv2d(IMAGES, KERNEL, filter_dilation=(2, 2), **told), wide)
    close(K.atrous_conv2d(IMAGES, KERNEL, rate=2, **told), wide)
    deep = K.conv3d(VOLUMES, DEEP_KERNEL, border_mode="same", volume_shape=None)
    close(deep, K.conv3d(VOLUMES, DEEP_KERNEL, padding="same"))
    assert K.pool2d(IMAGES, (2, 2), border_mode="same", dim_ordering="tf").shape == (1, 5, 4, 2)
    assert K.resize_images(X=IMAGES, height_factor=2, width_factor=2).shape == (1, 10, 8, 2)
    padded = K.asymmetric_spatial_2d_padding(IMAGES, 1, 2, 0, 3, dim_ordering="default")
    assert padded.shape == (1, 8, 7, 2)
    assert K.asymmetric_temporal_padding(np.ones((1, 2, 3)), 1, 0).shape == (1, 3, 3)


@pytest.mark.parametrize("name", ["conv3d_transpose", "deconv3d"])
def test_a_transposed_convolution_of_volumes_is_the_gradient_of_one(name):
    import torch

    x = torch.tensor(np.random.default_rng(2).random((1, 5, 6, 5, 2)), requires_grad=True)
    kernel = torch.tensor(DEEP_KERNEL, dtype=torch.float64)
    y = K.conv3d(x, kernel, strides=(2, 2, 2), padding="same")
    given = torch.rand_like(y)
    (expected,) = torch.autograd.grad(y, x, given)
    word = "padding" if name == "conv3d_transpose" else "border_mode"
    made = getattr(K, name)(given, kernel, tuple(x.shape), strides=(2, 2, 2), **{word: "same"})
    close(made, expected)


def test_names_that_only_keras_1_had():
    assert np.asarray(K.pack([1.0, 2.0])).tolist() == [1.0, 2.0]
    assert K.get_variable_shape(K.variable(np.ones((2, 3)))) == (2, 3)
    place = K.placeholder((None, 3))
    assert K.is_placeholder(place)
    assert not K.is_placeholder(place * 2.0)
    arguments = (IMAGES, KERNEL.transpose(0, 1, 3, 2), (1, 10, 8, 4), (2, 2))
    close(K.deconv2d(*arguments, border_mode="same"), K.conv2d_transpose(*arguments, "same"))


def test_a_class_that_is_ignored():
    labels, proba = np.array([1, 0, 2]), np.full((3, 3), 1 / 3, "float32")
    mine = K.sparse_categorical_crossentropy(labels, proba, ignore_class=0)
    close(mine, np.where(labels == 0, 0.0, np.log(3.0)))  # the law; Keras's own needs TensorFlow


def test_two_words_for_one_argument():
    with pytest.raises(InvalidArgument, match="min_value"):
        K.clip(BATCH, x_min=0.0, min_value=0.0, x_max=1.0)
    with pytest.raises(TypeError, match="nonsense"):
        K.clip(BATCH, nonsense=1)
