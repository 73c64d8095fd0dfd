"""tf.keras 2's add_metric: in `call` of a layer or a model, and on symbols of a graph."""

import numpy as np
import pytest

from saccade import backend as K
from saccade import layers, metrics, models
from saccade.errors import InvalidArgument
from scripts.warm_process import python

X = np.random.default_rng(0).random((24, 6)).astype("float32")


class Halved(layers.Layer):
    def call(self, inputs):
        self.add_loss(0.0 * K.sum(inputs))
        self.add_metric(K.sum(inputs, axis=-1), name="of_layer", aggregation="mean")
        return inputs * 0.5


class Own(models.Model):
    def __init__(self):
        super().__init__()
        self.halved, self.dense = Halved(), layers.Dense(1)

    def call(self, inputs):
        self.add_metric(K.max(inputs), name="of_model", aggregation="mean")
        return self.dense(self.halved(inputs))


def of_symbols():
    x = layers.Input((6,))
    h = layers.Dense(3)(Halved()(x))
    model = models.Model(x, layers.Dense(1)(h))
    model.add_metric(K.max(x), name="of_model", aggregation="mean")
    return model


def of_symbols_with_a_loss():
    model = of_symbols()
    model.add_loss(0.0 * K.mean(model.output))
    return model


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("make", [Own, of_symbols, of_symbols_with_a_loss])
def test_fit_and_evaluate_report_the_means(make, jit_compile):
    model = make()
    model.compile("sgd", "mse", metrics=["mae"], jit_compile=jit_compile)
    history = model.fit(
        X,
        X[:, :1],
        batch_size=8,
        epochs=2,
        verbose=0,
        shuffle=False,
        validation_data=(X[:8], X[:8, :1]),
    ).history
    for name, whole, part in (
        ("of_layer", X.sum(1).mean(), X[:8].sum(1).mean()),
        ("of_model", X.reshape(3, -1).max(1).mean(), X[:8].max()),
    ):
        np.testing.assert_allclose(history[name], [whole] * 2, rtol=1e-5)
        np.testing.assert_allclose(history[f"val_{name}"], [part] * 2, rtol=1e-5)
    found = model.evaluate(X, X[:, :1], batch_size=8, verbose=0, return_dict=True)
    assert found.keys() == {"loss", "mae", "of_layer", "of_model"}
    assert found["of_layer"] == pytest.approx(X.sum(1).mean(), rel=1e-5)
    assert {"of_layer", "of_model"} <= set(model.metrics_names)


class Holding(layers.Layer):
    def __init__(self):
        super().__init__()
        self.seen = metrics.Mean(name="seen")

    def call(self, inputs):
        self.add_metric(self.seen(inputs))
        self.add_metric(self.seen.result(), name="seen")
        return inputs


def test_a_metric_that_the_layer_holds_is_followed_once():
    model = models.Sequential([layers.Input((6,)), Holding(), layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(X, X[:, :1], batch_size=8, verbose=0).history
    assert history.keys() == {"loss", "seen"}
    np.testing.assert_allclose(history["seen"], X.mean(), rtol=1e-5)


def test_what_it_cannot_follow_is_refused():
    layer = layers.Dense(1)
    with pytest.raises(InvalidArgument, match="name"):
        layer.add_metric(1.0)
    with pytest.raises(InvalidArgument, match="aggregation"):
        layer.add_metric(1.0, name="n", aggregation="sum")
    with pytest.raises(InvalidArgument, match=r"model\.add_metric"):
        layer.add_metric(layers.Input((2,)), name="n")


TRAINS = """
import numpy as np
import pandas as pd
from keras.models import Sequential
from keras.layers import Dense
from keras.callbacks import Callback

class Monitor(Callback):
    def __init__(self):
        super().__init__()
        self.H = {{}}

    def on_epoch_end(self, epoch, logs={{}}):
        for (k, v) in logs.items():
            self.H.setdefault(k, []).append(v)

x, y = np.ones((4, 3)), np.eye(2)[[0, 1, 0, 1]]
monitor = Monitor()
model = Sequential([Dense(2, activation="softmax", input_shape=(3,))])
model.compile("sgd", "categorical_crossentropy", metrics={metrics})
h = model.fit(x, y, validation_data=(x, y), callbacks=[monitor], verbose=0)
{reads}
print(sorted(h.history))
"""
OLD = ["acc", "loss", "val_acc", "val_loss"]
TODAYS = ["accuracy", "loss", "val_accuracy", "val_loss"]


@pytest.mark.parametrize(
    ("reads", "names"),
    [
        ('monitor.H["val_acc"], monitor.H["acc"]', OLD),  # PyImageSearch's TrainingMonitor
        ('pd.DataFrame(h.history)[["acc", "val_acc"]]', OLD),
        ('dict(h.history).get("acc")[0]', OLD),
        ('h.history["acc"], h.history.get("val_acc")', TODAYS),  # which answers to both
        ('h.history["accuracy"], {"acc": 1}["acc"]', TODAYS),
        ('hist = {"acc": 1}; hist["acc"], monitor.H["accuracy"]', TODAYS),
        ('{"acc": 1}["acc"], "val_accuracy"', TODAYS),
    ],
)
@pytest.mark.parametrize("metrics", ['["accuracy"]', '"accuracy"', '{"dense": ["accuracy"]}'])
def test_what_a_script_copies_out_of_the_logs_has_the_names_that_it_reads(
    metrics, reads, names, tmp_path
):
    script = tmp_path / "script.py"
    script.write_text(TRAINS.format(metrics=metrics, reads=reads))
    ran = python("-m", "saccade", script, cwd=tmp_path)
    assert ran.stdout == f"{names}\n", ran.stderr
