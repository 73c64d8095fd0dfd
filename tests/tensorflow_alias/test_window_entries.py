"""Entries of ksize, strides and dilations for batch and channels: obeyed, or refused by name.

The values are those of TensorFlow 2.21: it pools over channels where windows and strides are
(1, 1, 1, n) and n divides them, and refuses everything else.
"""

import numpy as np
import pytest

from saccade.errors import NotSupported
from saccade.tensorflow_alias.parts.networks import layer_functions as nn
from saccade.tensorflow_alias.parts.networks import window_functions as windows

X = np.random.RandomState(0).rand(2, 6, 6, 6).astype(np.float32)
KERNEL = np.ones((2, 2, 6, 3), np.float32)
BACK = np.ones((2, 2, 3, 6), np.float32)
DEPTHWISE = np.ones((2, 2, 6, 1), np.float32)


@pytest.mark.parametrize("padding", ["VALID", "SAME"])
def test_max_pooling_over_channels(padding):
    got = nn.max_pool2d(X, ksize=(1, 1, 1, 3), strides=(1, 1, 1, 3), padding=padding)
    np.testing.assert_array_equal(got, X.reshape(2, 6, 6, 2, 3).max(-1))


@pytest.mark.parametrize("ones", [(1, 2, 2, 1), 2, (2, 2)])
def test_windows_over_pixels_stay(ones):
    got = nn.max_pool2d(X, ksize=ones, strides=ones, padding="VALID")
    np.testing.assert_array_equal(got, X.reshape(2, 3, 2, 3, 2, 6).max((2, 4)))


ODD = [(1, 1, 1, 3), (2, 1, 1, 1), (1, 2, 2, 2)]
CALLS = {
    "max_pool2d overlapping": lambda v: nn.max_pool2d(X, (1, 1, 1, 2), v, "VALID"),
    "max_pool2d of 4": lambda v: nn.max_pool2d(X, (1, 1, 1, 4), (1, 1, 1, 4), "VALID"),
    "avg_pool2d": lambda v: nn.avg_pool2d(X, v, v, "VALID"),
    "conv2d": lambda v: nn.conv2d(X, KERNEL, v, "SAME"),
    "conv2d dilations": lambda v: nn.conv2d(X, KERNEL, 1, "SAME", dilations=v),
    "depthwise_conv2d": lambda v: nn.depthwise_conv2d(X, DEPTHWISE, v, "SAME"),
    "depthwise dilations": lambda v: nn.depthwise_conv2d(X, DEPTHWISE, 1, "SAME", dilations=v),
    "transpose": lambda v: windows.conv2d_transpose(X, BACK, [2, 12, 12, 3], v),
    "patches": lambda v: windows.extract_patches(X, v, [1] * 4, [1] * 4, "VALID"),
    "patches strides": lambda v: windows.extract_patches(X, [1, 2, 2, 1], v, [1] * 4, "VALID"),
    "patches rates": lambda v: windows.extract_patches(X, [1, 2, 2, 1], [1] * 4, v, "VALID"),
}


@pytest.mark.parametrize("entries", ODD)
@pytest.mark.parametrize("name", CALLS)
def test_what_tensorflow_refuses_is_refused(name, entries):
    with pytest.raises(NotSupported, match="channels"):
        CALLS[name](entries)
