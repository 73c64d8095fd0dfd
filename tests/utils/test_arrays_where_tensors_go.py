"""Arrays, lists and numbers where tensors go, in functions that are not compared elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saccade import backend as K
from saccade import initializers, layers, losses, models, utils
from saccade.errors import ShapeError

X = np.random.RandomState(3).standard_normal((2, 6, 3)).astype("float32")
SOBEL = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]], "float32")[..., None, None]


def test_a_sobel_kernel_as_an_initializer(tmp_path):
    model = models.Sequential(
        [
            layers.Input((5, 5, 1)),
            layers.Conv2D(
                1, 3, kernel_initializer=initializers.Constant(SOBEL), use_bias=False, name="c"
            ),
        ]
    )
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], SOBEL)
    model.save(tmp_path / "m.keras")
    again = models.load_model(tmp_path / "m.keras")
    kept = again.layers[0].kernel_initializer.value
    np.testing.assert_array_equal(kept, SOBEL)


def test_an_array_or_tensor_is_an_initializer():
    for values in (SOBEL, torch.tensor(SOBEL)):
        made = initializers.get(values)((3, 3, 1, 1))
        np.testing.assert_array_equal(made.numpy(), SOBEL)
    with pytest.raises(ShapeError, match="must fit a weight"):
        initializers.Constant(SOBEL)((4, 4))


def test_constants_of_keras_s_records():
    keras = pytest.importorskip("keras")
    theirs = keras.initializers.Constant(SOBEL)
    ours = initializers.Constant(SOBEL)
    assert ours.get_config() == theirs.get_config()
    again = initializers.deserialize(keras.initializers.serialize(theirs))
    np.testing.assert_array_equal(again(SOBEL.shape).numpy(), SOBEL)


def test_labels_of_a_tensor_are_a_tensor():
    rows = utils.to_categorical(torch.tensor([0, 2]))
    assert torch.is_tensor(rows)
    np.testing.assert_array_equal(rows.numpy(), utils.to_categorical([0, 2]))


def test_lists_of_tensors_are_targets():
    rows = [torch.tensor(row) for row in X[0]]
    np.testing.assert_array_equal(
        losses.mean_squared_error(rows, X[1]).numpy(), losses.mean_squared_error(X[0], X[1])
    )


def test_split_dataset_takes_keras_s_word_for_the_result():
    for word in (None, "tensorflow", "torch"):
        left, right = utils.split_dataset(X, left_size=1, preferred_backend=word)
        assert (len(left), len(right)) == (1, 1)


# -- keras.backend ---------------------------------------------------------------------------


def test_convolutions_of_rows():
    kernel = np.random.RandomState(4).standard_normal((3, 3, 4)).astype("float32")
    layer = layers.Conv1D(4, 3, padding="causal", dilation_rate=2, use_bias=False)
    layer.build(X.shape)
    layer.set_weights([kernel])
    found = K.conv1d(X, kernel, padding="causal", dilation_rate=2)
    np.testing.assert_allclose(found.numpy(), layer(X).detach().numpy(), atol=1e-6)
    assert K.conv1d(X, kernel, strides=2).shape == (2, 2, 4)
    depth, point = kernel[:, :, :1], np.ones((1, 3, 5), "float32")
    assert K.separable_conv1d(X, depth, point).shape == (2, 4, 5)


def test_kernels_of_their_own_for_each_place():
    """Equal kernels everywhere are a convolution."""
    kernel = np.random.RandomState(5).standard_normal((3, 3, 4)).astype("float32")
    each = np.stack([kernel.reshape(9, 4)] * 4)
    np.testing.assert_allclose(
        K.local_conv1d(X, each, (3,), (1,)).numpy(), K.conv1d(X, kernel).numpy(), atol=1e-5
    )
    images, wide = X[:, :, :, None], kernel[:, :2, None]
    each = np.stack([wide.reshape(6, 4)] * 8)
    found = K.local_conv2d(images, each, (3, 2), (1, 1), (4, 2))
    np.testing.assert_allclose(found.numpy(), K.conv2d(images, wide).numpy(), atol=1e-5)


def test_volumes_folds_and_the_rest_of_keras_2():
    volume = np.arange(2 * 4 * 4 * 4 * 1, dtype="float32").reshape(2, 4, 4, 4, 1)
    assert K.pool3d(volume, (2, 2, 2), (2, 2, 2)).shape == (2, 2, 2, 2, 1)
    assert K.resize_volumes(volume, 1, 2, 3).shape == (2, 4, 8, 12, 1)
    assert K.spatial_3d_padding(volume).shape == (2, 6, 6, 6, 1)
    assert K.temporal_padding(X, (1, 2)).shape == (2, 9, 3)
    np.testing.assert_allclose(K.foldl(lambda a, b: a - b, [1.0, 2.0, 3.0]), -4.0)
    np.testing.assert_allclose(K.foldr(lambda a, b: a - b, [1.0, 2.0, 3.0], 1.0), -5.0)
    y, mean, spread = K.normalize_batch_in_training(X, None, None, [0, 1])
    np.testing.assert_allclose(mean.numpy(), X.mean((0, 1)), atol=1e-6)
    np.testing.assert_allclose(spread.numpy(), X.var((0, 1)), atol=1e-5)
    np.testing.assert_allclose(y.numpy().std((0, 1)), 1.0, atol=1e-2)
    assert K.random_uniform_variable((2, 3), 1.0, 2.0).shape == (2, 3)
    assert not K.is_sparse(K.to_dense(X))
    up = K.conv2d_transpose(
        X[:, :, :, None], np.ones((2, 2, 5, 1), "float32"), (2, 12, 6, 5), (2, 2)
    )
    assert up.shape == (2, 12, 6, 5)
