"""Fashion-MNIST: pieces of clothing."""

from __future__ import annotations

import gzip
import os
import zlib

import numpy as np

from saccade.datasets.arrays import Part, Parts, damaged
from saccade.files.get_file import get_file

FOLDER = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
MD5 = {
    "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
    "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
}
"""As the set's makers publish them."""


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
    path = get_file(name, FOLDER + name, cache_subdir=folder, file_hash=MD5[name])
    try:
        with gzip.open(path) as file:
            return np.frombuffer(file.read(), np.uint8, offset=header)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise damaged(path, error) from error
