"""Layers, metrics and functions under names that only earlier versions of Keras had."""

import numpy as np
import pytest

from parity.reference import close, keras
from saccade import backend as K
from saccade import layers, losses, metrics
from saccade.applications import imagenet_utils
from saccade.errors import InvalidArgument
from saccade.layers import Dense, Input
from saccade.models import Sequential, load_model

X = np.random.default_rng(0).random((2, 7, 6, 2)).astype("float32")


@pytest.mark.parametrize("border_mode", ["same", "valid"])
@pytest.mark.parametrize("more", [0, 1])
def test_deconvolution_is_told_its_output_shape(border_mode, more, tmp_path):
    least = [13, 11] if border_mode == "same" else [15, 13]
    shape = (None, least[0] + more, least[1] + more, 3)
    options = {"subsample": (2, 2), "border_mode": border_mode, "activation": "relu"}
    layer = layers.Deconvolution2D(3, 3, 3, output_shape=shape, **options)
    model = Sequential([Input((7, 6, 2)), layer])
    assert model.output_shape == shape
    expected = K.conv2d_transpose(X, layer.kernel, (2, *shape[1:]), (2, 2), border_mode)
    close(model(X), np.maximum(np.asarray(expected.detach()), 0))
    model.save(tmp_path / "model.keras")  # as the layer of today
    close(load_model(tmp_path / "model.keras")(X), model(X))
    assert keras.saving.load_model(tmp_path / "model.keras").output_shape == shape


def test_deconvolution_refuses_a_shape_that_cannot_be():
    with pytest.raises(InvalidArgument, match="output_shape"):
        layers.Deconvolution2D(3, 3, 3, (None, 40, 40, 3), border_mode="same")(X)
    with pytest.raises(InvalidArgument, match="batch first"):
        layers.Deconvolution2D(3, 3, 3, (40, 40, 3))
    with pytest.raises(InvalidArgument, match="output_shape"):
        layers.Deconvolution2D(3, 3, 3, (None, 12, 12, 3), subsample=(2, 2), border_mode="same")(X)


def test_deconvolution_of_volumes_and_images_channels_first():
    volumes = np.ones((1, 3, 4, 5, 2), "float32")
    wanted = (None, 6, 8, 10, 4)
    layer = layers.Deconvolution3D(4, 3, 3, 3, output_shape=wanted, subsample=(2, 2, 2),
                                   border_mode="same", dim_ordering="tf")  # fmt: skip
    assert layer(volumes).shape == (1, 6, 8, 10, 4)
    first = layers.Deconvolution2D(3, 3, 3, output_shape=(None, 3, 14, 12), subsample=(2, 2),
                                   border_mode="same", dim_ordering="th")  # fmt: skip
    assert first(X.transpose(0, 3, 1, 2)).shape == (2, 3, 14, 12)


def test_thresholded_relu():
    x = np.array([-1.0, 0.5, 1.0, 1.5], "float32")
    for theta in (1.0, 0.2):
        close(layers.ThresholdedReLU(theta=theta)(x), x * (x > theta))
    close(layers.ThresholdedReLU()(x), x * (x > 1))


@pytest.mark.parametrize(
    ("old", "today"),
    [
        ("Deconv2D", "Conv2DTranspose"),
        ("Deconv3D", "Conv3DTranspose"),
        ("AtrousConvolution1D", "Conv1D"),
        ("TimeDistributedDense", "Dense"),
        ("BatchNormalizationV2", "BatchNormalization"),
        ("SyncBatchNormalization", "BatchNormalization"),
    ],
)
def test_other_names_of_layers(old, today):
    assert getattr(layers, old) is getattr(layers, today)
    assert old not in layers.__all__


TRUE = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0], "float32")
PREDICTED = np.array([0.9, 0.8, 0.2, 0.7, 0.1, 0.6, 0.8, 0.3], "float32")


def test_scores_of_a_batch():
    """3 of 5 predicted are right, 3 of 4 are found."""
    close(metrics.precision(TRUE, PREDICTED), 3 / 5)
    close(metrics.recall(TRUE, PREDICTED), 3 / 4)
    for beta in (1, 2, 0.5):
        mine = metrics.fbeta_score(TRUE, PREDICTED, beta=beta)
        theirs = keras.metrics.FBetaScore(beta=float(beta), threshold=0.5)
        close(mine, np.asarray(theirs(TRUE[:, None], PREDICTED[:, None]))[0])
    close(metrics.fmeasure(TRUE, PREDICTED), 2 * 3 / (5 + 4))
    close(metrics.fmeasure(0 * TRUE, PREDICTED), 0.0)
    close(metrics.matthews_correlation(TRUE, PREDICTED), np.corrcoef(TRUE, PREDICTED > 0.5)[0, 1])
    with pytest.raises(InvalidArgument, match="beta"):
        metrics.fbeta_score(TRUE, PREDICTED, beta=-1)


def test_scores_of_a_batch_as_words():
    model = Sequential([Input((2,)), Dense(1, activation="sigmoid")])
    words = ["fmeasure", "matthews_correlation", metrics.recall]
    model.compile("sgd", "binary_crossentropy", metrics=words)
    history = model.fit(np.ones((4, 2)), TRUE[:4], verbose=0).history
    assert {"fmeasure", "matthews_correlation", "recall"} < set(history)
    assert metrics.cosine_proximity is losses.cosine_similarity


SHAPES = [
    ((None, 224, 48, "channels_last", True), (224, 224, 3)),
    ((None, 224, 48, "channels_first", True), (3, 224, 224)),
    ((None, 224, 48, "channels_last", False), (None, None, 3)),
    (((64, 50, 3), 224, 48, "channels_last", False), (64, 50, 3)),
    (((64, 50, 1), 224, 48, "channels_last", True), (64, 50, 1)),
    (((None, None, 3), 224, 48, "channels_last", False), (None, None, 3)),
    (((3, 64, 64), 224, 48, "channels_first", False, None), (3, 64, 64)),
    (((224, 224, 3), 224, 48, "channels_last", True, "imagenet"), (224, 224, 3)),
    (((40, 64, 3), 224, 48, "channels_last", False), None),
    (((64, 64, 3), 224, 48, "channels_last", True, "imagenet"), None),
    (((None, 64, 3), 224, 48, "channels_last", True), None),
]


@pytest.mark.parametrize(("arguments", "expected"), SHAPES)
def test_obtain_input_shape(arguments, expected):
    from keras.src.applications.imagenet_utils import obtain_input_shape as theirs

    mine = imagenet_utils._obtain_input_shape
    if expected is None:
        with pytest.raises(ValueError, match=r"input_shape|at least"):
            theirs(*arguments)
        with pytest.raises(InvalidArgument):
            mine(*arguments)
        return
    assert mine(*arguments) == theirs(*arguments) == expected
    assert imagenet_utils.obtain_input_shape is mine
    if len(arguments) == 5 and arguments[3] == "channels_last":
        shape, default, least, _, top = arguments
        words = {"default_size": default, "min_size": least, "dim_ordering": "tf"}
        assert mine(shape, include_top=top, **words) == expected
