"""Places in the data: killed in the middle of a pass, a run reads what it would have read."""

import random

import numpy as np
import pytest
import torch

from saccade import notes
from saccade.callbacks import BackupAndRestore
from saccade.utils import PyDataset
from training.resuming.killing import Killed, Kills, X, Y, check, compiled


@pytest.fixture(autouse=True)
def forget():
    notes.forget_notes()
    yield
    notes.forget_notes()


class Loaded(torch.utils.data.Dataset):
    def __len__(self):
        return 30

    def __getitem__(self, place):
        return X[place] + torch.rand(()).item(), int(Y[place])


@pytest.mark.parametrize("own_stream", [False, True])
def test_a_data_loader(tmp_path, own_stream):
    def make():
        stream = torch.Generator().manual_seed(1) if own_stream else None
        options = {"batch_size": 6, "shuffle": True, "generator": stream}
        return compiled(), torch.utils.data.DataLoader(Loaded(), **options), []

    check(tmp_path, make, ("batch", 0, 3), ("batch", 2, 1), ("end", 2))


class Shuffled(PyDataset):
    """The order is the user's, in a list, and so is the count."""

    def __init__(self, **options):
        super().__init__(**options)
        self.order, self.epoch, self.rng = list(range(30)), 0, random.Random(2)

    def __len__(self):
        return 5

    def __getitem__(self, number):
        rows = self.order[number * 6 : number * 6 + 6]
        return X[rows] * (1 + self.epoch), Y[rows]

    def on_epoch_end(self):
        self.rng.shuffle(self.order)
        self.epoch += 1


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_sequence_with_an_order_of_its_own(tmp_path, shuffle):
    check(
        tmp_path, lambda: (compiled(), Shuffled(), []), ("batch", 1, 3), ("end", 2), shuffle=shuffle
    )


def test_a_sequence_that_says_its_state(tmp_path):
    class Says(Shuffled):
        def __init__(self):
            super().__init__()
            self.hidden = {"order": self.order}

        def state(self):
            return [self.order, self.epoch, self.rng.getstate()]

        def restore(self, state):
            self.order, self.epoch = list(state[0]), state[1]
            self.rng.setstate(state[2])

    check(tmp_path, lambda: (compiled(), Says(), []), ("batch", 2, 3))


def test_what_the_user_changed_in_a_sequence_stays(tmp_path):
    class Scaled(Shuffled):
        def __init__(self, scale):
            super().__init__()
            self.scale = scale

        def __getitem__(self, number):
            x, y = super().__getitem__(number)
            return x * self.scale, y

    listed = [BackupAndRestore(tmp_path), Kills("end", 1)]
    with pytest.raises(Killed):
        compiled().fit(Scaled(0.5), epochs=3, verbose=0, callbacks=listed)
    data = Scaled(0.25)
    compiled().fit(data, epochs=3, verbose=0, callbacks=[BackupAndRestore(tmp_path)])
    assert (data.scale, data.epoch) == (0.25, 3)


def test_a_pipeline_that_draws(tmp_path):
    from saccade.data.dataset import Dataset

    def make():
        data = Dataset.from_tensor_slices((X, Y)).shuffle(10)
        data = data.map(lambda x, y: (x + torch.rand(()), y)).batch(6)
        return compiled(), data, []

    check(tmp_path, make, ("batch", 0, 3), ("batch", 2, 1))


@pytest.mark.parametrize("moment", [("batch", 1, 2), ("end", 1)], ids=str)
def test_a_generator(tmp_path, moment, caplog):
    def make():
        def batches():
            mine = np.random.RandomState(1)
            while True:
                rows = np.random.permutation(30)[:6]
                yield X[rows] + mine.standard_normal(6), Y[rows]

        return compiled(), batches(), []

    check(tmp_path, make, moment, steps_per_epoch=5)
    assert "are read again and left out" in caplog.text
