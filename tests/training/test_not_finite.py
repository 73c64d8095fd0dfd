"""A loss that is not finite stops before the weights change, also where nobody waits for it."""

import numpy as np
import pytest
import torch

from saccade import optimizers
from saccade.callbacks import Callback
from saccade.errors import NotFinite
from saccade.layers import Dense
from saccade.models import Sequential
from saccade.training import step as step_module
from saccade.variables import Variable

STREAM = np.random.RandomState(0)
X = STREAM.standard_normal((20, 4)).astype(np.float32)
Y = STREAM.randint(0, 3, 20)

OPTIMIZERS = {
    "sgd": lambda **o: optimizers.SGD(0.1, **o),
    "momentum": lambda **o: optimizers.SGD(0.1, momentum=0.9, **o),
    "nesterov": lambda **o: optimizers.SGD(0.1, momentum=0.9, nesterov=True, **o),
    "adam": lambda **o: optimizers.Adam(0.1, **o),
    "amsgrad": lambda **o: optimizers.Adam(0.1, amsgrad=True, **o),
    "rmsprop": lambda **o: optimizers.RMSprop(0.1, **o),
    "centered": lambda **o: optimizers.RMSprop(0.1, centered=True, momentum=0.5, **o),
}
OPTIONS = [{}, {"weight_decay": 0.1}, {"clipnorm": 0.5}, {"global_clipnorm": 0.5},
           {"clipvalue": 0.1}]  # fmt: skip


def network(optimizer="adam", loss="sparse_categorical_crossentropy"):
    model = Sequential([Dense(3, activation="softmax", input_shape=(4,))])
    stream = np.random.RandomState(1)
    model.set_weights([stream.uniform(-1, 1, w.shape) for w in model.weights])
    model.compile(optimizer, loss)
    return model


class Snapshots(Callback):
    """The weights before every step."""

    def __init__(self):
        super().__init__()
        self.before = []

    def on_train_batch_begin(self, batch, logs=None):
        self.before.append(self.model.get_weights())


def same(one, other):
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nan_in_the_data_is_named(value):
    x = X.copy()
    x[13, 2] = value
    model, snapshots = network(), Snapshots()
    with pytest.raises(NotFinite) as caught:
        model.fit(x, Y, batch_size=5, shuffle=False, verbose=0, callbacks=[snapshots])
    text = str(caught.value)
    assert "the data must be finite" in text
    assert "x of epoch 1, batch 3 holds 1 values that are not, in sample 3 of the batch" in text
    assert "weights are as they were before this step" in text
    assert len(snapshots.before) == 3
    same(model.get_weights(), snapshots.before[2])
    assert model.optimizer.iterations == 2


def test_nan_in_targets_and_in_weights_of_samples():
    y = np.zeros((20, 3), np.float32)
    y[4, 1] = np.nan
    model = network(loss="mse")
    before = model.get_weights()
    with pytest.raises(NotFinite, match="y of epoch 1, batch 1 holds 1 values"):
        model.fit(X, y, shuffle=False, verbose=0)
    weight = np.ones(20, np.float32)
    weight[3:5] = np.nan
    with pytest.raises(NotFinite, match="sample_weight of epoch 1, batch 1 holds 2 values"):
        model.fit(X, np.zeros((20, 3)), sample_weight=weight, shuffle=False, verbose=0)
    same(model.get_weights(), before)


def test_too_large_a_rate():
    """A linear model that runs away: the step that overflowed leaves the weights alone."""
    model = Sequential([Dense(1, input_shape=(4,))])
    model.compile(optimizers.SGD(1e4), "mse")
    snapshots = Snapshots()
    with pytest.raises(NotFinite) as caught:
        model.fit(
            X,
            Y.astype("f4"),
            batch_size=5,
            epochs=50,
            shuffle=False,
            verbose=0,
            callbacks=[snapshots],
        )
    text = str(caught.value)
    assert text.startswith("fit: the loss must stay finite, got inf at epoch ")
    assert "Make the learning rate smaller" in text
    assert 2 < len(snapshots.before) < 100
    same(model.get_weights(), snapshots.before[-1])
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_it_is_an_arithmetic_error():
    model = network()
    with pytest.raises(ArithmeticError):
        model.fit(X * np.nan, Y, verbose=0)


# -- where nobody waits --------------------------------------------------------------------


@pytest.fixture
def far(monkeypatch):
    """Make the step believe that the loss is on a device that nobody waits for."""
    monkeypatch.setattr(step_module, "nobody_waits", lambda loss: True)


def first_bad(model, x, y):
    """Weights before the first batch with a NaN, from a run that stops there at once."""
    snapshots = Snapshots()
    with pytest.raises(NotFinite):
        model.fit(x, y, batch_size=5, shuffle=False, verbose=0, callbacks=[snapshots])
    return snapshots.before


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_from_a_bad_step_on_the_weights_stay_to_the_bit(make, options, far):
    x = X.copy()
    x[7, 1] = np.nan  # the second of four batches
    model, snapshots = network(make(**options)), Snapshots()
    with pytest.raises(NotFinite) as caught:
        model.fit(x, Y, batch_size=5, shuffle=False, verbose=0, callbacks=[snapshots])
    assert "epoch 1" in str(caught.value)
    assert "before that step" in str(caught.value)
    assert len(snapshots.before) == 4, "the epoch went on to its end"
    assert not np.array_equal(snapshots.before[0][0], snapshots.before[1][0])
    for later in (snapshots.before[2], snapshots.before[3], model.get_weights()):
        same(later, snapshots.before[1])
    assert all(
        np.isfinite(slot.numpy()).all()
        for slots in model.optimizer.slots.values()
        for slot in slots
    )


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_healthy_run_is_the_same_run(make, options, far, monkeypatch):
    model = network(make(**options))
    history = model.fit(X, Y, batch_size=5, epochs=3, shuffle=False, verbose=0).history
    monkeypatch.setattr(step_module, "nobody_waits", lambda loss: False)
    reference = network(make(**options))
    expected = reference.fit(X, Y, batch_size=5, epochs=3, shuffle=False, verbose=0).history
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-5)
    for one, other in zip(model.get_weights(), reference.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_the_epoch_end_does_not_see_a_bad_epoch(far):
    """The loop looks before the hooks: nothing saves or reports the epoch that failed."""
    ended = []

    class Ends(Callback):
        def on_epoch_end(self, epoch, logs=None):
            ended.append(epoch)

    model = network()
    with pytest.raises(NotFinite):
        model.fit(X * np.nan, Y, epochs=2, verbose=0, callbacks=[Ends()])
    assert ended == []


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_keep_of_zero_keeps_the_weights(make):
    """The law of Optimizer.step: keep=0 leaves w as it is, whatever the gradients are."""
    for bad in (float("nan"), float("inf"), 1e30):
        optimizer = make(weight_decay=0.1)
        w = Variable(torch.tensor([1.0, -0.0, 0.0, 3e-39, -2.5]))
        for _ in range(3):
            optimizer.step([w], [torch.ones(5)], torch.tensor(1.0))
        before = w.detach().clone()
        optimizer.step([w], [torch.full((5,), bad)], torch.tensor(0.0))
        assert torch.equal(w.detach().view(torch.int32), before.view(torch.int32))
        assert all(torch.isfinite(s).all() for slots in optimizer.slots.values() for s in slots)
