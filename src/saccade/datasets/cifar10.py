"""CIFAR-10: small photographs of ten kinds."""

from __future__ import annotations

import os

from saccade.datasets.arrays import Parts
from saccade.datasets.cifar import read_batches
from saccade.files.published.get_file import get_file

ADDRESS = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"


def load_data() -> Parts:
    """50,000 and 10,000 photographs: uint8 (images, 32, 32, 3), and uint8 labels (images, 1).

    Raises:
        NoSuchFile: the archive is not there and can't be fetched. FileFormatError: damaged.
    """
    folder = get_file("cifar-10-batches-py-target", ADDRESS, file_hash=SHA256, extract=True)
    folder = os.path.join(folder, "cifar-10-batches-py")
    train = [f"data_batch_{number}" for number in range(1, 6)]
    return read_batches(folder, train, "labels"), read_batches(folder, ["test_batch"], "labels")
