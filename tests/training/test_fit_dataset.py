"""fit, evaluate and predict with a Dataset: lengths, steps, weights, and runs that go on."""

import pickle

import numpy as np
import pytest
import torch

from saccade import optimizers
from saccade.callbacks import Callback
from saccade.data.dataset import Dataset
from saccade.data.sources.source_choice import as_source
from saccade.errors import ShapeError
from saccade.layers import Dense, Dropout
from saccade.models import Sequential
from saccade.training.batches.feed import Feed
from saccade.utils import set_random_seed

STREAM = np.random.RandomState(0)
X = STREAM.uniform(size=(22, 3)).astype(np.float32)
Y = STREAM.randint(0, 2, 22)


def model():
    set_random_seed(1)
    made = Sequential([Dense(4, activation="relu"), Dropout(0.3), Dense(2, activation="softmax")])
    made.compile(optimizer=optimizers.SGD(0.1), loss="sparse_categorical_crossentropy")
    return made


def batches(size=4, *columns):
    return Dataset.from_tensor_slices(columns or (X, Y)).batch(size)


def test_the_same_numbers_as_from_arrays():
    one = model()
    from_arrays = one.fit(
        X, Y, batch_size=4, shuffle=False, epochs=2, verbose=0, validation_data=(X[:5], Y[:5])
    ).history
    other = model()
    held_out = batches().unbatch().take(5).batch(4)
    from_dataset = other.fit(batches(), epochs=2, verbose=0, validation_data=held_out).history
    assert from_dataset == from_arrays
    assert one.evaluate(X, Y, batch_size=4, verbose=0) == other.evaluate(batches(), verbose=0)
    np.testing.assert_array_equal(
        one.predict(X, verbose=0), other.predict(batches(32, X), verbose=0)
    )
    assert other.predict(batches(), verbose=0).shape == (22, 2)  # labels are passed over


def test_sample_weights_come_third():
    weights = np.linspace(0, 2, 22).astype(np.float32)
    expected = model().fit(X, Y, sample_weight=weights, batch_size=4, shuffle=False, verbose=0)
    assert model().fit(batches(4, X, Y, weights), verbose=0).history == expected.history


class Seen(Callback):
    """How many batches there were, and the first x of each."""

    def __init__(self):
        super().__init__()
        self.batches, self.epochs = 0, 0

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1

    def on_epoch_end(self, epoch, logs=None):
        self.epochs += 1


@pytest.mark.parametrize(
    ("dataset", "steps", "count"),
    [
        (batches(), None, 12),
        (batches().repeat(), 4, 8),
        (batches(), 9, 18),
        (batches().filter(lambda x, y: True), None, 12),
    ],
)
def test_how_many_batches(dataset, steps, count):
    seen = Seen()
    model().fit(dataset, epochs=2, steps_per_epoch=steps, verbose=0, callbacks=[seen])
    assert (seen.batches, seen.epochs) == (count, 2)


def test_fewer_steps_go_on_where_they_stopped():
    drawn = []
    ds = batches().map(lambda x, y: drawn.append(float(x[0, 0])) or (x, y))
    model().fit(ds, epochs=3, steps_per_epoch=2, verbose=0)
    np.testing.assert_array_equal(np.float32(drawn[:6]), X[::4, 0])


def test_an_infinite_dataset_needs_steps():
    endless = batches().repeat()
    for call in (
        lambda: model().fit(endless, verbose=0),
        lambda: model().fit(batches(), validation_data=endless, verbose=0),
        lambda: model().evaluate(endless, verbose=0),
        lambda: model().predict(endless, verbose=0),
    ):
        with pytest.raises(ValueError, match=r"infinite dataset needs a number of steps"):
            call()
    model().fit(endless, steps_per_epoch=2, validation_data=endless, validation_steps=2, verbose=0)


def test_targets_beside_a_dataset_are_refused():
    with pytest.raises(ValueError, match="y must be left out"):
        model().fit(batches(), Y, verbose=0)


def test_single_samples_give_a_shape_error():
    with pytest.raises(ShapeError, match=r"must be \(batch, features\)"):
        model().fit(Dataset.from_tensor_slices((X, Y)), verbose=0)


CHAINS = {
    "shuffle": lambda ds: ds.shuffle(22, seed=3).batch(4),
    "no seed": lambda ds: ds.shuffle(22).batch(4),
    "cached order": lambda ds: ds.shuffle(22, seed=3).cache().batch(4),
    "cached order, no seed": lambda ds: ds.shuffle(22).cache().batch(4),
    "order after cache": lambda ds: ds.batch(4).cache().shuffle(3, seed=2).prefetch(2),
    "repeat": lambda ds: ds.shuffle(9, seed=3).repeat().batch(4).prefetch(1),
    "laps": lambda ds: ds.shuffle(22, seed=3).repeat(2).batch(4),
}


@pytest.mark.parametrize(
    ("chain", "steps"),
    [(chain, steps) for chain in CHAINS for steps in (None, 4, 9) if chain != "repeat" or steps],
)
@pytest.mark.parametrize("done", [0, 1, 5, 7, 14])
def test_a_feed_goes_on_in_another_process(chain, steps, done):
    """Its state, taken after any batch, leads another dataset of the same chain to the rest."""

    def feed(seed):
        set_random_seed(seed)
        ds = CHAINS[chain](Dataset.from_tensor_slices((X, Y)))
        return Feed(as_source("fit", ds, steps=steps), steps)

    def read(one, count):
        found = []
        while len(found) < count:
            taken = one.take()
            for x, _, _ in taken:
                found.append(x.clone())
                if len(found) == count:
                    break
        return found

    first = feed(1)
    read(first, done)
    state = pickle.loads(pickle.dumps(first.state()))
    other = feed(2)
    if chain != "repeat":
        list(other.source.read(0))  # it was used before
    other.restore(state)
    for ours, theirs in zip(read(other, 16), read(first, 16), strict=True):
        assert torch.equal(ours, theirs)


def test_looking_at_a_dataset_before_it_is_read_is_in_the_state():
    ds = CHAINS["shuffle"](Dataset.from_tensor_slices((X, Y)))
    feed = Feed(as_source("fit", ds))
    next(iter(ds))
    first = next(feed.take())[0]
    other = Feed(as_source("fit", CHAINS["shuffle"](Dataset.from_tensor_slices((X, Y)))))
    other.restore({**feed.state(), "batch": 0})
    assert torch.equal(next(other.take())[0], first)
