"""Input that cannot work: the right error, in words that help, and nothing of the model changed."""

import re

import numpy as np
import pytest
import torch

from saccade.errors import (
    DataError,
    InvalidArgument,
    SaccadeError,
    ShapeError,
    StateError,
    UnknownName,
)
from saccade.layers import Conv2D, Dense, Flatten
from saccade.models import Model, Sequential
from saccade.notes import forget_notes

STREAM = np.random.RandomState(0)
X = STREAM.standard_normal((20, 4)).astype(np.float32)
Y = STREAM.randint(0, 3, 20)
IMAGES = STREAM.uniform(size=(20, 6, 6, 1)).astype(np.float32)


class Own(Model):
    """A model whose outputs nobody can count before it has run."""

    def __init__(self):
        super().__init__()
        self.dense = Dense(3, activation="softmax")

    def call(self, x):
        return self.dense(x)


def dense(loss="sparse_categorical_crossentropy", outputs=3, activation="softmax"):
    model = Sequential([Dense(outputs, activation=activation, input_shape=(4,))])
    model.compile("adam", loss, metrics=["acc"])
    return model


def unbuilt():
    model = Sequential([Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
    return model


def own():
    model = Own()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
    return model


def lenet():
    model = Sequential(
        [
            Conv2D(2, 3, activation="tanh", input_shape=(6, 6, 1)),
            Flatten(),
            Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
    return model


def with_value(array, index, value):
    array = np.array(array, dtype=np.float32 if isinstance(value, float) else array.dtype)
    array[index] = value
    return array


def unchanged(model, act, error, *texts):
    """`act` raises `error` with these texts, and neither weights nor optimizer have moved."""
    before = [w.copy() for w in model.get_weights()] if model.weights else None
    iterations = model.optimizer.iterations
    with pytest.raises(error) as caught:
        act(model)
    text = str(caught.value)
    for part in texts:
        assert part in text, text
    assert isinstance(caught.value, SaccadeError)
    assert caught.value.where in text
    assert re.search(r"\.$|\?$", text), "a message is a sentence"
    if before is not None:
        for one, other in zip(model.get_weights(), before, strict=True):
            np.testing.assert_array_equal(one, other)
    assert model.optimizer.iterations == iterations
    return text


LABELS = {
    "too large": (with_value(Y, 17, 3), "labels from 0 to 3", "Give the last layer 4 units"),
    "negative": (with_value(Y, 17, -1), "labels from -1 to 2", "Number the classes from 0"),
    "from one": (Y + 1, "labels from 1 to 3", "number the classes from 0"),
    "fractions": (with_value(Y, 17, 0.5), "fractions", "another loss"),
    "NaN": (with_value(Y, 17, float("nan")), "from nan to nan", "Look for NaN"),
    "infinite": (with_value(Y, 17, float("inf")), "from 0 to inf", "Look for NaN"),
}


@pytest.mark.parametrize("make", [dense, unbuilt, own])
@pytest.mark.parametrize(("y", "got", "do"), LABELS.values(), ids=LABELS)
def test_labels_out_of_range_are_seen_before_the_first_step(make, y, got, do):
    """The bad label is in the last batch; arrays are looked through whole before the first."""
    for shape in ((20,), (20, 1)):
        text = unchanged(
            make(),
            lambda m, shape=shape: m.fit(
                X, y.reshape(shape), batch_size=4, shuffle=False, verbose=0
            ),
            DataError,
            "fit",
            "labels must be whole numbers from 0 to 2",
            "3 outputs",
            got,
            do,
        )
        assert text.startswith("fit: ")


@pytest.mark.parametrize("make", [dense, own])
@pytest.mark.parametrize(("y", "got", "do"), LABELS.values(), ids=LABELS)
def test_labels_of_batches_are_seen_in_their_batch(make, y, got, do):
    batches = [(X[i : i + 4], y[i : i + 4]) for i in range(0, 20, 4)]
    model = make()
    with pytest.raises(DataError, match="labels must be whole numbers from 0 to 2"):
        model.fit(batches, verbose=0)
    assert model.optimizer.iterations == (0 if got == "labels from 1 to 3" else 4)
    evaluated = make()
    with pytest.raises(DataError, match="evaluate: labels must be whole"):
        evaluated.evaluate(batches, verbose=0)


def test_labels_of_validation_are_checked_too():
    with pytest.raises(DataError, match="labels must be whole numbers"):
        dense().fit(X, Y, verbose=0, validation_data=(X, Y + 7))


def test_an_ignored_class_may_be_out_of_range():
    from saccade.losses import SparseCategoricalCrossentropy

    for ignored in (-1, 255):
        model = dense(SparseCategoricalCrossentropy(ignore_class=ignored))
        model.fit(X, with_value(Y, slice(0, 5), ignored), verbose=0)
        unchanged(
            model,
            lambda m: m.fit(X, with_value(Y, 3, 7), verbose=0),
            DataError,
            "from 0 to 2",
            "labels from 0 to 7",
        )


ARRAYS = {
    "unequal lengths": ((X, Y[:15]), {}, ShapeError, ["equally long", "20", "15"]),
    "unequal lengths and a split": (
        (X, Y[:15]), {"validation_split": 0.2}, ShapeError, ["equally long", "20", "15"],
    ),
    "longer targets and a split": (
        (X[:15], Y), {"validation_split": 0.2}, ShapeError, ["equally long", "20", "15"],
    ),
    "too few weights": (
        (X, Y), {"sample_weight": np.ones(3)}, ShapeError, ["equally long", "sample_weight", "3"],
    ),
    "empty": ((X[:0], Y[:0]), {}, DataError, ["at least one sample"]),
    "empty lists": (([], []), {}, DataError, ["at least one sample"]),
    "strings": ((np.array(["a", "b"]), Y[:2]), {}, DataError, ["x", "numbers", "<U1"]),
    "list of strings": ((["a", "b"], Y[:2]), {}, DataError, ["x", "numbers", "<U1"]),
    "labels as strings": ((X[:2], ["cat", "dog"]), {}, DataError, ["y", "numbers", "<U3"]),
    "ragged": (([[1, 2], [3]], [0, 1]), {}, DataError, ["x", "same shape", "ragged"]),
    "ragged images": (
        ([np.zeros((2, 3)), np.zeros((3, 3))], [0, 1]), {}, DataError, ["x", "same shape"],
    ),
    "ragged tensors": (
        ([torch.zeros(2), torch.zeros(3)], [0, 1]), {}, DataError, ["x", "same shape"],
    ),
    "ragged labels": ((X[:2], [[1], [1, 2]]), {}, DataError, ["y", "same shape"]),
    "objects": ((np.array([None, {}], object), Y[:2]), {}, DataError, ["x", "numbers", "objects"]),
    "complex": ((X.astype(np.complex64), Y), {}, DataError, ["x", "numbers", "complex64"]),
    "complex tensor": ((torch.tensor(X).to(torch.complex64), Y), {}, DataError, ["x", "numbers"]),
    "features": ((X[:, :3], Y), {}, ShapeError, ["input must be (batch, 4)", "3)"]),
    "rank": ((X[:, 0], Y), {}, ShapeError, ["Dense", "(20,)"]),
    "images for Dense": ((IMAGES, Y), {}, ShapeError, ["Flatten()"]),
    "one-hot for sparse": (
        (X, np.eye(3)[Y]), {}, ShapeError, ["(20,)", "(20, 3)", "categorical_crossentropy"],
    ),
    "no targets": ((X,), {}, DataError, ["targets are needed", "Give y"]),
    "y beside batches": (
        ([(X, Y)], Y), {}, InvalidArgument, ["y must be left out", "list"],
    ),
    "weights beside batches": (
        ([(X, Y)],), {"sample_weight": Y}, InvalidArgument, ["sample_weight must be left out"],
    ),
    "split of batches": (
        ([(X, Y)],), {"validation_split": 0.2}, InvalidArgument, ["needs arrays"],
    ),
    "four in a batch": (([(X, Y, Y, Y)],), {}, DataError, ["(x, y, sample_weight)", "4 items"]),
    "a number": ((3, Y), {}, DataError, ["arrays, tensors, a generator", "int"]),
    "nothing": ((None, Y), {}, DataError, ["arrays, tensors, a generator", "NoneType"]),
    "scalar": ((np.float32(3), np.float32(1)), {}, ShapeError, ["Dense"]),
}  # fmt: skip


@pytest.mark.parametrize(("data", "options", "error", "texts"), ARRAYS.values(), ids=ARRAYS)
def test_arrays_that_cannot_work(data, options, error, texts):
    options = {"batch_size": 32, "verbose": 0, **options}
    unchanged(dense(), lambda m: m.fit(*data, **options), error, *texts)


def test_images_without_a_channel_axis():
    """A stack that knows its input adds the axis, as Keras does; any other says what to do."""
    assert lenet().predict(IMAGES[..., 0], verbose=0).shape[0] == len(IMAGES)
    free = Sequential([Conv2D(2, 3), Flatten(), Dense(3)])
    free.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ShapeError, match=r"Add a channel axis: x\[\.\.\., None\]"):
        free.fit(IMAGES[..., 0], Y, verbose=0)
    unchanged(
        lenet(),
        lambda m: m.fit(np.concatenate([IMAGES] * 3, -1), Y, verbose=0),
        ShapeError,
        "1 channel",
        "3 in (20, 6, 6, 3)",
    )


def test_images_of_another_size_name_the_layer_that_minds_and_the_size_needed():
    text = unchanged(
        lenet(), lambda m: m.fit(np.zeros((20, 9, 9, 1), "f4"), Y, verbose=0), ShapeError, 'Dense "'
    )
    hint = "The model was built for inputs of (None, 6, 6, 1), and got (None, 9, 9, 1)."
    assert text.endswith(hint)
    inner = Sequential([lenet()])
    with pytest.raises(ShapeError) as caught:
        inner.predict(np.zeros((20, 9, 9, 1), "f4"), verbose=0)
    assert str(caught.value).count("was built for") == 1


LOSSES = {
    "labels for categorical": (
        "categorical_crossentropy", 3, Y, "sparse_categorical_crossentropy",
    ),
    "classes for one-hot": ("categorical_crossentropy", 4, np.eye(3)[Y], "last layer 3 units"),
    "one-hot for one output": ("binary_crossentropy", 1, np.eye(3)[Y], 'class_mode="binary"'),
    "labels for two sigmoids": ("binary_crossentropy", 2, Y, "(20, 2)"),
    "targets for mse": ("mse", 2, np.zeros((20, 3)), "last layer 3 units"),
}  # fmt: skip


@pytest.mark.parametrize(("loss", "outputs", "y", "text"), LOSSES.values(), ids=LOSSES)
def test_targets_that_do_not_fit_the_loss(loss, outputs, y, text):
    unchanged(dense(loss, outputs, "sigmoid"), lambda m: m.fit(X, y, verbose=0), ShapeError, text)
    model = dense(loss, outputs, "sigmoid")
    with pytest.raises(ShapeError):
        model.evaluate(X, y, verbose=0)


OPTIONS = {
    "batch size 0": ({"batch_size": 0}, ["batch_size", "positive integer", "0"]),
    "batch size -1": ({"batch_size": -1}, ["batch_size"]),
    "batch size 2.5": ({"batch_size": 2.5}, ["batch_size", "2.5"]),
    "batch size word": ({"batch_size": "many"}, ["batch_size", "'many'"]),
    "steps 0": ({"steps_per_epoch": 0}, ["steps_per_epoch", "positive integer"]),
    "steps word": ({"steps_per_epoch": "all"}, ["steps_per_epoch", "'all'"]),
    "validation steps": (
        {"validation_steps": -1, "validation_data": (X, Y)}, ["validation_steps", "-1"],
    ),
    "validation batch size": (
        {"validation_batch_size": 0, "validation_data": (X, Y)}, ["batch_size", "0"],
    ),
    "split 1": ({"validation_split": 1.0}, ["validation_split", "between 0 and 1"]),
    "split -0.1": ({"validation_split": -0.1}, ["validation_split", "-0.1"]),
    "split of next to nothing": ({"validation_split": 0.99}, ["both sides", "20 samples"]),
    "split and data": (
        {"validation_split": 0.2, "validation_data": (X, Y)}, ["not both"],
    ),
    "validation of four": ({"validation_data": (X, Y, Y, Y)}, ["(x, y, sample_weight)"]),
    "validation too short": ({"validation_data": (X, Y[:3])}, ["equally long"]),
    "class weight rows": ({"class_weight": [[1, 2, 3]]}, ["class_weight", "dict"]),
    "class weight words": ({"class_weight": {"cat": 2}}, ["class_weight", "class number"]),
    "class weight negative": ({"class_weight": {-1: 2.0}}, ["class_weight", "-1"]),
    "class and sample weight": (
        {"class_weight": {0: 2.0}, "sample_weight": np.ones(20)}, ["together"],
    ),
    "callbacks": ({"callbacks": [print]}, ["callbacks", "Callback"]),
    "epochs word": ({"epochs": "five"}, ["epochs", "'five'"]),
    "epochs half": ({"epochs": 1.5}, ["epochs", "1.5"]),
    "verbose": ({"verbose": "loud"}, ["verbose", "'loud'"]),
    "validation freq": (
        {"validation_freq": 0, "validation_data": (X, Y)}, ["validation_freq", "0"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("options", "texts"), OPTIONS.values(), ids=OPTIONS)
def test_options_of_fit_that_cannot_work(options, texts):
    options = {"verbose": 0, **options}
    unchanged(dense(), lambda m: m.fit(X, Y, **options), SaccadeError, *texts)


def test_class_weight_without_labels():
    with pytest.raises(DataError, match="class_weight"):
        dense().fit([(X,)], class_weight={0: 1.0}, verbose=0)


WORDS = {
    "optimizer": ({"optimizer": "adma"}, UnknownName, ["optimizer", '"adam"', "'adma'"]),
    "optimizer case": ({"optimizer": "Sdg"}, UnknownName, ['"sgd"']),
    "loss": (
        {"loss": "sparse_categorical_crossentopy"}, UnknownName,
        ["loss", 'Did you mean "sparse_categorical_crossentropy"'],
    ),
    "metric": ({"metrics": ["acuracy"]}, UnknownName, ["metric", 'Did you mean "accuracy"']),
    "metric beside acc": ({"metrics": ["acc", "acuracy"]}, UnknownName, ['"accuracy"']),
    "metric number": ({"metrics": ["acc", 3]}, InvalidArgument, ["metric", "int"]),
    "metric None": ({"metrics": ["acc", None]}, InvalidArgument, ["metric"]),
    "optimizer number": ({"optimizer": 0.01}, InvalidArgument, ["optimizer", "float"]),
    "optimizer of torch": (
        {"optimizer": torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)},
        InvalidArgument, ["optimizer"],
    ),
    "loss number": ({"loss": 3}, InvalidArgument, ["loss", "int"]),
    "loss weights": ({"loss_weights": ["much"]}, InvalidArgument, ["loss_weights", "much"]),
    "losses": ({"loss": ["mse", "mae"]}, InvalidArgument, ["loss", "2"]),
    "weighted metrics": ({"weighted_metrics": ["acuracy"]}, UnknownName, ['"accuracy"']),
    "jit": ({"jit_compile": "fast"}, InvalidArgument, ["jit_compile", "fast"]),
}  # fmt: skip


@pytest.mark.parametrize(("options", "error", "texts"), WORDS.values(), ids=WORDS)
def test_compile_finds_every_fault_and_changes_nothing(options, error, texts):
    model = dense()
    optimizer, loss, objective = model.optimizer, model.loss, model._objective
    unchanged(model, lambda m: m.compile(**{"loss": "mse", **options}), error, *texts)
    assert model.optimizer is optimizer
    assert model.loss == loss
    assert model._objective is objective
    model.fit(X, Y, verbose=0)


def test_before_compile():
    model = Sequential([Dense(3, input_shape=(4,))])
    for name, act in (
        ("fit", lambda: model.fit(X, Y, verbose=0)),
        ("evaluate", lambda: model.evaluate(X, Y, verbose=0)),
    ):
        with pytest.raises(
            StateError, match=rf"{name}: the model must be compiled first"
        ) as caught:
            act()
        assert "model.compile(...)" in str(caught.value)
    assert model.predict(X, verbose=0).shape == (20, 3)


def test_without_a_loss():
    model = Sequential([Dense(3, input_shape=(4,))])
    model.compile("adam", metrics=["acc"])
    text = unchanged(
        model,
        lambda m: m.fit(X, Y, verbose=0),
        StateError,
        "a loss is needed",
        "Give compile a loss",
    )
    assert "compile(loss=None)" in text
    assert set(model.evaluate(X, Y, verbose=0, return_dict=True)) == {"acc"}


def test_without_a_layer_or_a_weight(caplog):
    empty = Sequential()
    empty.compile("sgd", "mse")
    with pytest.raises(StateError, match="there must be a layer"):
        empty.fit(X, Y, verbose=0)
    for bare in (Sequential([Flatten()]), Sequential([Dense(4)])):
        bare.trainable = False
        bare.compile("sgd", "mse", metrics=["mae"])
        caplog.clear()
        forget_notes()
        history = bare.fit(X, X, epochs=2, verbose=0).history
        assert caplog.text.count("no weight of the model is trainable") == 1
        assert history["loss"] == [pytest.approx(bare.evaluate(X, X, verbose=0)[0])] * 2
        assert bare.train_on_batch(X, X)[0] == pytest.approx(history["loss"][0])
        assert int(bare.optimizer.iterations) == 0


def test_a_failed_fit_can_be_followed_by_a_good_one():
    model, reference = dense(), dense()
    reference.set_weights(model.get_weights())
    for bad in ((X, Y + 5), (X[:, :2], Y), (X, Y[:3])):
        with pytest.raises(SaccadeError):
            model.fit(*bad, verbose=0)
    for one in (model, reference):
        one.fit(X, Y, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], reference.get_weights()[0])


def test_an_accuracy_that_a_failed_fit_chose_does_not_stay():
    """The first batch decides what "acc" means; labels that did not fit must not have decided."""
    model = dense("mse", 1, "linear")
    with pytest.raises(SaccadeError):
        model.fit(X, np.zeros((20, 3)), verbose=0)
    model.fit(X, Y, verbose=0)
    assert type(model.metrics[1]).__name__ == "BinaryAccuracy"
