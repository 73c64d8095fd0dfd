"""Losses and metrics called on symbols, and symbols given to `model.add_loss`, as in Keras 2."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch

import saccade
from parity.reference import close, keras, normal
from saccade import Input, Model, layers, losses, metrics
from saccade import backend as K
from saccade.models import clone_model

A, B = (np.abs(normal((4, 3), seed)) % 1 for seed in (1, 2))
LABELS = np.array([[0.0], [2.0], [1.0], [2.0]], "float32")
OF_NUMBERS = ("categorical_generalized_cross_entropy", "circle")
# Keras's symbols have other shapes than its values, or none: the others are compared.
OTHER_SHAPES = ("circle", "dice", "tversky", OF_NUMBERS[0], "sparse_top_k_categorical_accuracy")
NAMES = sorted(
    name for face in (losses, metrics) for name in vars(face)
    if name.islower() and hasattr(getattr(face, name), "__wrapped__")
)  # fmt: skip


def face_of(name: str, package):
    return package.losses if hasattr(losses, name) else package.metrics


@pytest.mark.parametrize("name", NAMES)
def test_functions_of_targets_and_predictions_take_symbols_as_keras_s_do(name):
    function = getattr(face_of(name, saccade), name)
    numbers = name.startswith("sparse") or name in OF_NUMBERS
    targets = LABELS if numbers else (B > 0.5).astype("float32")
    true, predicted = Input(targets.shape[1:]), Input((3,))
    options = {"q": 0.5} if name == "categorical_generalized_cross_entropy" else {}
    model = Model([true, predicted], function(true, predicted, **options))
    want = function(targets, A, **options)
    close(model([torch.tensor(targets), torch.tensor(A)]), want)
    reference = getattr(face_of(name, keras), name, None)
    if reference is not None and name not in OTHER_SHAPES:
        true, predicted = keras.Input(targets.shape[1:]), keras.Input((3,))
        theirs = reference(true, predicted, **options)
        assert model.outputs[0].shape == theirs.shape


@pytest.mark.parametrize("cls", ["MeanSquaredError", "BinaryCrossentropy", "Huber", "Hinge"])
def test_loss_objects_take_symbols(cls):
    loss = getattr(losses, cls)()
    true, predicted = Input((3,)), Input((3,))
    symbol = loss(true, y_pred=predicted)
    assert symbol.shape == ()
    model = Model([true, predicted], symbol)
    close(model([torch.tensor(B), torch.tensor(A)]), loss(B, A))


def autoencoder():
    x = Input((3,))
    code = layers.Dense(2, activation="tanh", name="code")(x)
    y = layers.Dense(3, activation="sigmoid")(code)
    return Model(x, y), x, code, y


def test_a_model_is_trained_by_what_it_was_given_as_a_symbol():
    model, x, code, y = autoencoder()
    model.add_loss(K.mean(losses.binary_crossentropy(K.flatten(x), K.flatten(y))) * 2.0)
    model.add_loss([K.mean(K.square(code))])
    model.compile("sgd", loss=None)
    tensor = torch.tensor(A)
    hidden = model.get_layer("code")(tensor)
    want = 2 * losses.BinaryCrossentropy()(A, model(tensor)) + hidden.square().mean()
    assert model.evaluate(A, verbose=0) == pytest.approx(want.item(), rel=1e-6)
    assert sum(model.losses).item() == pytest.approx(want.item(), rel=1e-6)
    gradients = torch.autograd.grad(want, model.trainable_weights)
    expected = [w.detach() - 0.01 * g for w, g in zip(model.weights, gradients, strict=True)]
    assert model.train_on_batch(A) == pytest.approx(want.item(), rel=1e-6)
    for weight, value in zip(model.weights, expected, strict=True):
        close(weight, value)
    history = model.fit(A, epochs=2, verbose=0, validation_data=(A, None)).history
    assert history["loss"][1] < history["loss"][0]
    assert history["val_loss"][-1] < history["loss"][-1]
    assert model.predict(A, verbose=0).shape == (4, 3)


def test_it_comes_on_top_of_the_loss_of_compile_and_counts_once_a_call():
    model, x, *_ = autoencoder()
    model.compile("sgd", "mse")
    alone = model.evaluate(A, A, verbose=0)
    model.add_loss(K.sum(x))
    for _ in range(2):
        assert model.evaluate(A, A, verbose=0) == pytest.approx(alone + A.sum(), rel=1e-6)


def test_a_layer_that_only_the_loss_passes_through_is_trained():
    model, _, code, _ = autoencoder()
    model.add_loss(K.mean(layers.Dense(1, name="judge")(code)))
    model.compile("sgd")
    before = model.get_layer("judge").get_weights()[0]
    model.fit(A, verbose=0)
    assert len(model.trainable_weights) == 6
    assert (model.get_layer("judge").get_weights()[0] != before).any()


def test_a_loss_that_the_inputs_do_not_give_is_refused():
    model, *_ = autoencoder()
    with pytest.raises(ValueError, match="input"):
        model.add_loss(K.mean(Input((3,))))


def test_a_frozen_prefix_does_not_lose_it():
    model, x, _, y = autoencoder()
    model.get_layer("code").trainable = False
    model.add_loss(K.mean(K.square(y - x)))
    model.compile("sgd")
    first = model.evaluate(A, verbose=0)
    assert model.fit(A, verbose=0, epochs=2).history["loss"][0] == pytest.approx(first, rel=1e-6)


def test_copies_say_that_they_are_without_it(caplog):
    saccade.notes.forget_notes()
    model, x, _, y = autoencoder()
    model.add_loss(K.mean(K.square(y - x)))
    pickle.loads(pickle.dumps(model))
    clone_model(model)
    assert caplog.text.count("add_loss") == 2  # one note, of two sentences


def test_keras_1_s_word_of_a_layer():
    class Own(layers.Layer):
        def call(self, x):
            self.add_loss(x.mean(), inputs=x)
            return x

    layer = Own()
    layer(torch.tensor(A))
    close(layer.losses[0], A.mean())
