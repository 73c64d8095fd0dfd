"""Calls that take the values of weights, metrics and optimizers, and give others: as Keras's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from parity.reference import array, close, keras, normal
from saccade import initializers, layers, losses, metrics, optimizers, random
from saccade.errors import SaccadeError
from saccade.models import Model, Sequential

LABELS, SCORES = np.array([[0.0], [1.0], [1.0]], "float32"), normal((3, 1), 4)
METRICS = {
    "Mean": ({}, (SCORES,)),
    "BinaryAccuracy": ({}, (LABELS, SCORES)),
    "MeanSquaredError": ({}, (LABELS, SCORES)),
    "TruePositives": ({}, (LABELS, np.clip(SCORES, 0, 1))),
    "AUC": ({"num_thresholds": 5}, (LABELS, np.clip(SCORES, 0, 1))),
    "MeanIoU": ({"num_classes": 2}, (LABELS, LABELS)),
}


@pytest.mark.parametrize("name", METRICS)
def test_metrics(name):
    config, batch = METRICS[name]
    made = []
    for of in (metrics, keras.metrics):
        metric = getattr(of, name)(**config)
        start = metric.stateless_reset_state()
        once = metric.stateless_update_state(start, *batch)
        twice = metric.stateless_update_state(once, *batch)
        made.append([array(metric.stateless_result(values)) for values in (once, twice)])
        assert all(not array(one).any() for one in metric.stateless_reset_state())
        assert all(not array(variable).any() for variable in metric.variables), "it changed"
    close(made[0], made[1])
    with pytest.raises(SaccadeError):
        getattr(metrics, name)(**config).stateless_result([])


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop", "Adagrad", "Lion"])
def test_optimizers(name):
    w, g = normal((3, 2), 1), normal((3, 2), 2)
    made = []
    for of, variable in ((optimizers, layers.Dense(2)), (keras.optimizers, keras.layers.Dense(2))):
        variable.build((None, 3))
        optimizer = getattr(of, name)(0.1)
        optimizer.build([variable.kernel])
        before = array(variable.kernel)
        state = [array(one) for one in optimizer.variables]
        values = [torch.tensor(w)]
        for _ in range(2):
            values, state = optimizer.stateless_apply(state, [torch.tensor(g)], values)
        made.append((array(values[0]), len(state), int(state[0])))
        assert np.array_equal(before, array(variable.kernel)), "it changed"
        assert int(optimizer.iterations) == 0
    close(made[0][0], made[1][0])
    assert made[0][1:] == made[1][1:]


def test_the_state_of_an_optimizer_in_a_store():
    layer, other = layers.Dense(2), layers.Dense(2)
    first, second = optimizers.Adam(0.1), optimizers.Adam(0.5)
    for dense, optimizer in ((layer, first), (other, second)):
        dense.build((None, 3))
        optimizer.build(dense.trainable_variables)
    first.apply([torch.ones(3, 2), torch.ones(2)])
    store = {}
    first.save_own_variables(store)
    assert sorted(store) == [str(n) for n in range(len(first.variables))]
    second.load_own_variables(store)
    for one, two in zip(first.variables, second.variables, strict=True):
        np.testing.assert_array_equal(array(one), array(two))


def networks(of, model):
    inputs = of.Input((4,))
    x = of.Dense(3, activation="tanh", kernel_regularizer="l2")(inputs)
    return model(inputs, of.Dense(1)(of.BatchNormalization()(x)))


@pytest.mark.parametrize("training", [False, True])
def test_models(training):
    x = normal((6, 4), 3)
    ours, theirs = networks(layers, Model), networks(keras.layers, keras.Model)
    start = [normal(array(one).shape, place) for place, one in enumerate(ours.weights)]
    ours.set_weights(start)
    trained = [normal(array(one).shape, 20 + n) for n, one in enumerate(ours.trainable_variables)]
    kept = [normal(array(one).shape, 9 + n) ** 2 for n, one in
            enumerate(ours.non_trainable_variables)]  # fmt: skip
    made = []
    for model in (ours, theirs):
        wanted = [torch.tensor(one) for one in trained]
        for one in wanted:
            one.requires_grad_(True)
        # the metrics' and the seeds' variables of Keras's models are not among ours
        y, after, penalties = model.stateless_call(
            wanted, [torch.tensor(one) for one in kept], torch.tensor(x), training=training,
            return_losses=True,
        )  # fmt: skip
        y.sum().backward()
        slopes = [array(one.grad) for one in wanted]
        made.append((array(y), *slopes, *map(array, after), array(sum(penalties))))
    for found, expected in zip(*made, strict=True):
        close(found, expected)
    for weight, value in zip(ours.get_weights(), start, strict=True):
        np.testing.assert_array_equal(weight, value)
    with pytest.raises(SaccadeError):
        ours.stateless_call(trained[:1], kept, x)
    with pytest.raises(SaccadeError):
        layers.Dense(3).stateless_call([], [], x)


def test_words_that_keras_has_of_everything():
    model = Sequential([layers.Input((3,)), layers.Dense(2)])
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    assert len(model.metrics_variables) == 4
    assert model.layers[0].path == model.layers[0].name
    assert model.quantization_mode is None
    assert model.supports_jit
    weight = model.layers[0].kernel
    assert (weight.aggregation, weight.synchronization) == ("none", "auto")
    symbol = layers.Input((4, 1))
    assert symbol.squeeze(2).shape == (None, 4)
    assert symbol.reshape((-1, 2, 2)).shape == (None, 2, 2)
    assert not symbol.sparse
    again = initializers.HeNormal(seed=3).clone()
    torch.testing.assert_close(again((2, 2)), initializers.HeNormal(seed=3)((2, 2)))
    stream = random.SeedGenerator(5)
    assert stream.state.tolist() == stream.next().tolist()
    assert stream.state.tolist() == [5, 1]
    assert losses.MeanSquaredError().dtype == "float32"
