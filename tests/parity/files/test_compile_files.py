"""How a model trains and what the user registered, in files between saccade and Keras."""

import numpy as np
import pytest

import saccade
import saccade.utils
from parity.reference import close, keras, normal
from saccade.models import Model, load_model, model_from_json

# Keras's own arrays lag behind NumPy 2.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Skipping variable loading"),
]
X, Y = normal((8, 6), 1), {"a": normal((8, 2), 2), "b": normal((8, 1), 3)}


def given(library, kind):
    losses, metrics = library.losses, library.metrics
    both = {
        "words": {"loss": ["mse", "mae"], "metrics": [["mae"], ["mse"]]},
        "dicts": {
            "loss": {"a": losses.CategoricalHinge(), "b": "mse"},
            "loss_weights": {"a": 0.3, "b": 2.0},
            "metrics": {"a": [metrics.MeanAbsoluteError(name="far")], "b": ["mae"]},
            "weighted_metrics": {"a": ["mse"], "b": [metrics.MeanSquaredError(name="w")]},
        },
        "lists": {
            "loss": [losses.LogCosh(), losses.MeanSquaredError()],
            "loss_weights": [0.5, 1.5],
            "weighted_metrics": [["mae"], [metrics.MeanSquaredError(name="w")]],
        },
    }
    return both[kind]


def made(library, kind):
    parts = library.layers
    inputs = parts.Input((6,))
    x = parts.Dense(4, activation="tanh", name="body")(inputs)
    outputs = [parts.Dense(2, name="a")(x), parts.Dense(1, name="b")(x)]
    model = (keras.Model if library is keras else Model)(inputs, outputs)
    schedule = library.optimizers.schedules.ExponentialDecay(0.05, 3, 0.5)
    model.compile(library.optimizers.Adam(schedule), **given(library, kind))
    model.set_weights([normal(w.shape, 9 + n) for n, w in enumerate(model.weights)])
    return model


def measured(model, kind):
    y = Y if kind == "dicts" else [Y["a"], Y["b"]]
    model.fit(X, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    return model.evaluate(X, y, verbose=0)


@pytest.mark.parametrize("writer", ["saccade", "keras"])
@pytest.mark.parametrize("kind", ["words", "dicts", "lists"])
def test_losses_of_several_outputs(tmp_path, writer, kind):
    written = made(keras if writer == "keras" else saccade, kind)
    measured(written, kind)
    written.save(tmp_path / "m.keras")
    read = (load_model if writer == "keras" else keras.saving.load_model)(tmp_path / "m.keras")
    close(np.array(measured(written, kind)), np.array(measured(read, kind)), 1e-4)


@pytest.mark.parametrize("writer", ["saccade", "keras"])
def test_json(writer):
    written = made(keras if writer == "keras" else saccade, "dicts")
    read = (model_from_json if writer == "keras" else keras.models.model_from_json)(
        written.to_json()
    )
    read.set_weights(written.get_weights())
    close(np.array(measured(written, "dicts")), np.array(measured(read, "dicts")), 1e-4)


@pytest.fixture
def _registries():
    both = saccade.utils.get_custom_objects(), keras.utils.get_custom_objects()
    before = [dict(one) for one in both]
    yield
    for one, old in zip(both, before, strict=True):
        one.clear()
        one.update(old)


@pytest.mark.usefixtures("_registries")
@pytest.mark.parametrize("writer", ["saccade", "keras"])
def test_registered_names(tmp_path, writer):
    def registered(library):
        register = library.utils.register_keras_serializable

        @register("mine", "Doubled")
        class Twice(library.layers.Dense):
            def call(self, x):
                return super().call(x) * 2

        @register("mine")
        def bend(x):
            return x * x

        @register("mine")
        class Gap(library.losses.Loss):
            def call(self, y_true, y_pred):
                return abs(y_true - y_pred).mean(-1)

            def get_config(self):
                return {"name": self.name}

        return Twice, bend, Gap

    Twice, bend, Gap = registered(saccade)
    their_twice, their_bend, their_gap = registered(keras)
    if writer == "keras":
        model = keras.Sequential([keras.layers.Input((6,)), their_twice(2, activation=their_bend)])
        model.compile("sgd", their_gap())
    else:
        model = saccade.Sequential([saccade.layers.Input((6,)), Twice(2, activation=bend)])
        model.compile("sgd", Gap())
    model.save(tmp_path / "m.keras")
    read = (load_model if writer == "keras" else keras.saving.load_model)(tmp_path / "m.keras")
    assert type(read.layers[0]) is (Twice if writer == "keras" else their_twice)
    close(np.asarray(model.predict(X, verbose=0)), np.asarray(read.predict(X, verbose=0)))
    y = Y["a"]
    assert model.evaluate(X, y, verbose=0) == pytest.approx(read.evaluate(X, y, verbose=0))
