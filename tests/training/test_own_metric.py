"""A metric of the user's: a function that takes every target with every output is told of."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import backend as K
from saccade import notes, ops
from saccade.layers import Dense
from saccade.models import Sequential
from saccade.script_door import open_script_door

X = np.random.RandomState(0).rand(8, 3).astype("float32")
Y = np.arange(8) % 2


@pytest.fixture(autouse=True)
def script():
    notes.forget_notes()
    open_script_door()
    yield
    open_script_door(False)


def accuracy(y_true, y_pred):
    """As in the example of siamese networks of Keras 2."""
    return K.mean(K.equal(y_true, K.cast(y_pred < 0.5, y_true.dtype)))


def distance(y_true, y_pred):
    return ops.abs(y_true - y_pred)


def flat(y_true, y_pred):
    return ops.mean(ops.abs(ops.reshape(y_true, -1) - ops.reshape(y_pred, -1)))


def told(caplog, metric, targets, units=1):
    model = Sequential([Dense(units, kernel_initializer="ones", input_shape=(3,))])
    model.compile("sgd", "mse", metrics=[metric])
    model.fit(X, targets, epochs=2, batch_size=4, verbose=0)
    model.evaluate(X, targets, verbose=0)
    return [one for one in caplog.messages if "targets a column" in one]


@pytest.mark.parametrize("metric", [accuracy, distance])
def test_targets_as_a_row_beside_a_column_of_outputs_are_told_once(caplog, metric):
    (note,) = told(caplog, metric, Y)
    for word in (metric.__name__, "(4,)", "(4, 1)", "reshape(-1, 1)"):
        assert word in note


@pytest.mark.parametrize("metric", [flat, "mae", "accuracy"])
def test_a_function_that_looks_at_ranks_itself_is_left_alone(caplog, metric):
    assert told(caplog, metric, Y) == []


def test_a_column_of_targets_and_classes_are_left_alone(caplog):
    assert told(caplog, distance, Y[:, None]) == []
    assert told(caplog, distance, np.eye(2)[Y], units=2) == []


def test_code_that_is_written_for_keras_3_is_left_alone(caplog):
    open_script_door(False)
    assert told(caplog, distance, Y) == []
