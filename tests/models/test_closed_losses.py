"""Losses and metrics of the user's that close over symbols of the model's graph, as VAEs have."""

import functools

import numpy as np
import pytest
import torch

from saccade import backend as K
from saccade import losses, metrics
from saccade.errors import InvalidArgument
from saccade.layers import BatchNormalization, Dense, Dropout, Input
from saccade.models import Model, Sequential
from saccade.optimizers import SGD
from saccade.utils import set_random_seed

X = np.random.default_rng(0).random((24, 6)).astype("float32")


def network():
    set_random_seed(3)
    x = Input((6,))
    h = Dense(5, activation="tanh", name="h")(x)
    mu, log_var = Dense(2, name="mu")(h), Dense(2, name="log_var")(h)
    return x, mu, log_var, Dense(6, activation="sigmoid", name="out")(mu * 0.5 + log_var)


def trained(model, loss=None, epochs=3, **options):
    model.compile(SGD(0.1), loss=loss, **options)
    return model.fit(X, X, epochs=epochs, batch_size=8, shuffle=False, verbose=0).history


def kl_of(mu, log_var):
    return -0.5 * K.sum(1 + log_var - K.square(mu) - K.exp(log_var), axis=-1)


def by_add_loss(scale=1.0):
    x, mu, log_var, out = network()
    model = Model(x, out)
    model.add_loss(scale * K.mean(kl_of(mu, log_var)))
    history = trained(model, "binary_crossentropy")
    return history["loss"], model.get_weights()


class Vae:
    """As people write it: what the loss needs is kept in self."""

    def __init__(self):
        x, self.mu, self.log_var, out = network()
        self.model = Model(x, out)

    def loss(self, x, decoded):
        return losses.binary_crossentropy(x, decoded) + kl_of(self.mu, self.log_var)


class VaeLoss(losses.Loss):
    def __init__(self, mu, log_var):
        super().__init__()
        self.mu, self.log_var = mu, log_var

    def call(self, y_true, y_pred):
        return losses.binary_crossentropy(y_true, y_pred) + kl_of(self.mu, self.log_var)


def by_cell():
    x, mu, log_var, out = network()

    def loss(x, decoded):
        kl = -0.5 * K.sum(1 + log_var - K.square(mu) - K.exp(log_var), axis=-1)
        return metrics.binary_crossentropy(x, decoded) + kl

    return Model(x, out), loss


def by_method():
    vae = Vae()
    return vae.model, vae.loss


def by_object():
    x, mu, log_var, out = network()
    return Model(x, out), VaeLoss(mu, log_var)


def by_partial():
    x, mu, log_var, out = network()

    def loss(mu, log_var, x, decoded):
        return K.mean(K.binary_crossentropy(x, decoded), axis=-1) + kl_of(mu, log_var)

    return Model(x, out), functools.partial(loss, mu, log_var)


def by_ready_symbol():
    x, mu, log_var, out = network()
    kl = K.mean(kl_of(mu, log_var))
    return Model(x, out), lambda x, decoded: losses.BinaryCrossentropy()(x, decoded) + kl


def by_layers():
    x, _, _, out = network()
    model = Model(x, out)

    def loss(x, decoded):
        mu, log_var = model.get_layer("mu").output, model.get_layer("log_var").output
        return losses.binary_crossentropy(x, decoded) + kl_of(mu, log_var)

    return model, loss


def by_inner_model():
    x, mu, log_var, out = network()
    encoder = Model(x, [mu, log_var])
    model = Model(x, Model([mu, log_var], out)(encoder(x)))

    def loss(x, decoded):
        return losses.binary_crossentropy(x, decoded) + kl_of(mu, log_var)

    return model, loss


WAYS = [
    by_cell,
    by_method,
    by_object,
    by_partial,
    by_ready_symbol,
    by_layers,
    by_inner_model,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_it_trains_as_the_same_given_to_add_loss(way):
    model, loss = way()
    history = trained(model, loss)
    expected, weights = by_add_loss()
    np.testing.assert_allclose(history["loss"], expected, rtol=1e-5)
    for one, other in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(model.evaluate(X, X, verbose=0), model.test_on_batch(X, X), 1e-5)
    assert model.predict(X, verbose=0).shape == (24, 6)


def test_what_is_drawn_in_a_batch_is_what_its_loss_sees():
    x = Input((6,))
    dropped = Dropout(0.5)(x)
    model = Model(x, BatchNormalization()(dropped))
    seen = []

    def loss(y, y_pred):
        seen.append(K.max(K.abs(dropped)))
        return K.mean(K.square(dropped), axis=-1) + 0.0 * K.mean(y_pred, axis=-1)

    history = trained(model, loss, epochs=1)["loss"]
    assert history[0] != pytest.approx(np.mean(np.square(X)), rel=1e-3)
    assert float(seen[0]) > 1.0  # kept values are doubled: the batch was in training
    assert model.evaluate(X, X, verbose=0) == pytest.approx(np.mean(np.square(X)), rel=1e-5)


def test_a_weight_in_the_loss_is_trained_through_it():
    x, *_, out = network()
    model = Model(x, out)

    def contractive(y, y_pred):
        hidden, kernel = model.get_layer("h").output, model.get_layer("h").kernel
        slopes = K.square(1 - K.square(hidden))
        return K.sum(slopes * K.sum(K.square(kernel), axis=0), axis=1) + 0 * K.sum(y_pred, axis=1)

    before = model.get_layer("h").get_weights()[0]
    losses_seen = trained(model, contractive, epochs=4)["loss"]
    assert losses_seen[-1] < losses_seen[0]
    assert np.linalg.norm(model.get_layer("h").get_weights()[0]) < np.linalg.norm(before)


def test_a_metric_may_close_over_symbols_too():
    x, mu, log_var, out = network()
    model = Model(x, out)

    def kl(y, y_pred):
        return K.mean(kl_of(mu, log_var))

    history = trained(model, "mse", metrics=[kl], epochs=1)
    set_random_seed(3)
    assert history["kl"][0] > 0
    z = Model(x, [mu, log_var]).predict(X, verbose=0)
    expected = kl_of(torch.tensor(z[0]), torch.tensor(z[1])).mean()
    assert model.evaluate(X, X, verbose=0)[1] == pytest.approx(float(expected), rel=1e-5)


def test_several_outputs_and_a_second_compile():
    x, mu, log_var, out = network()
    model = Model(x, [out, mu])

    def loss(y, y_pred):
        return losses.mean_squared_error(y, y_pred) + kl_of(mu, log_var)

    model.compile(SGD(0.1), [loss, None])
    assert np.isfinite(model.train_on_batch(X, [X, X[:, :2]]))
    model.compile(SGD(0.1), "mse")
    assert model._keeps_values is False


def test_a_symbol_of_another_model_is_refused_with_what_to_do():
    x, *_, out = network()
    strange = Dense(2)(Input((3,)))
    model = Model(x, out)
    model.compile("sgd", lambda y, y_pred: K.mean(y_pred - y, axis=-1) + K.sum(strange, axis=-1))
    with pytest.raises(InvalidArgument, match="add_loss"):
        model.train_on_batch(X, X)


def test_a_symbol_that_nobody_could_foresee_is_refused_with_what_to_do():
    x, mu, _, out = network()
    hidden = {"deep": [[mu]]}
    model = Model(x, out)
    get = {"f": lambda: hidden["deep"][0][0]}.get
    model.compile("sgd", lambda y, y_pred: K.mean(get("f")()))
    with pytest.raises(InvalidArgument, match="add_loss"):
        model.train_on_batch(X, X)


def test_a_loss_without_symbols_keeps_the_fast_ways():
    scale = K.variable(2.0)
    model = Sequential([Input((6,)), Dense(6)])
    inner = Sequential([Input((6,)), Dense(3)])
    model.compile("sgd", lambda y, p: scale * K.mean(K.square(inner(y) - inner(p)), axis=-1))
    assert model._keeps_values is False
    model.train_on_batch(X, X)
