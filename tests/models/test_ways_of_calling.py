"""Arrays in lists, tuples and dicts; the axis of one; several and nested outputs."""

import numpy as np
import pytest
import torch

from saccade.errors import InvalidArgument, StateError
from saccade.layers import Add, Conv2D, Dense, Flatten, Input, Layer
from saccade.models import Model, Sequential
from saccade.notes import forget_notes
from saccade.training.outputs import names_in

X = np.random.RandomState(0).rand(20, 4).astype(np.float32)
Y = np.random.RandomState(1).rand(20, 1).astype(np.float32)


def ones(name=None):
    return Dense(1, kernel_initializer="ones", name=name)


class Sums(Model):
    """A model that does not say how many inputs it has."""

    def __init__(self):
        super().__init__()
        self.dense = ones()

    def call(self, inputs):
        left, right = inputs
        return self.dense(left + right)


class AddsDict(Layer):
    def call(self, inputs):
        return inputs["a"] + inputs["b"]


def pairs():
    while True:
        yield [X[:10], X[:10]], Y[:10]
        yield (X[10:], X[10:]), Y[10:]


def expected(x=2 * X, **options):
    model = Sequential([Input((4,)), ones()])
    model.compile("sgd", "mse")
    return model.fit(x, Y, verbose=0, shuffle=False, **options).history


@pytest.mark.parametrize("make", [Sums, lambda: Sequential([Add(), ones()])])
@pytest.mark.parametrize("kind", [list, tuple])
def test_several_arrays_for_a_model_that_cannot_say(make, kind):
    model, x = make(), kind([X, X])
    rows = 2 * X.sum(1, keepdims=True)
    np.testing.assert_allclose(model.predict(x, verbose=0, batch_size=7), rows, rtol=1e-5)
    np.testing.assert_allclose(model.predict_on_batch(x), rows, rtol=1e-5)
    model.compile("sgd", "mse")
    assert model.evaluate(x, Y, verbose=0) == pytest.approx(np.mean((rows - Y) ** 2), rel=1e-5)
    got = model.fit(x, Y, verbose=0, shuffle=False, batch_size=10, epochs=2).history
    assert got["loss"] == pytest.approx(expected(batch_size=10, epochs=2)["loss"], rel=1e-5)


def test_several_arrays_in_batches():
    model = Sums()
    model.compile("sgd", "mse")
    got = model.fit(pairs(), steps_per_epoch=2, epochs=2, verbose=0).history
    assert got["loss"] == pytest.approx(expected(batch_size=10, epochs=2)["loss"], rel=1e-5)


def test_a_list_of_samples_stays_one():
    model = Sequential([Flatten(), ones()])
    model.compile("sgd", "mse")
    images = [np.ones((3, 2), np.float32)] * 6
    model.fit(images, np.ones(6), verbose=0)
    assert model.input_shape == (None, 3, 2)


def test_a_dict_into_a_stack():
    model = Sequential([AddsDict(), ones()])
    model.compile("sgd", "mse")
    x = {"a": X, "b": X}
    got = model.fit(x, Y, verbose=0, shuffle=False).history
    assert got == expected()
    assert model.predict(x, verbose=0).shape == (20, 1)
    with pytest.raises(StateError):
        _ = model.inputs


def test_a_list_for_a_dict_in_the_order_of_its_keys():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    model = Model({"a": a, "b": b}, a + 2 * b)
    np.testing.assert_array_equal(model([X, 0 * X]), X)
    np.testing.assert_array_equal(model.predict((X, 0 * X), verbose=0), X)
    other = Model({"b": b, "a": a}, a + 2 * b)
    with pytest.raises(InvalidArgument, match="2 arrays in a dict: a, b"):
        other([X, X])


# -- the axis of one ---------------------------------------------------------------------------


def images_model(**first):
    return Sequential([Input((5, 5, 1)), Conv2D(2, 3, **first), Flatten(), Dense(1)])


@pytest.mark.parametrize("trainable", [True, False])
def test_images_without_channels(trainable):
    images = np.random.RandomState(2).rand(300, 5, 5).astype(np.float32)
    targets = images.sum((1, 2)) / 25
    found = []
    for x in (images, images[..., None], images[..., None, None][..., 0]):
        torch.manual_seed(3)
        model = images_model(trainable=trainable)
        model.compile("sgd", "mse")
        history = model.fit(x, targets, 50, 2, verbose=0, validation_split=0.1).history
        found.append((history, model.predict(x, verbose=0), model(x[:3]).detach().numpy()))
        assert model.evaluate(x, targets, verbose=0) == model.evaluate(
            images[..., None], targets, verbose=0
        )
        model.train_on_batch(x[:4], targets[:4])
    for other in found[1:]:
        assert found[0][0] == other[0]
        np.testing.assert_array_equal(found[0][1], other[1])


def test_numbers_for_rows_of_one_number():
    model = Sequential([Dense(1, input_shape=[1])])
    model.compile("sgd", "mse")
    x = np.array([-1.0, 0, 1, 2, 3, 4])
    model.fit(x, 2 * x - 1, epochs=3, verbose=0)
    assert model.predict(np.array([10.0]), verbose=0).shape == (1, 1)


def test_an_axis_of_one_too_many():
    model = Sequential([Input((5,)), Dense(2)])
    assert model(np.ones((3, 5, 1))).shape == (3, 2)
    with pytest.raises(InvalidArgument):
        model(np.ones((3, 5, 2)))


# -- outputs -----------------------------------------------------------------------------------


def test_a_list_of_losses_in_a_dict():
    entry = Input((4,))
    model = Model(entry, {"p": ones("p")(entry), "q": ones("q")(entry)})
    model.compile("sgd", {"p": ["mse"], "q": ["mae"]})
    one = model.evaluate(X, {"p": Y, "q": Y}, verbose=0, return_dict=True)
    rest = X.sum(1, keepdims=True) - Y
    assert one["p_loss"] == pytest.approx(np.mean(rest**2), rel=1e-5)
    assert one["q_loss"] == pytest.approx(np.mean(abs(rest)), rel=1e-5)
    model.compile("sgd", {"p": ["mse", "mae"], "q": "mae"})
    both = model.evaluate(X, {"p": Y, "q": Y}, verbose=0, return_dict=True)
    assert both["p_loss"] == pytest.approx(one["p_loss"] + one["q_loss"], rel=1e-5)
    assert both["loss"] == pytest.approx(one["p_loss"] + 2 * one["q_loss"], rel=1e-5)


@pytest.mark.parametrize("loss", ["mse", ["mse", ["mse", "mse"]]])
def test_nested_outputs(loss):
    entry = Input((4,))
    model = Model(entry, [ones("p")(entry), [ones("q")(entry), ones("r")(entry)]])
    model.compile("sgd", loss, metrics=None)
    y = [Y, [Y, 2 * Y]]
    got = model.fit(X, y, verbose=0, shuffle=False).history
    assert set(got) == {"loss", "p_loss", "1/q_loss", "1/r_loss"}
    assert got["loss"][0] == pytest.approx(sum(got[n][0] for n in got if n != "loss"), rel=1e-5)
    assert got["p_loss"] == got["1/q_loss"] != got["1/r_loss"]
    p, (q, _) = model.predict(X, verbose=0)
    np.testing.assert_array_equal(p, q)


def test_nested_outputs_in_dicts_and_without_a_graph():
    entry = Input((4,))
    model = Model(entry, {"a": ones()(entry), "b": {"c": ones()(entry), "d": ones()(entry)}})
    model.compile("sgd", "mse")
    got = model.fit(X, {"a": Y, "b": {"c": Y, "d": Y}}, verbose=0).history
    assert set(got) == {"loss", "a_loss", "b/c_loss", "b/d_loss"}

    class Own(Model):
        def __init__(self):
            super().__init__()
            self.dense = ones()

        def call(self, x):
            y = self.dense(x)
            return y, (y, y)

    own = Own()
    own.compile("sgd", "mse")
    other = own.fit(X, (Y, (Y, Y)), verbose=0, shuffle=False).history
    assert other["loss"] == pytest.approx(got["loss"], rel=1e-5)
    assert names_in([1, {"x": 2, "w": [3]}], str) == ["1", "1/w/3", "1/x"]


# -- layers, optimizers, data ------------------------------------------------------------------


def test_operators_are_no_layers():
    entry = Input((4,))
    hidden = Dense(3)(entry)
    joined = Add()([hidden, hidden * 2 + 1])
    model = Model(entry, Dense(1)(joined**2))
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["InputLayer", "Dense", "Add", "Dense"]
    assert model.layers[-1].units == 1
    lines = []
    model.summary(print_fn=lines.append)
    assert "power" in "\n".join(lines).lower()
    again = Model.from_config(model.get_config())
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(model(X).detach(), again(X).detach())


def test_a_model_without_an_optimizer():
    model = Sequential([ones()])
    model.compile(optimizer=None, loss="mse", metrics=["mae"])
    assert len(model.evaluate(X, Y, verbose=0)) == 2
    for train in (lambda: model.fit(X, Y, verbose=0), lambda: model.train_on_batch(X, Y)):
        with pytest.raises(StateError, match="must have an optimizer"):
            train()
    assert model.get_compile_config()["optimizer"] is None


def test_a_loader_of_a_stream():
    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self):
            yield from zip(X, Y, strict=True)

    loader = torch.utils.data.DataLoader(Stream(), batch_size=5)
    model = Sequential([ones()])
    model.compile("sgd", "mse")
    got = model.fit(loader, epochs=2, verbose=0, validation_data=loader).history["loss"]
    assert got == pytest.approx(expected(X, batch_size=5, epochs=2)["loss"], rel=1e-5)
    assert model.predict(loader, verbose=0).shape == (20, 1)


def test_class_weight_as_a_word(caplog):
    forget_notes()
    found = []
    for weight in (None, "auto"):
        model = Sequential([Dense(2, activation="softmax", kernel_initializer="ones")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        found.append(model.fit(X, np.arange(20) % 2, class_weight=weight, verbose=0).history)
    assert found[0] == found[1]
    assert 'class_weight="auto" has no effect' in caplog.text


@pytest.mark.parametrize(
    ("steps", "epochs", "said"),
    [
        (10, 3, ""),
        (5, 3, ""),
        (9, 1, ""),
        (9, 2, "where the data end: 9 batches"),
        (11, 1, "each after 10"),
    ],
)
def test_epochs_that_are_no_pass_are_told(steps, epochs, said, caplog):
    """Keras 3 on TensorFlow and torch: 9, 1, 9, 1 steps for 9 of 10, and 10 for 11."""
    forget_notes()
    model = Sequential([ones()])
    model.compile("sgd", "mse")
    model.fit(X, Y, 2, epochs, verbose=0, steps_per_epoch=steps)
    assert (said in caplog.text) if said else "a pass over" not in caplog.text


class OldStep(Model):
    """As `train_step` was written for tf.keras 2."""

    def __init__(self):
        super().__init__()
        self.dense = Dense(1, kernel_initializer="ones", kernel_regularizer="l2")

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data
        y_pred = self(x, training=True)
        loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
        gradients = torch.autograd.grad(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        self.compiled_metrics.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


class TodaysStep(OldStep):
    train_step = Model.train_step


def test_an_old_train_step():
    found = []
    for cls in (OldStep, TodaysStep):
        model = cls()
        model.compile("sgd", "mse", metrics=["mae"])
        found.append(model.fit(X, Y, 5, 2, verbose=0, shuffle=False).history)
        assert model.compiled_loss.metrics[0].name == "loss"
        assert list(model.compiled_metrics.result()) == ["mae"]
    for name, numbers in found[0].items():
        assert numbers == pytest.approx(found[1][name], rel=1e-6)
