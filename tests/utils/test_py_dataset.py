"""PyDataset: batches in their order, read ahead by threads where that was asked for."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from saccade.data.py_dataset import in_order
from saccade.layers import Dense, Input
from saccade.models import Sequential
from saccade.utils import PyDataset, Sequence

X, Y = np.arange(20, dtype="float32").reshape(20, 1), np.arange(20, dtype="float32")


class Batches(PyDataset):
    def __init__(self, **options):
        super().__init__(**options)
        self.told: list[str] = []
        self.threads: set[str] = set()

    @property
    def num_batches(self):
        return 5

    def __getitem__(self, index):
        self.threads.add(threading.current_thread().name)
        time.sleep(0.02 / (1 + index))  # the later ones are ready sooner
        return X[4 * index : 4 * index + 4], Y[4 * index : 4 * index + 4]

    def on_epoch_begin(self):
        self.told.append("begin")

    def on_epoch_end(self):
        self.told.append("end")


@pytest.fixture
def model():
    made = Sequential([Input((1,)), Dense(1)])
    made.compile("sgd", "mse")
    return made


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_batches_come_in_order(model, workers):
    batches = Batches(workers=workers, max_queue_size=2)
    weight, bias = model.get_weights()
    np.testing.assert_allclose(model.predict(batches, verbose=0), X @ weight + bias, rtol=1e-5)
    assert (len(batches.threads) > 1) is (workers > 1)
    assert batches.told == ["begin", "end"]


def test_a_pass_is_told_to_the_batches(model):
    batches = Batches()
    model.fit(batches, epochs=3, verbose=0)
    assert batches.told == ["begin", "end"] * 3


def test_sequence_is_its_old_name_and_super_may_be_forgotten(model):
    class Old(Sequence):
        def __init__(self):
            pass

        def __len__(self):
            return 2

        def __getitem__(self, index):
            return X, Y

    assert Sequence is PyDataset
    assert model.predict(Old(), verbose=0).shape == (40, 1)


def test_a_fault_in_a_worker_is_raised_and_the_others_end():
    class Faulty(Batches):
        def __getitem__(self, index):
            if index == 2:
                raise KeyError("batch 2")
            return super().__getitem__(index)

    with pytest.raises(KeyError, match="batch 2"):
        list(in_order(Faulty(workers=2), range(5)))
    time.sleep(0.1)
    assert not [one for one in threading.enumerate() if one.name.startswith("batches")]


def test_the_number_of_batches_is_the_length():
    class Old(PyDataset):
        def __len__(self):
            return 3

    assert Old().num_batches == 3
    with pytest.raises(NotImplementedError, match="__len__ or num_batches"):
        len(PyDataset())
