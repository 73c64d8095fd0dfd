"""Layers that reshape, rescale, normalise or rectify, against Keras: values and slopes to 1e-5."""

import numpy as np
import pytest
import torch

from parity.reference import array, close, keras, normal
from saccade import layers

CASES = [
    ("Reshape", {"target_shape": (10, 2)}, (3, 4, 5)),
    ("Reshape", {"target_shape": (-1,)}, (3, 4, 5)),
    ("Reshape", {"target_shape": [2, -1, 5]}, (3, 4, 5)),
    ("Reshape", {"target_shape": (28, 28, 1)}, (2, 784)),
    ("Reshape", {"target_shape": (1,)}, (4,)),
    ("Permute", {"dims": (2, 1)}, (3, 4, 5)),
    ("Permute", {"dims": (3, 1, 2)}, (2, 3, 4, 5)),
    ("Permute", {"dims": [1]}, (3, 4)),
    ("RepeatVector", {"n": 3}, (2, 5)),
    ("RepeatVector", {"n": 1}, (2, 5)),
    ("Rescaling", {"scale": 1 / 255}, (2, 3, 4, 3)),
    ("Rescaling", {"scale": 1 / 127.5, "offset": -1}, (2, 3, 4, 3)),
    ("Rescaling", {"scale": [0.5, 2, 3], "offset": (1.0, 2.0, 3.0)}, (2, 3, 4, 3)),
    ("Rescaling", {"scale": np.float32(0.5), "offset": np.ones(3)}, (2, 3, 4, 3)),
    ("Normalization", {"mean": 2.0, "variance": 4.0}, (2, 3, 4, 3)),
    ("Normalization", {"mean": [1.0, 2, 3], "variance": [4.0, 0.0, 9]}, (2, 3, 4, 3)),
    ("Normalization", {"mean": [1.0, 2], "variance": [4.0, 9], "axis": 1}, (3, 2, 5)),
    ("Normalization", {"mean": [1.0, 2, 3], "variance": [4.0, 9, 1], "axis": (1, 2)}, (2, 5, 3)),
    ("Normalization", {"mean": [[1.0, 2]], "variance": [[4.0, 9]], "axis": (1, 2)}, (2, 1, 2)),
    ("Normalization", {"mean": 3.0, "variance": 2.0, "axis": None}, (2, 5)),
    ("Normalization", {"mean": 3.0, "variance": 2.0, "invert": True}, (2, 5)),
    ("Normalization", {}, (2, 5)),
    ("ReLU", {}, (3, 4, 5)),
    ("ReLU", {"max_value": 0.7}, (3, 4, 5)),
    ("ReLU", {"max_value": 6.0}, (3, 4, 5)),
    ("ReLU", {"negative_slope": 0.3}, (3, 4, 5)),
    ("ReLU", {"max_value": 1.0, "negative_slope": 0.3, "threshold": 0.4}, (3, 4, 5)),
    ("LeakyReLU", {}, (3, 4, 5)),
    ("LeakyReLU", {"negative_slope": 0.05}, (3, 4, 5)),
    ("ELU", {}, (3, 4, 5)),
    ("ELU", {"alpha": 0.4}, (3, 4, 5)),
    ("PReLU", {}, (2, 3, 4, 5)),
    ("PReLU", {"shared_axes": [1, 2]}, (2, 3, 4, 5)),
    ("PReLU", {"shared_axes": 2}, (2, 3, 4, 5)),
    ("Softmax", {}, (3, 4, 5)),
    ("Softmax", {"axis": 1}, (3, 4, 5)),
    ("Softmax", {"axis": (1, 2)}, (3, 4, 5)),
    ("Softmax", {"axis": [-1]}, (3, 4, 5)),
    ("Identity", {}, (3, 4, 5)),
    ("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, (3, 4, 5)),
    ("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, (1, 4, 5)),
    ("GaussianNoise", {"stddev": 0.3}, (3, 4)),
    ("GaussianDropout", {"rate": 0.3}, (3, 4)),
    ("AlphaDropout", {"rate": 0.3}, (3, 4)),
    ("SpatialDropout1D", {"rate": 0.3}, (3, 4, 5)),
    ("SpatialDropout2D", {"rate": 0.3}, (2, 3, 4, 5)),
]


@pytest.mark.parametrize(("name", "config", "shape"), CASES, ids=str)
def test_values_slopes_shapes_and_losses(name, config, shape):
    x, results = normal(shape, 3), []
    values = [normal((20,), seed) for seed in range(3)]
    for family in (layers, keras.layers):
        layer = getattr(family, name)(**config)
        if family is layers:
            layer.build_on((None, *shape[1:]))
        else:
            layer.build((None, *shape[1:]))
        if name == "PReLU":
            layer.set_weights([np.resize(values[0], layer.weights[0].shape)])
        tensor = torch.tensor(x, requires_grad=True)
        y = layer(tensor, training=False) if "Noise" in name or "Drop" in name else layer(tensor)
        losses = [array(one) for one in layer.losses]
        weights = [getattr(w, "value", w) for w in layer.trainable_weights]
        probe = torch.tensor(normal(tuple(y.shape), 9))
        slopes = torch.autograd.grad((y * probe).sum(), [tensor, *weights])
        computed = layer.compute_output_shape((None, *shape[1:]))
        results.append(([array(y), *map(array, slopes), *losses], tuple(computed)))
    (ours, our_shape), (theirs, their_shape) = results
    assert our_shape == their_shape == (None, *ours[0].shape[1:])
    for mine, reference in zip(ours, theirs, strict=True):
        assert mine.shape == reference.shape
        close(mine, reference)


@pytest.mark.parametrize("shape", [(None, None, 3), (None, 4, None), (None, None)], ids=str)
@pytest.mark.parametrize("target", [(-1,), (2, -1), (6,), (-1, 3), (3, 2)], ids=str)
def test_reshape_of_unknown_sizes(target, shape):
    ours, theirs = (f.Reshape(target).compute_output_shape(shape) for f in (layers, keras.layers))
    assert tuple(ours) == tuple(theirs)


MASKS = {
    "bool": np.arange(20).reshape(4, 5) % 3 > 0,
    "numbers": (np.arange(5) % 2).astype(np.float32),
    "whole rows": np.arange(12).reshape(3, 4, 1) % 4 > 0,
}


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("axis", [-1, 1, (1, 2)], ids=str)
def test_softmax_with_a_mask(mask, axis):
    x = normal((3, 4, 5), 1)
    ours = layers.Softmax(axis)(x, mask=mask)
    # Keras reads "whole rows" as 0 / 1 too; its mask must be a tensor
    close(ours, keras.layers.Softmax(axis)(x, mask=torch.as_tensor(mask)))
    assert (array(ours)[np.broadcast_to(mask <= 0.5, x.shape)] == 0).all()
    assert np.isfinite(array(ours)).all()


def test_the_slope_through_a_row_that_is_all_masked_is_a_number():
    x = torch.tensor(normal((2, 4), 1), requires_grad=True)
    mask = torch.tensor([[False] * 4, [True, False, True, True]])
    (slope,) = torch.autograd.grad(layers.Softmax()(x, mask=mask).square().sum(), x)
    assert torch.isfinite(slope).all()
    assert (slope[0] == 0).all()
    assert (slope[1] != 0).any()


def test_a_mask_that_does_not_fit():
    x = normal((3, 4, 5), 1)
    for shape in ((4,), (2, 4, 5), (1, 3, 4, 5)):
        with pytest.raises(ValueError, match="mask must fit the input"):
            layers.Softmax()(x, mask=np.ones(shape, bool))


@pytest.mark.parametrize("name", ["Rescaling", "Normalization", "Softmax", "LeakyReLU"])
def test_bytes_become_floats(name):
    config = {"Rescaling": {"scale": 1 / 255, "offset": -0.5}}.get(name, {})
    x = np.random.RandomState(4).randint(0, 256, (2, 3, 4)).astype(np.uint8)
    ours = getattr(layers, name)(**config)(x)
    assert ours.dtype == torch.float32
    theirs = getattr(keras.layers, name)(**config)
    close(ours, keras.Sequential([keras.Input((3, 4)), theirs])(x.astype(np.float32)))


@pytest.mark.parametrize("name", ["Reshape", "Permute", "Flatten", "Identity"])
def test_layers_that_only_move_values_leave_their_kind(name):
    config = {"Reshape": {"target_shape": (12,)}, "Permute": {"dims": (2, 1)}}.get(name, {})
    x = np.random.RandomState(4).randint(0, 256, (2, 3, 4)).astype(np.uint8)
    ours, theirs = (
        array(getattr(f, name)(**config)(torch.tensor(x))) for f in (layers, keras.layers)
    )
    assert ours.dtype == theirs.dtype == np.uint8
    np.testing.assert_array_equal(ours, theirs)


def test_rescaling_reads_what_keras_writes_for_arrays():
    theirs = keras.layers.Rescaling(np.array([1.0, 2.0]), (3.0, 4.0))
    ours = layers.Rescaling.from_config(theirs.get_config())
    assert (ours.scale, ours.offset) == ([1.0, 2.0], [3.0, 4.0])
    x = normal((3, 2), 0)
    close(ours(x), theirs(x))


def test_leaky_relu_by_its_older_name():
    ours = layers.LeakyReLU(alpha=0.1)
    assert ours.get_config()["negative_slope"] == 0.1
    assert layers.LeakyReLU(0.1).negative_slope == 0.1


@pytest.mark.parametrize(("make", "text"), [
    (lambda: layers.ReLU(max_value=-1), "max_value must be a number from 0 up, got -1"),
    (lambda: layers.ReLU(negative_slope=None), "negative_slope must be a number from 0 up"),
    (lambda: layers.ReLU(threshold=-0.1), "threshold must be a number from 0 up"),
    (lambda: layers.LeakyReLU(-0.3), "negative_slope must be a number from 0 up"),
    (lambda: layers.LeakyReLU(float("nan")), "negative_slope must be a number from 0 up"),
    (lambda: layers.Reshape(784), "target_shape must be a tuple of sizes"),
    (lambda: layers.Reshape((-1, -1)), "only one size of target_shape may be -1"),
    (lambda: layers.Reshape((-2,)), "target_shape must be a tuple of sizes"),
    (lambda: layers.Reshape((27, 28))(np.zeros((1, 784))), "as many values as the input, got 784"),
    (lambda: layers.Reshape((27, -1))(np.zeros((1, 784))), "as many values as the input, got 784"),
    (lambda: layers.Permute((0, 1)), "dims must hold each of 1, 2"),
    (lambda: layers.Permute((1, 2))(np.zeros((2, 3))), "2 axes and the batch"),
    (lambda: layers.RepeatVector(0), "n must be a positive integer"),
    (lambda: layers.RepeatVector(2)(np.zeros((2, 3, 4))), r"(batch, features)"),
    (lambda: layers.Rescaling("a"), "scale must be a number"),
    (lambda: layers.Rescaling(1, offset=None), "offset must be a number"),
    (lambda: layers.PReLU(shared_axes=0)(np.zeros((2, 3))), "shared_axes must be from 1 to 1"),
    (lambda: layers.PReLU().build_on((None, None, 3)), "must be known"),
    (lambda: layers.ActivityRegularization(activity_regularizer="l2"), "activity_regularizer"),
    (lambda: layers.ActivityRegularization(l1=-1), "l1"),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_arguments_that_cannot_work(make, text):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        make()
    assert text in str(caught.value)


def test_prelu_of_another_size():
    layer = layers.PReLU(shared_axes=[1])
    layer(np.zeros((2, 3, 4)))
    assert layer(np.zeros((2, 9, 4))).shape == (2, 9, 4)
    for shape in ((2, 3, 5), (2, 4), (2, 3, 4, 4)):
        with pytest.raises(ValueError, match="fit the slopes"):
            layer(np.zeros(shape))
