"""MNIST: handwritten digits."""

from __future__ import annotations

import numpy as np

from saccade.datasets.arrays import Parts, damaged
from saccade.disk.regular_file import open_regular
from saccade.files.published.get_file import get_file

ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"


def load_data(path: str = "mnist.npz") -> Parts:
    """60,000 and 10,000 digits: uint8 (images, 28, 28), and uint8 labels 0 to 9.

    Args:
        path: the file's name in the cache.

    Raises:
        NoSuchFile: it is not there and can't be fetched. FileFormatError: it is something else.
    """
    file = get_file(path, ADDRESS, file_hash=SHA256)
    try:
        with open_regular(file) as content, np.load(content, allow_pickle=False) as arrays:
            x_train, y_train = arrays["x_train"], arrays["y_train"]
            return (x_train, y_train), (arrays["x_test"], arrays["y_test"])
    except (OSError, ValueError, KeyError) as error:
        raise damaged(file, error) from error
