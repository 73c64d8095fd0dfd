"""Layers frozen after `compile`: scripts get what Keras 1 and 2 do, the library Keras 3."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import Input, Model, Sequential
from saccade.layers import BatchNormalization, Conv2D, Dense, Flatten
from saccade.notes import forget_notes
from saccade.script_door import open_script_door

NOTE = "trainable = False came after compile"
x = np.random.RandomState(0).rand(8, 6, 6, 1).astype("float32")
y = np.arange(8)[:, None] % 2


@pytest.fixture
def script():
    forget_notes()
    open_script_door()
    yield
    open_script_door(False)


def judge(compiled: bool = True) -> Model:
    made = Sequential(
        [Input((6, 6, 1)), Conv2D(3, 3), BatchNormalization(), Flatten(), Dense(1, "sigmoid")]
    )
    image = Input((6, 6, 1))
    model = Model(image, made(image))
    if compiled:
        model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def moved(model: Model, train) -> list[bool]:
    before = model.get_weights()
    train(model)
    return [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]


WAYS = {
    "fit": lambda model: model.fit(x, y, verbose=0),
    "train_on_batch": lambda model: model.train_on_batch(x, y),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_script_trains_what_was_trainable_when_it_compiled(way, script, caplog):
    model = judge()
    model.trainable = False
    maker = Sequential([Input((6, 6, 1)), Conv2D(1, 3, padding="same")])
    noise = Input((6, 6, 1))
    both = Model(noise, model(maker(noise)))
    both.compile("adam", "binary_crossentropy")
    assert NOTE not in caplog.text
    assert all(moved(model, WAYS[way]))
    assert model.trainable_weights == []  # for the model that trains the generator
    assert not any(weight.requires_grad for weight in model.weights)
    assert not any(moved(model, lambda _: WAYS[way](both)))
    assert all(moved(maker, lambda _: WAYS[way](both)))
    assert caplog.text.count(NOTE) == 1


def test_one_layer_frozen_afterwards_counts_too_and_a_new_compile_ends_it(script):
    model = Sequential([Input((6, 6, 1)), Conv2D(3, 3), Flatten(), Dense(1)])
    model.compile("sgd", "mse")
    model.layers[0].trainable = False
    assert moved(model, WAYS["train_on_batch"]) == [True] * 4
    model.compile("sgd", "mse")
    assert moved(model, WAYS["fit"]) == [False, False, True, True]


def test_a_script_that_freezes_before_it_compiles_is_left_alone(script, caplog):
    model = judge(compiled=False)
    model.layers[1].layers[0].trainable = False
    model.compile("adam", "binary_crossentropy")
    assert moved(model, WAYS["fit"])[:2] == [False, False]
    assert NOTE not in caplog.text


def test_the_library_looks_at_the_flags_of_the_moment_as_keras_3_does(caplog):
    forget_notes()
    model = judge()
    model.trainable = False
    assert not any(moved(model, WAYS["train_on_batch"]))
    assert NOTE not in caplog.text
