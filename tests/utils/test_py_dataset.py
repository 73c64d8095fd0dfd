"""PyDataset: batches in their order, read ahead by threads where that was asked for."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from saccade.callbacks import Callback
from saccade.data.sources.py_dataset import in_order
from saccade.errors import InvalidArgument
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


@pytest.mark.parametrize("ahead", [1, 2])
def test_the_number_of_batches_may_be_a_number_of_the_class(model, ahead):
    class Own(Batches):
        num_batches = PyDataset.num_batches

        def __init__(self, count):
            super().__init__(workers=ahead)
            self.num_batches = count

    class Longer(Own):
        def __len__(self):
            return self.num_batches + 2

    for made, count in ((Own(2), 2), (Longer(1), 3)):
        assert len(made) == count
        assert len(list(made)) == count
        assert model.predict(made, verbose=0).shape == (4 * count, 1)


def test_batches_without_an_end_need_steps(model):
    class Endless(Batches):
        num_batches = None

    batches = Endless()
    with pytest.raises(InvalidArgument, match=r"without an end.*Give steps_per_epoch="):
        model.fit(batches, verbose=0)
    with pytest.raises(TypeError, match="no end"):
        len(batches)
    assert len(model.fit(batches, steps_per_epoch=2, epochs=2, verbose=0).epoch) == 2
    assert model.predict(batches, steps=2, verbose=0).shape == (8, 1)
    assert batches.told == ["begin", "end"] * 3


@pytest.mark.parametrize(("workers", "ahead"), [(0, False), (1, True)])
def test_use_multiprocessing_reads_ahead_with_one_worker(workers, ahead):
    batches = Batches(workers=workers, use_multiprocessing=True)
    list(in_order(batches, range(5)))
    assert (threading.current_thread().name in batches.threads) is not ahead


def test_no_more_wait_than_the_queue_takes():
    asked = []

    class Counting(Batches):
        def __getitem__(self, index):
            asked.append(index)
            return X, Y

    reader = in_order(Counting(workers=2, max_queue_size=3), range(20))
    next(reader)
    time.sleep(0.1)
    assert len(asked) == 4  # the one that was taken, and three
    reader.close()


@pytest.mark.parametrize("workers", [1, 3])
def test_a_fault_says_which_batch_and_where(model, workers):
    class Faulty(Batches):
        def __getitem__(self, index):
            if index == 2:
                raise KeyError("pixels")
            return super().__getitem__(index)

    with pytest.raises(KeyError, match="pixels") as caught:
        model.predict(Faulty(workers=workers), verbose=0)
    note = " ".join(caught.value.__notes__)
    line = Faulty.__getitem__.__code__.co_firstlineno + 2
    assert note == f"It was raised by Faulty[2], {__file__}, line {line}."


def test_an_epoch_may_end_with_another_length(model):
    class Growing(Batches):
        count = 1

        @property
        def num_batches(self):
            return self.count

        def on_epoch_end(self):
            self.count += 1

    batches, steps = Growing(), []

    class Note(Callback):
        def on_train_batch_end(self, batch, logs=None):
            steps.append(batch)

    model.fit(batches, epochs=3, verbose=0, callbacks=[Note()], class_weight={0: 1.0})
    assert steps == [0, 0, 1, 0, 1, 2]


def test_without_a_length_it_goes_on_for_ever():
    class Endless(PyDataset):
        def __getitem__(self, index):
            return np.full((2, 3), index)

    first = [int(batch[0, 0]) for batch, _ in zip(Endless(), range(12), strict=False)]
    assert first == list(range(12))
