import numpy as np
import pytest
import torch

from saccade.errors import InvalidArgument, SaccadeError
from saccade.utils import set_random_seed, to_categorical


def test_one_hot_rows():
    assert to_categorical([0, 2], 3).tolist() == [[1, 0, 0], [0, 0, 1]]
    assert to_categorical(np.array([[1], [0]], np.float32)).tolist() == [[0, 1], [1, 0]]
    assert to_categorical([[0, 1], [1, 1]]).shape == (2, 2, 2)
    assert to_categorical([1]).dtype == np.float32


@pytest.mark.parametrize("labels", [[-1, 0], [0.5], [3]])
def test_labels_that_are_no_class_are_refused(labels):
    with pytest.raises(SaccadeError, match="whole numbers from 0 to"):
        to_categorical(labels, 3)


def test_one_seed_sets_all_streams():
    import random

    draws = []
    for _ in range(2):
        set_random_seed(7)
        draws.append((random.random(), np.random.rand(), torch.rand(1).item()))
    assert draws[0] == draws[1]


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", True])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(InvalidArgument, match=r"integer in \[0"):
        set_random_seed(seed)


def test_to_categorical_takes_the_words_of_earlier_kerases():
    expected = to_categorical([0, 2], 3)
    assert to_categorical([0, 2], 3, dtype="uint8").dtype == np.uint8
    assert to_categorical([0, 2], 3, "int32").tolist() == expected.tolist()
    assert to_categorical(y=[0, 2], nb_classes=3).tolist() == expected.tolist()
    with pytest.raises(InvalidArgument, match="nb_classes= and num_classes= are two words"):
        to_categorical([0, 2], nb_classes=3, num_classes=3)
