"""Images with their channels second, in `tf.nn`: the numbers are those of the same images NHWC.

TensorFlow itself computes some of these functions on graphics cards only.
"""

import numpy as np
import pytest
import torch

import saccade.tensorflow_alias as tf
from saccade.errors import NotSupported

STREAM = np.random.RandomState(2)
X = STREAM.standard_normal((2, 6, 8, 4)).astype(np.float32)
KERNEL = STREAM.standard_normal((3, 2, 4, 4)).astype(np.float32)
SMALL = STREAM.standard_normal((3, 2, 4, 4)).astype(np.float32)


def first(sizes):
    """Numbers for the axes NHWC in the order NCHW."""
    return [sizes[0], sizes[3], sizes[1], sizes[2]] if len(sizes) == 4 else sizes


CASES = [
    ("conv2d", [KERNEL], {"strides": [1, 2, 1, 1], "padding": "SAME"}),
    ("conv2d", [KERNEL], {"strides": 1, "padding": "VALID", "dilations": [1, 1, 2, 1]}),
    ("conv2d", [KERNEL], {"strides": [2, 1], "padding": [[0, 0], [1, 2], [0, 1], [0, 0]]}),
    ("depthwise_conv2d", [SMALL], {"strides": [1, 1, 1, 1], "padding": "SAME"}),
    ("max_pool2d", [], {"ksize": [1, 3, 2, 1], "strides": [1, 2, 1, 1], "padding": "SAME"}),
    ("avg_pool2d", [], {"ksize": 2, "strides": 2, "padding": "VALID"}),
    ("conv2d_transpose", [KERNEL],
     {"output_shape": [2, 12, 16, 4], "strides": [1, 2, 2, 1], "padding": "SAME"}),
    ("space_to_depth", [], {"block_size": 2}),
    ("depth_to_space", [], {"block_size": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kernels", "options"), CASES, ids=str)
def test_nchw(name, kernels, options):
    function = getattr(tf.nn, name)
    expected = function(X, *kernels, **options)
    given = {key: first(one) if isinstance(one, list) else one for key, one in options.items()}
    found = function(np.moveaxis(X, -1, 1), *kernels, **given, data_format="NCHW")
    assert torch.equal(found.movedim(1, -1), expected)


def test_a_bias_lies_along_the_channels():
    bias = np.arange(4, dtype=np.float32)
    found = tf.nn.bias_add(np.moveaxis(X, -1, 1), bias, "NCHW")
    np.testing.assert_array_equal(found.movedim(1, -1).numpy(), X + bias)


def test_another_layout():
    with pytest.raises(NotSupported, match='data_format must be "NHWC" or "NCHW"'):
        tf.nn.max_pool2d(X, 2, 2, "SAME", data_format="CHWN")
    with pytest.raises(NotSupported, match='data_format must be "NDHWC" or "NCDHW"'):
        tf.nn.conv3d(X[None], KERNEL[None], 1, "SAME", data_format="NHWC")
    with pytest.raises(NotSupported, match="strides must be 1 along batch and channels"):
        tf.nn.max_pool3d(X[None], 1, [1, 1, 1, 1, 2], "SAME")


def test_volumes_channels_second():
    x = np.moveaxis(X[None], -1, 1)
    found = tf.nn.conv3d(x, KERNEL[None], [1, 1, 1, 2, 2], "SAME", "NCDHW")
    expected = tf.nn.conv3d(X[None], KERNEL[None], [1, 1, 2, 2, 1], "SAME")
    assert torch.equal(found.movedim(1, -1), expected)
