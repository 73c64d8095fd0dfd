"""Every old spelling is noted, and once, however often and on whatever it is used."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import backend as K
from saccade import notes
from saccade.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, SpatialDropout2D
from saccade.models import Sequential
from saccade.optimizers import SGD, Adam, RMSprop
from saccade.preprocessing.image import ImageDataGenerator

X, Y = np.random.RandomState(0).rand(8, 4, 4, 1), np.arange(8) % 3


@pytest.fixture(autouse=True)
def fresh():
    _ = K.set_value, K.set_learning_phase  # noted as names of the module, at their first use
    notes.forget_notes()
    yield
    K.clear_session()
    notes.forget_notes()


def model():
    made = Sequential([Input((4, 4, 1)), Flatten(), Dense(3, "softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy")
    return made


def flow():
    return ImageDataGenerator().flow(X, Y, batch_size=4)


def train(**words):
    model().fit(flow(), verbose=0, **words)


SPELLINGS = {
    "lr": lambda: (Adam(lr=0.1), SGD(lr=0.2)),
    "decay": lambda: (Adam(decay=0.1), SGD(decay=1e-6)),
    "fit_generator": lambda: model().fit_generator(flow(), verbose=0),
    "evaluate_generator": lambda: model().evaluate_generator(flow()),
    "predict_generator": lambda: model().predict_generator(flow()),
    "predict_classes": lambda: model().predict_classes(X),
    "predict_proba": lambda: model().predict_proba(X),
    "workers": lambda: (train(workers=4), model().evaluate(flow(), workers=4, verbose=0)),
    "use_multiprocessing": lambda: train(use_multiprocessing=False),
    "max_queue_size": lambda: train(max_queue_size=10),
    "nb_epoch": lambda: train(nb_epoch=1),
    "samples_per_epoch": lambda: train(samples_per_epoch=8),
    "nb_val_samples": lambda: train(validation_data=flow(), nb_val_samples=8),
    "steps_per_epoch=1.5": lambda: train(steps_per_epoch=1.5),
    "batch_size": lambda: train(batch_size=4),
    "momentum=1) is an integer": lambda: (SGD(momentum=1), RMSprop(momentum=1)),
    "learning_rate=1 is an integer": lambda: (SGD(1), Adam(1)),
    "input_dim": lambda: (Dense(2, input_dim=3), Dense(4, input_dim=3)),
    "batch_input_shape": lambda: (
        Dense(2, batch_input_shape=(None, 3)),
        Conv2D(2, 3, batch_input_shape=(None, 8, 8, 1)),
    ),
    "weights": lambda: Dense(2, weights=[np.ones((3, 2)), np.ones(2)]),
    "get_output_at(0)": lambda: [one.get_output_at(0) for one in model().layers],
    "get_input_at(0)": lambda: [one.get_input_at(0) for one in model().layers],
    ".lr is": lambda: (SGD().lr, setattr(Adam(), "lr", 0.1), K.set_value(SGD().lr, 0.2)),
    "Adam.lr": lambda: setattr(Adam(), "lr", 0.1),
    "clear_session": K.clear_session,
    "init": lambda: (Dense(2, init="zero"), Conv2D(2, 3, init="zero")),
    "border_mode": lambda: (Conv2D(2, 3, border_mode="same"), MaxPooling2D(border_mode="same")),
    "subsample": lambda: Conv2D(2, 3, subsample=(2, 2)),
    "dim_ordering": lambda: Conv2D(2, 3, dim_ordering="tf"),
    "output_dim": lambda: (Dense(output_dim=2), Dense(output_dim=3)),
    "(p=)": lambda: (Dropout(p=0.5), SpatialDropout2D(p=0.5)),
    "set_learning_phase": lambda: K.set_learning_phase(0),
}


@pytest.mark.parametrize("words", SPELLINGS)
def test_noted_once(words, caplog):
    for _ in range(2):
        SPELLINGS[words]()
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1, said
    assert words in said[0]


def test_saving_as_h5_is_noted_once(tmp_path, caplog):
    for name in ("a.h5", "b.h5"):
        model().save(tmp_path / name)
    assert [record.getMessage() for record in caplog.records] == [
        "saccade: save: .h5 is the older format; .keras holds the same and more."
    ]
