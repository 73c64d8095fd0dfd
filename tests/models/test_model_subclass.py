"""Models that users write: layers in __init__, a call, sometimes a build."""

import itertools
import threading

import numpy as np
import pytest
import torch

from saccade.errors import InvalidArgument, StateError
from saccade.layers import Conv2D, Dense, Dropout, Flatten, Layer
from saccade.models import Model, Sequential

X = np.random.RandomState(0).standard_normal((16, 4)).astype(np.float32)
Y = np.arange(16) % 3


class Net(Model):
    """Two branches, dropout in one."""

    def __init__(self, units=5, **options):
        super().__init__(**options)
        self.left, self.right = Dense(units, activation="tanh"), Dense(units)
        self.drop = Dropout(0.5)
        self.head = Dense(3, activation="softmax")
        self.calls = 0

    def call(self, x, training=False):
        self.calls += 1
        y = self.left(x) + self.drop(self.right(x))
        return self.head(self.drop(y, training=training))


class Builds(Model):
    """Makes its weights in build."""

    def build(self, input_shape):
        self.scale = self.add_weight((input_shape[-1],), "ones", name="scale")
        self.dense = Dense(3)

    def call(self, x):
        return self.dense(x * self.scale)


def test_it_trains_evaluates_and_predicts():
    torch.manual_seed(0)
    model = Net()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
    history = model.fit(X, Y, epochs=60, verbose=0, validation_data=(X, Y)).history
    assert set(history) == {"acc", "loss", "val_acc", "val_loss"}
    assert history["val_loss"][-1] < history["val_loss"][0]
    assert len(model.weights) == 6
    p = model.predict(X, verbose=0)
    np.testing.assert_array_equal(p, model.predict(X, verbose=0))
    loss, acc = model.evaluate(X, Y, verbose=0)
    assert acc == np.mean(p.argmax(1) == Y)
    assert loss == pytest.approx(-np.log(p[np.arange(16), Y]).mean(), rel=1e-4)


def test_the_first_batch_runs_call_once():
    model = Net()
    model(X)
    assert model.calls == 1
    assert model.built
    assert model.input_shape == (None, 4)
    assert model.count_params() == 25 * 2 + 18


def test_build_makes_the_weights_of_all_layers():
    model = Net()
    model.build((None, 4))
    assert model.built
    assert all(layer.built for layer in model.layers)
    assert model.count_params() == 68
    assert model.output_shape == (None, 3)
    before = model.get_weights()
    model(X)
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)
    assert all(w.requires_grad for w in model.weights)


def test_a_build_of_the_users():
    model = Builds()
    model.compile("sgd", "mse")
    model.fit(X, np.zeros((16, 3)), verbose=0)
    assert [w.name for w in model.weights] == ["scale", "kernel", "bias"]
    assert not np.array_equal(model.get_weights()[0], np.ones(4))


def test_weights_come_in_the_order_of_the_layers():
    model = Net()
    model(X)
    names = [w.path.split("/")[0] for w in model.weights[::2]]
    assert names == [model.left.name, model.right.name, model.head.name]
    assert [layer.name for layer in model.layers] == [
        layer.name for layer in (model.left, model.right, model.drop, model.head)
    ]


def test_a_model_in_a_model():
    class Outer(Model):
        def __init__(self):
            super().__init__()
            self.inner = Net()
            self.blocks = [Sequential([Dense(4), Dense(3)])]

        def call(self, x):
            y = self.inner(x)
            for block in self.blocks:
                y = block(y)
            return y

    model = Outer()
    model.compile("sgd", "mse")
    model.fit(X, np.zeros((16, 3)), verbose=0)
    assert len(model.weights) == 10
    outer = Sequential([Net(), Dense(1)])
    outer.compile("sgd", "mse")
    outer.fit(X, np.zeros((16, 1)), verbose=0)
    assert outer.output_shape == (None, 1)


def test_one_output_of_a_layer_may_go_unused():
    """A weight that the loss does not reach stays; the others train."""

    class Half(Model):
        def __init__(self):
            super().__init__()
            self.used, self.unused = Dense(2), Dense(2)

        def call(self, x):
            self.unused(x)
            return self.used(x)

    for optimizer in ("sgd", "adam", "rmsprop"):
        model = Half()
        model(X)
        before = model.get_weights()
        model.compile(optimizer, "mse")
        model.fit(X, np.ones((16, 2)), epochs=2, verbose=0)
        after = model.get_weights()
        moved = [not np.array_equal(a, b) for a, b in zip(after, before, strict=True)]
        assert moved == [True, True, False, False]


def test_layers_made_late_are_trained_too():
    class Late(Model):
        def __init__(self):
            super().__init__()
            self.first = Dense(3)
            self.extra = None

        def call(self, x):
            x = self.first(x)
            return x if self.extra is None else self.extra(x)

    model = Late()
    model.compile("adam", "mse")
    model.fit(X, np.zeros((16, 3)), verbose=0)
    model.extra = Dense(3)
    model(X)
    before = model.get_weights()
    model.fit(X, np.ones((16, 3)), verbose=0)
    assert len(before) == 4
    for one, other in zip(model.get_weights(), before, strict=True):
        assert not np.array_equal(one, other)


def test_freezing_in_a_callback_takes_hold_at_once():
    from saccade.callbacks import Callback

    class Freezes(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                self.model.layers[0].trainable = False
                self.frozen = self.model.layers[0].get_weights()

        def on_epoch_end(self, epoch, logs=None):
            self.model.layers[0].trainable = True
            self.seen = self.model.layers[0].get_weights()

    model = Sequential([Dense(3, input_shape=(4,)), Dense(1)])
    model.compile("adam", "mse")
    freezes = Freezes()
    model.fit(X, np.ones(16), batch_size=4, verbose=0, callbacks=[freezes])
    np.testing.assert_array_equal(freezes.seen[0], freezes.frozen[0])
    before = model.layers[0].get_weights()
    model.fit(X, np.ones(16), batch_size=4, verbose=0)
    assert not np.array_equal(model.layers[0].get_weights()[0], before[0])


def test_unfreezing_in_a_callback_takes_hold_with_the_epoch():
    from saccade.callbacks import Callback

    class Unfreezes(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.layers[0].trainable = epoch == 1

        def on_epoch_end(self, epoch, logs=None):
            seen.append(self.model.layers[0].get_weights()[0])

    model = Sequential([Dense(3, input_shape=(4,)), Dense(1)])
    model.compile("adam", "mse")
    seen = [model.layers[0].get_weights()[0]]
    model.fit(X, np.ones(16), epochs=3, verbose=0, callbacks=[Unfreezes()])
    moved = [not np.array_equal(a, b) for a, b in itertools.pairwise(seen)]
    assert moved == [False, True, False]


def test_summary_and_shapes_before_and_after(capsys):
    model = Net(name="net")
    model.summary()
    assert "unbuilt" in capsys.readouterr().out
    with pytest.raises(StateError, match=r"Net .*built"):
        _ = model.output_shape
    model(X)
    model.summary()
    out = capsys.readouterr().out
    assert 'Model: "net"' in out
    assert "Total params: 68 " in out
    assert "unbuilt" not in out


def test_a_model_without_a_call_says_so():
    with pytest.raises(NotImplementedError, match=r"no call\(\): write one"):
        Model()(X)


def test_own_arguments_are_checked():
    with pytest.raises(InvalidArgument, match="has no such argument"):
        Net(unit=3)
    assert Net(name="mine").name == "mine"


# -- threads -------------------------------------------------------------------------------


class Noisy(Layer):
    """Gives itself away when the `training` of another thread reaches it."""

    def call(self, x, training=False):
        return x * 100 if training else x

    def compute_output_shape(self, input_shape):
        return input_shape


def pictures_network():
    return Sequential(
        [
            Conv2D(4, 3, activation="relu", input_shape=(12, 12, 1)),
            Noisy(),
            Dropout(0.5),
            Flatten(),
            Dense(3, activation="softmax"),
        ]
    )


def test_predictions_of_threads_while_another_trains():
    """Four threads predict with one model while a fifth trains another through shared layers."""
    torch.manual_seed(0)
    x = np.random.RandomState(1).uniform(size=(40, 12, 12, 1)).astype(np.float32)
    model, other = pictures_network(), pictures_network()
    # The same stateless layers in both: only an argument can tell the calls apart.
    other._stack[1], other._stack[2] = model.layers[1], model.layers[2]
    other.compile("adam", "sparse_categorical_crossentropy")
    expected = model.predict(x, batch_size=8, verbose=0)
    stop, wrong, counts = threading.Event(), [], []

    def predict():
        count = 0
        while (count < 2 or not stop.is_set()) and not wrong:  # on a busy machine, too
            count += 1
            if not np.array_equal(model.predict(x, batch_size=8, verbose=0), expected):
                wrong.append(count)
        counts.append(count)

    threads = [threading.Thread(target=predict) for _ in range(4)]
    for thread in threads:
        thread.start()
    other.fit(x, np.arange(40) % 3, batch_size=8, epochs=12, verbose=0)
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong
    assert min(counts) >= 2


def test_predictions_of_threads_on_an_unbuilt_model():
    """The first call of several threads builds the model once, and all get its predictions."""
    x = np.random.RandomState(1).uniform(size=(24, 12, 12, 1)).astype(np.float32)
    for attempt in range(3):
        torch.manual_seed(attempt)
        model = Sequential([Conv2D(3, 3), Flatten(), Dense(2)])
        barrier, results = threading.Barrier(4, timeout=20), []

        def predict(model=model, barrier=barrier, results=results):
            barrier.wait()
            results.append(model.predict(x, verbose=0))

        threads = [threading.Thread(target=predict) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 4
        assert len(model.weights) == 4
        for result in results[1:]:
            np.testing.assert_array_equal(result, results[0])
