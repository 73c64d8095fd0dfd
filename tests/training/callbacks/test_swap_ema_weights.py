"""SwapEMAWeights: the averages while somebody looks, the weights while training moves them."""

import numpy as np
import pytest

from parity.reference import close, keras, normal
from saccade.callbacks import Callback, EarlyStopping, LambdaCallback, ModelCheckpoint
from saccade.callbacks import SwapEMAWeights as Swap
from saccade.errors import InvalidArgument
from saccade.layers import Dense
from saccade.models import Sequential
from saccade.optimizers import SGD, LossScaleOptimizer

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

X, Y = normal((24, 4), 0), normal((24, 2), 1)
WEIGHTS = [normal((4, 2), 2), normal((2,), 3)]


def twins(**options):
    options = {"use_ema": True, "ema_momentum": 0.7, **options}
    ours, theirs = Sequential([Dense(2)]), keras.Sequential([keras.layers.Dense(2)])
    for model, package in ((ours, SGD), (theirs, keras.optimizers.SGD)):
        model.build((None, 4))
        model.set_weights(WEIGHTS)
        model.compile(package(0.1, **options), "mse")
    return ours, theirs


class Looks(Callback):
    """The weights in the model when each hook is told."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def _look(self, *moment):
        self.seen.append((moment, [w.copy() for w in self.model.get_weights()]))

    def on_epoch_begin(self, epoch, logs=None):
        self._look("epoch begins", epoch)

    def on_train_batch_end(self, batch, logs=None):
        self._look("batch", batch)

    def on_test_begin(self, logs=None):
        self._look("test begins")

    def on_test_end(self, logs=None):
        self._look("test ends")

    def on_epoch_end(self, epoch, logs=None):
        self._look("epoch ends", epoch)


class KerasLooks(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []


for _name in vars(Looks):
    if _name.startswith(("on_", "_look")):
        setattr(KerasLooks, _name, vars(Looks)[_name])


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_the_weights_at_every_moment_are_keras_s(swap_on_epoch):
    told = []
    for model, package, looks in (
        (twins()[0], None, Looks()),
        (twins()[1], keras.callbacks, KerasLooks()),
    ):
        swap = Swap if package is None else package.SwapEMAWeights
        model.fit(
            X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0, validation_data=(X, Y),
            callbacks=[swap(swap_on_epoch=swap_on_epoch), looks],
        )  # fmt: skip
        looks._look("after")
        told.append(looks.seen)
    mine, theirs = told
    assert [moment for moment, _ in mine] == [moment for moment, _ in theirs]
    for (moment, own), (_, other) in zip(mine, theirs, strict=True):
        for one, two in zip(own, other, strict=True):
            close(one, two, what=str(moment))


@pytest.mark.parametrize("wrapped", [False, True])
def test_evaluate_and_predict_see_the_averages_and_leave_the_weights(wrapped):
    model, _ = twins()
    if wrapped:
        optimizer = LossScaleOptimizer(SGD(0.1, use_ema=True, ema_momentum=0.7))
        model.compile(optimizer, "mse")
    swap, taken = Swap(), []
    end = LambdaCallback(on_train_batch_end=lambda batch, logs: taken.append(model.get_weights()))
    stop = LambdaCallback(on_epoch_end=lambda epoch, logs: looked())

    def looked():
        before = model.get_weights()
        inner = getattr(model.optimizer, "inner_optimizer", model.optimizer)
        kernel, bias = (one.numpy() for one in inner.slots["average"])
        predicted = model.predict(X, verbose=0, callbacks=[swap])
        np.testing.assert_allclose(predicted, X @ kernel + bias, rtol=1e-5, atol=1e-6)
        loss = model.evaluate(X, Y, verbose=0, callbacks=[swap])
        assert loss == pytest.approx(((X @ kernel + bias - Y) ** 2).mean(), rel=1e-5)
        for one, other in zip(model.get_weights(), before, strict=True):
            np.testing.assert_array_equal(one, other)
        assert not np.allclose(kernel, before[0])

    model.fit(X, Y, batch_size=8, verbose=0, shuffle=False, callbacks=[end, stop])
    assert len(taken) == 3


@pytest.mark.parametrize("stops", [False, True])
def test_the_averages_stay_when_training_ends_early_too(stops, tmp_path):
    """Keras leaves the weights of the last step in a model that EarlyStopping stopped."""
    model, _ = twins()
    path = tmp_path / "{epoch}.weights.h5"
    listed = [
        Swap(swap_on_epoch=True),
        ModelCheckpoint(path, save_weights_only=True),
        *([EarlyStopping("loss", patience=1, min_delta=100.0)] if stops else []),
    ]
    history = model.fit(
        X, Y, batch_size=8, epochs=5 if stops else 2, shuffle=False, verbose=0, callbacks=listed
    )
    assert len(history.epoch) == 2
    average, w, b = None, *WEIGHTS
    for step in range(6):
        x, y = X[step % 3 * 8 :][:8], Y[step % 3 * 8 :][:8]
        slope = 2 * (x @ w + b - y) / y.size
        w, b = w - 0.1 * x.T @ slope, b - 0.1 * slope.sum(0)
        average = (w, b) if average is None else tuple(
            0.7 * a + 0.3 * one for a, one in zip(average, (w, b), strict=True))  # fmt: skip
    for one, other in zip(model.get_weights(), average, strict=True):
        close(one, other)
    model.load_weights(str(path).format(epoch=2))
    for one, other in zip(model.get_weights(), average, strict=True):
        close(one, other)


def test_without_averages_it_says_so():
    model, _ = twins(use_ema=False)
    with pytest.raises(InvalidArgument, match="use_ema=True"):
        model.fit(X, Y, verbose=0, validation_data=(X, Y), callbacks=[Swap()])


def test_keras_really_departs():
    """After predict the averages stay in Keras's model; after an early stop they are lost."""
    _, model = twins()
    swap, weights = keras.callbacks.SwapEMAWeights(), []

    def look(epoch, logs):
        weights.append(model.get_weights()[0])
        model.predict(X, verbose=0, callbacks=[swap])
        weights.append(model.get_weights()[0])

    model.fit(X, Y, batch_size=8, verbose=0,
              callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=look)])  # fmt: skip
    assert not np.allclose(weights[0], weights[1])

    ends = []
    for listed in ([], [keras.callbacks.EarlyStopping("loss", patience=1, min_delta=100.0)]):
        _, model = twins()
        swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
        fitted = model.fit(
            X, Y, batch_size=8, epochs=5 if listed else 2, shuffle=False, verbose=0,
            callbacks=[swap, *listed],
        )  # fmt: skip
        assert len(fitted.epoch) == 2
        ends.append(model.get_weights()[0])
    assert not np.allclose(*ends)
