"""Fashion-MNIST: pieces of clothing."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib

import numpy as np

from saccade.datasets.arrays import Part, Parts, damaged
from saccade.disk.regular_file import open_regular
from saccade.files.published.get_file import get_file
from saccade.files.published.kept_file import keras_home

FOLDER = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
MD5 = {
    "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
    "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
}
"""As the set's makers publish them."""
UNPACKED_MD5 = {
    "train-labels-idx1-ubyte.gz": "9018921c3c673c538a1fc5bad174d6f9",
    "train-images-idx3-ubyte.gz": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    "t10k-labels-idx1-ubyte.gz": "15d484375f8d13e6eb1aabb0c3f46965",
    "t10k-images-idx3-ubyte.gz": "8181f5470baa50b63fa0f6fddb340f0a",
}
"""Of what is inside, which others have packed again."""
PACKAGED = "/usr/share/datasets/fashion-mnist"
"""Where Debian's package dataset-fashion-mnist has them."""


def load_data() -> Parts:
    """60,000 and 10,000 pieces: uint8 (images, 28, 28), and uint8 labels 0 to 9.

    Raises:
        NoSuchFile: a file is not there and can't be fetched. FileFormatError: it is something else.
    """
    return _part("train"), _part("t10k")


def _part(part: str) -> Part:
    labels = _bytes(f"{part}-labels-idx1-ubyte.gz", header=8)
    pixels = _bytes(f"{part}-images-idx3-ubyte.gz", header=16)
    return pixels.reshape(len(labels), 28, 28), labels


def _bytes(name: str, header: int) -> np.ndarray:
    folder = os.path.join("datasets", "fashion-mnist")
    for place in (str(keras_home() / folder), PACKAGED):
        data = _packed_again(os.path.join(place, name), UNPACKED_MD5[name])
        if data is not None:
            return np.frombuffer(data, np.uint8, offset=header)
    path = get_file(name, FOLDER + name, cache_subdir=folder, file_hash=MD5[name])
    try:
        with open_regular(path) as packed, gzip.open(packed) as file:
            return np.frombuffer(file.read(), np.uint8, offset=header)
    except _DAMAGED as error:
        raise damaged(path, error) from error


def _packed_again(path: str, md5: str) -> bytes | None:
    """What is in a file, where it is what it must be."""
    if not os.path.isfile(path):
        return None
    try:
        with open_regular(path) as packed, gzip.open(packed) as file:
            data = file.read()
    except _DAMAGED:
        return None
    return data if hashlib.md5(data, usedforsecurity=False).hexdigest() == md5 else None


_DAMAGED = (OSError, EOFError, zlib.error, ValueError)
