"""What earlier Kerases called otherwise: the old word has the old meaning, and is noted once."""

from __future__ import annotations

import abc
import inspect

import numpy as np
import pytest

from saccade import notes
from saccade.callbacks import ModelCheckpoint, ReduceLROnPlateau
from saccade.errors import InvalidArgument, NotSupported
from saccade.layers import (
    Conv2D,
    Convolution2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    Input,
    Layer,
    MaxPooling2D,
)
from saccade.models import Model, Sequential, load_model

X, Y = np.random.RandomState(0).rand(20, 4, 4, 1), np.arange(20) % 3


@pytest.fixture(autouse=True)
def fresh(caplog):
    notes.forget_notes()
    yield
    notes.forget_notes()


@pytest.fixture
def model():
    made = Sequential([Input((4, 4, 1)), Flatten(), Dense(3, "softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy", metrics=["acc"])
    return made


class Batches:
    """An iterator of batches that says how large they are."""

    def __init__(self, batch_size=4):
        self.batch_size = batch_size

    def __len__(self):
        return -(-len(X) // self.batch_size)

    def __getitem__(self, place):
        part = slice(place * self.batch_size, (place + 1) * self.batch_size)
        return X[part], Y[part]


def said(caplog, words):
    return sum(words in record.getMessage() for record in caplog.records)


def test_nb_epoch_is_epochs(model, caplog):
    assert model.fit(X, Y, nb_epoch=3, verbose=0).epoch == [0, 1, 2]
    model.fit(X, Y, nb_epoch=1, verbose=0)
    assert said(caplog, "fit(nb_epoch=) is an old name of epochs") == 1


@pytest.mark.parametrize("word", ["workers", "use_multiprocessing", "max_queue_size", "max_q_size"])
def test_words_of_reading_have_no_effect_and_are_noted(model, caplog, word):
    model.fit(Batches(), verbose=0, **{word: 1})
    model.evaluate(Batches(), verbose=0, **{word: 1})
    model.predict(Batches(), verbose=0, **{word: 1})
    for method in ("fit", "evaluate", "predict"):
        assert said(caplog, f"{method}({word}=) is an old argument") == 1


def test_samples_are_counted_in_batches(model):
    history = model.fit(
        Batches(), samples_per_epoch=10, nb_val_samples=5, validation_data=Batches(), verbose=0
    )
    assert history.params["steps"] == 3
    with pytest.raises(InvalidArgument, match=r"samples_per_epoch counts samples.*batch_size"):
        model.fit(X, Y, samples_per_epoch=10)


def test_a_word_of_no_keras_is_refused_with_the_nearest(model):
    with pytest.raises(InvalidArgument, match=r"fit: has no such argument, got epoch=.*epochs"):
        model.fit(X, Y, epoch=3)


def test_signatures_are_those_without_old_words():
    assert list(inspect.signature(Model.fit).parameters)[:4] == ["self", "x", "y", "batch_size"]
    assert list(inspect.signature(Dense).parameters)[:1] == ["units"]


def test_fit_generator_has_the_order_of_keras_2(model, caplog):
    history = model.fit_generator(Batches(), 2.5, 2, 0)
    assert (history.epoch, history.params["steps"]) == ([0, 1], 3)
    assert said(caplog, "fit_generator is an old method") == 1


def test_fit_generator_with_nb_epoch_has_the_order_of_keras_1(model):
    history = model.fit_generator(Batches(), 9, nb_epoch=2, verbose=0, validation_data=Batches())
    assert (history.epoch, history.params["steps"]) == ([0, 1], 3)
    assert "val_acc" in history.history


def test_evaluate_and_predict_generator(model, caplog):
    assert model.evaluate_generator(Batches(), 2) == model.evaluate(Batches(), steps=2, verbose=0)
    rows = model.predict_generator(Batches(), steps=2)
    np.testing.assert_array_equal(rows, model.predict(X[:8], verbose=0))
    for word in ("evaluate_generator", "predict_generator"):
        assert said(caplog, f"{word} is an old method") == 1


def test_predict_classes_and_proba(model):
    rows = model.predict(X, verbose=0)
    np.testing.assert_array_equal(model.predict_proba(X), rows)
    np.testing.assert_array_equal(model.predict_classes(X), rows.argmax(axis=1))
    one = Sequential([Input((4, 4, 1)), Flatten(), Dense(1, "sigmoid")])
    classes = one.predict_classes(X)
    np.testing.assert_array_equal(classes, one.predict(X, verbose=0) > 0.5)
    assert (classes.shape, classes.dtype) == ((20, 1), np.int32)


def test_keras_1s_words_of_layers(caplog):
    old = Convolution2D(
        nb_filter=4, nb_row=3, nb_col=5, border_mode="same", subsample=(2, 1), init="he_normal",
        W_regularizer="l2", b_constraint="non_neg", bias=True, dim_ordering="tf",
    )  # fmt: skip
    new = Conv2D(
        4, (3, 5), padding="same", strides=(2, 1), kernel_initializer="he_normal",
        kernel_regularizer="l2", bias_constraint="non_neg",
    )  # fmt: skip
    assert {**old.get_config(), "name": ""} == {**new.get_config(), "name": ""}
    assert Dense(output_dim=7).units == 7
    assert Dropout(p=0.3).rate == 0.3
    assert GaussianNoise(sigma=0.2).stddev == 0.2
    assert MaxPooling2D((3, 3), border_mode="same").padding == "same"
    assert said(caplog, "Conv2D(border_mode=) is Keras 1's name of padding") == 1


def test_the_third_number_is_keras_1s_only_beside_its_words():
    assert Convolution2D(4, 3, 2, border_mode="same").kernel_size == (3, 2)
    today = Convolution2D(4, 3, 2)
    assert (today.kernel_size, today.strides) == ((3, 3), (2, 2))


def test_channels_first_is_refused():
    with pytest.raises(NotSupported, match=r"channels first"):
        Conv2D(4, 3, dim_ordering="th")


def test_a_models_input_and_output():
    image = Input((4, 4, 1))
    made = Model(input=image, output=Flatten()(image))
    assert made.output_shape == (None, 16)


def test_words_that_a_layer_of_the_users_takes_are_its_own(caplog):
    class Own(Layer):
        def __init__(self, p, init="mine", **rest):
            super().__init__(**rest)
            self.p, self.init = p, init

    made = Own(p=3, init="x")
    assert (made.p, made.init) == (3, "x")
    assert not caplog.records


def test_metrics_as_the_third_argument_of_compile(model, caplog):
    model.compile("sgd", "sparse_categorical_crossentropy", ["acc"])
    assert "acc" in model.fit(X, Y, verbose=0).history
    assert said(caplog, "the third argument is taken for metrics") == 1
    model.compile("sgd", "sparse_categorical_crossentropy", [0.5], sample_weight_mode=None)
    assert list(model.fit(X, Y, verbose=0).history) == ["loss"]
    with pytest.raises(InvalidArgument, match="compile: has no such argument, got metric="):
        model.compile("sgd", "mse", metric=["acc"])


@pytest.mark.parametrize(("name", "weights_only"), [("b.h5", False), ("b.hdf5", True)])
def test_checkpoints_of_keras_2(model, tmp_path, name, weights_only):
    checkpoint = ModelCheckpoint(
        str(tmp_path / ("{epoch}" + name)), period=2, save_weights_only=weights_only
    )
    model.fit(X, Y, epochs=5, verbose=0, callbacks=[checkpoint])
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"2{name}", f"4{name}"]
    (model.load_weights if weights_only else load_model)(tmp_path / f"4{name}")


def test_epsilon_of_a_plateau_is_min_delta(caplog):
    assert ReduceLROnPlateau(epsilon=0.25).min_delta == 0.25
    assert said(caplog, "epsilon=) is the old name of min_delta") == 1


def test_a_layer_of_the_users_may_be_abstract():
    class Abstract(Layer, abc.ABC):
        @abc.abstractmethod
        def call(self, x): ...

    class Whole(Abstract):
        def call(self, x):
            return x + 1

    with pytest.raises(TypeError, match="abstract"):
        Abstract()
    assert float(Whole()(np.zeros((1, 1), "float32"))) == 1


def test_a_period_must_be_a_number_of_epochs(tmp_path):
    with pytest.raises(InvalidArgument, match="period must be at least 1"):
        ModelCheckpoint(tmp_path / "m.keras", period=0)
