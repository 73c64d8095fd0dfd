"""CIFAR-100: small photographs of a hundred kinds, in twenty groups."""

from __future__ import annotations

import os

import numpy as np

from saccade.datasets.arrays import Parts
from saccade.datasets.cifar import read_batches
from saccade.errors import InvalidArgument
from saccade.files.published.get_file import get_file

ADDRESS = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
SHA256 = "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"


def load_data(label_mode: str = "fine") -> Parts:
    """50,000 and 10,000 photographs: uint8 (images, 32, 32, 3), and int64 labels (images, 1).

    Args:
        label_mode: "fine" for the hundred kinds, "coarse" for the twenty groups.

    Raises:
        InvalidArgument: another mode. NoSuchFile: the archive is not there and can't be fetched.
        FileFormatError: damaged.
    """
    if label_mode not in ("fine", "coarse"):
        raise InvalidArgument(
            "cifar100.load_data", 'label_mode must be "fine" or "coarse"', repr(label_mode)
        )
    folder = get_file("cifar-100-python-target", ADDRESS, file_hash=SHA256, extract=True)
    folder, labels = os.path.join(folder, "cifar-100-python"), f"{label_mode}_labels"
    train, test = (read_batches(folder, [name], labels, np.int64) for name in ("train", "test"))
    return train, test
