"""Layers of volumes against Keras: outputs and gradients to 1e-5, in both data formats."""

import numpy as np
import pytest
import torch

from parity.reference import array, close, keras, normal
from parity.twins import agree
from saccade import initializers, layers
from saccade.numerics.convolution.geometry import same_padding

LAST, FIRST = (1, 4, 5, 6, 2), (1, 2, 4, 5, 6)
SHAPES = [("channels_last", LAST), ("channels_first", FIRST)]

CONVOLUTIONS = [
    ("Conv3D", {}),
    ("Conv3D", {"kernel_size": (1, 2, 3), "strides": (1, 2, 1), "padding": "same"}),
    ("Conv3D", {"strides": 2, "padding": "same", "groups": 2}),
    ("Conv3D", {"dilation_rate": (2, 1, 2), "use_bias": False, "activation": "relu"}),
    ("Conv3DTranspose", {}),
    ("Conv3DTranspose", {"strides": 2, "padding": "same"}),
    ("Conv3DTranspose", {"strides": (2, 3, 1), "kernel_size": (3, 2, 1), "padding": "same"}),
    ("Conv3DTranspose", {"strides": 3, "kernel_size": 2, "output_padding": (2, 0, 1)}),
]


@pytest.mark.parametrize(("data_format", "shape"), SHAPES, ids=str)
@pytest.mark.parametrize(("name", "options"), CONVOLUTIONS, ids=str)
def test_convolutions(name, options, data_format, shape):
    agree(name, {"filters": 2, "kernel_size": 2, **options, "data_format": data_format}, shape)


@pytest.mark.parametrize(("data_format", "shape"), SHAPES, ids=str)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("MaxPooling3D", {}),
        ("MaxPooling3D", {"pool_size": (1, 2, 3), "strides": 2, "padding": "same"}),
        ("AveragePooling3D", {"pool_size": 2}),
        ("AveragePooling3D", {"pool_size": 3, "strides": 1, "padding": "same"}),
        ("GlobalAveragePooling3D", {"keepdims": True}),
        ("GlobalMaxPooling3D", {}),
        ("AdaptiveAveragePooling3D", {"output_size": (2, 3, 4)}),
        ("AdaptiveMaxPooling3D", {"output_size": 3}),
        ("ZeroPadding3D", {"padding": (1, 0, 2)}),
        ("Cropping3D", {"cropping": ((0, 1), (2, 0), (1, 1))}),
        ("UpSampling3D", {"size": (2, 1, 3)}),
        ("SpatialDropout3D", {"rate": 0.5}),
    ],
    ids=str,
)
def test_what_has_no_weights(name, options, data_format, shape):
    agree(name, {**options, "data_format": data_format}, shape)


def test_the_mean_of_the_real_voxels():
    """DEPARTURES.md, 1: uneven padding counts as nothing, as on TensorFlow and JAX."""
    x = normal((1, 5, 4, 6, 2), 3)
    y = array(layers.AveragePooling3D(3, 2, "same")(x))
    starts = [same_padding(n, 3, 2)[0] for n in x.shape[1:4]]
    for place in np.ndindex(*y.shape[1:4]):
        window = tuple(
            slice(max(0, i * 2 - start), i * 2 - start + 3)
            for i, start in zip(place, starts, strict=True)
        )
        close(y[(0, *place)], x[(0, *window)].mean((0, 1, 2)))


@pytest.mark.parametrize("name", ["GlorotUniform", "HeNormal", "LecunUniform"])
def test_fans_of_kernels_of_volumes(name):
    """The spread of first weights is that of Keras: fans count the whole receptive field."""
    shape = (3, 3, 3, 16, 32)
    ours = array(getattr(initializers, name)(seed=1)(shape))
    theirs = array(getattr(keras.initializers, name)(seed=1)(shape))
    assert abs(ours.std() / theirs.std() - 1) < 0.02
    assert abs(ours.max() / theirs.max() - 1) < 0.1


def test_what_a_network_of_volumes_counts():
    def build(family):
        return family.Sequential([
            family.layers.Input((8, 8, 8, 1)),
            family.layers.Conv3D(4, 3, activation="relu", name="a"),
            family.layers.MaxPooling3D(name="b"),
            family.layers.BatchNormalization(name="c"),
            family.layers.Conv3DTranspose(2, 2, strides=2, name="d"),
            family.layers.GlobalAveragePooling3D(name="e"),
            family.layers.Dense(2, name="f"),
        ])  # fmt: skip

    import saccade

    ours, theirs = build(saccade), build(keras)
    assert ours.count_params() == theirs.count_params() == 112 + 16 + 66 + 6
    assert [one.output.shape for one in ours.layers] == [one.output.shape for one in theirs.layers]
    x = normal((3, 8, 8, 8, 1), 5)
    ours.set_weights([array(weight) for weight in theirs.weights])
    close(ours.predict(x, verbose=0), theirs(x))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_means_in_half_precision(dtype):
    """torch has them on a CPU for images alone: the means of float32, rounded."""
    layer, x = layers.AveragePooling3D(2), torch.tensor(normal(LAST, 3)).to(dtype)
    y = layer.call(x)
    assert y.dtype is dtype
    torch.testing.assert_close(y, layer.call(x.float()).to(dtype), rtol=0, atol=0)
