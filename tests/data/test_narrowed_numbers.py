"""Numbers of the user's stay what they are, or are refused: none is cut, wrapped or lost."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from saccade import losses, metrics
from saccade.data.dataset import Dataset
from saccade.errors import DataError, InvalidArgument
from saccade.layers import Dense, Flatten, Input, Normalization, Rescaling
from saccade.models import Model, Sequential
from saccade.preprocessing.image import ImageDataGenerator
from saccade.utils import image_dataset_from_directory, to_categorical

FILES = [f"{name}/{number}.png" for name in "ab" for number in range(2)]


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for place, file in enumerate(FILES):
        (folder / file).parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8), (40 * place, 90, 10)).save(folder / file)
    return folder


def labels_of(photos, labels, mode="int"):
    dataset = image_dataset_from_directory(
        photos, labels=labels, label_mode=mode, image_size=(8, 8), shuffle=False, verbose=False
    )
    return next(iter(dataset))[1].numpy()


# What Keras on TensorFlow 2.21 gives for label_mode="int".
KEPT = {
    "ages": ([0.5, 1.25, 30.75, 2.0], "float32"),
    "classes": ([0, 1, 1, 0], "int32"),
    "large": ([2**40, 1, 0, 2], "int64"),
    "numpy": ([np.int64(3), np.int64(1), np.int64(0), np.int64(2)], "int32"),
    "negative": ([-1, 0, 1, 2], "int32"),
}


@pytest.mark.parametrize(("labels", "dtype"), KEPT.values(), ids=KEPT)
def test_labels_of_files_stay_what_they_are(photos, labels, dtype):
    found = labels_of(photos, labels)
    assert found.dtype == dtype
    assert found.tolist() == labels


@pytest.mark.parametrize("mode", ["int", "categorical", "binary"])
@pytest.mark.parametrize("labels", [list("abab"), [None, 1, 0, 1], [[0], [1], [0], [1]]], ids=str)
def test_labels_of_files_that_are_no_numbers(photos, labels, mode):
    with pytest.raises(DataError, match="must hold one number for each file"):
        labels_of(photos, labels, mode)


@pytest.mark.parametrize("labels", [[1, 2, 1, 2], [-1, 0, 0, 1], [0.5, 1, 1, 0], [0, 1, 2**40, 1]])
def test_a_label_without_a_column(photos, labels):
    with pytest.raises(DataError, match="needs class numbers from 0 to"):
        labels_of(photos, labels, "categorical")


def test_labels_with_columns(photos):
    rows = [[1, 0], [0, 1], [0, 1], [1, 0]]
    for labels in ([0, 1, 1, 0], [0.0, 1.0, 1.0, 0.0], [False, True, True, False]):
        assert labels_of(photos, labels, "categorical").tolist() == rows


def test_large_numbers_in_datasets():
    """tf.data gives int64 where int32 cannot hold a number of Python's."""
    for dataset in (
        Dataset.from_tensor_slices([2**40, 1]),
        Dataset.from_tensor_slices([2, 1]).map(lambda x: 2**40 if x == 2 else 1),
    ):
        assert [int(one) for one in dataset] == [2**40, 1]
    assert next(iter(Dataset.from_tensor_slices([1, 2]))).dtype.itemsize == 4


def test_a_generator_that_gives_more_than_it_declared(caplog):
    def given(*values):
        return list(Dataset.from_generator(lambda: iter(values), output_types="int32"))

    with pytest.raises(DataError, match="must fit the dtype that was declared"):
        given(2**40)
    with pytest.raises(DataError, match="must be whole for the dtype"):
        given(1.5)
    assert [int(one) for one in given(1, 2.0)] == [1, 2]
    assert given(np.array([1.5, -2.75]))[0].tolist() == [1, -2]  # TensorFlow cuts arrays
    assert "cut to whole numbers" in caplog.text


def network():
    model = Sequential([Input((4,)), Dense(2, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def test_numbers_beyond_float32():
    with pytest.raises(DataError, match=r"x: numbers must fit float32.*got -1.0e\+300 to 5.0e\+00"):
        network().predict(np.array([[1.0, -1e300, 5.0, 0.0]]), verbose=0)
    with pytest.raises(DataError, match=r"whole numbers must be below 2\*\*63"):
        network().predict(np.array([[2**63 + 1, 1, 1, 1]], np.uint64), verbose=0)
    kept = network().predict(np.array([[np.inf, 0.0, 0.0, 0.0]]), verbose=0)
    assert np.isnan(kept).any()  # infinity was the user's own


def test_weights_that_a_dtype_cannot_hold():
    model = network()
    before = model.get_weights()
    for odd, words in ((1e300, "values must fit float32, got one of 1e"), (1j, "complex ones")):
        with pytest.raises(DataError, match=words):
            model.set_weights([np.full((4, 2), odd), np.zeros(2)])
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)
    model.set_weights([np.full((4, 2), 0.1), np.full(2, np.inf)])  # infinity is the user's own


@pytest.mark.parametrize("key", [0.5, -1, "a", None])
def test_class_weights_by_no_class(key):
    with pytest.raises(InvalidArgument, match="class_weight: must be a dict from class number"):
        network().fit(np.zeros((2, 4)), np.array([0, 1]), class_weight={key: 2.0}, verbose=0)


@pytest.mark.parametrize("labels", [["a", "b"], [0, np.nan], [0, 1e30], [0, 0.5], [0, np.inf]])
def test_one_hot_rows_of_odd_labels(labels):
    with pytest.raises(DataError, match="to_categorical: labels must be"):
        to_categorical(labels)


def test_one_hot_rows_of_numbers_as_words():
    assert to_categorical(["1", "0"]).tolist() == [[0, 1], [1, 0]]  # as Keras has it


@pytest.mark.parametrize(("mode", "column"), [("raw", "word"), ("multi_output", ["age", "word"])])
def test_words_of_a_frame_that_are_trained_on(photos, mode, column):
    frame = pd.DataFrame({"filename": FILES, "word": list("aabb"), "age": [0.5, 1.25, 2, 3]})
    batches = ImageDataGenerator().flow_from_dataframe(
        frame, photos, y_col=column, class_mode=mode, target_size=(8, 8)
    )
    model = Sequential([Input((8, 8, 3)), Flatten(), Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(DataError, match=r"y_col='word'.*must hold numbers.*got 'a'.*categorical"):
        model.fit(batches, verbose=0)
    ages = ImageDataGenerator(rescale=1 / 255).flow_from_dataframe(
        frame, photos, y_col="age", class_mode="raw", target_size=(8, 8)
    )
    model.fit(ages, verbose=0)


def dense(x):
    return Dense(2)(x)


NO_NUMBERS = {
    "words": np.full((4, 3), "a"),
    "digits": np.full((4, 3), "1"),
    "objects": np.full((4, 3), None),
    "dates": np.zeros((4, 3), "datetime64[s]"),
    "complex": np.full((4, 3), 1 + 2j),
}
ONES = np.ones((4, 3), np.float32)
DIRECT = {
    "a layer": dense,
    "a model": lambda x: Model(image := Input((3,)), Dense(2)(image))(x),
    "targets of a loss": lambda x: losses.MeanSquaredError()(x, ONES),
    "predictions of a loss": lambda x: losses.MeanSquaredError()(ONES, x),
    "a loss without a class": lambda x: losses.binary_crossentropy(x, ONES),
    "weights of a loss": lambda x: losses.MeanSquaredError()(ONES, ONES, sample_weight=x[:, 0]),
    "targets of a metric": lambda x: metrics.MeanSquaredError()(x, ONES),
    "classes of a metric": lambda x: metrics.SparseCategoricalAccuracy()(x[:, 0], ONES),
    "a mean": lambda x: metrics.Mean()(x),
    "adapt": lambda x: Normalization().adapt(x),
}


@pytest.mark.parametrize("kind", NO_NUMBERS)
@pytest.mark.parametrize("door", DIRECT)
def test_what_is_no_real_number_is_refused_by_every_door(door, kind):
    """Also where no name of an argument is known, as in a layer that is called."""
    with pytest.raises(DataError, match="number"):
        DIRECT[door](NO_NUMBERS[kind])


@pytest.mark.parametrize("door", ["a layer", "a model", "weights of a loss", "a mean"])
def test_a_number_that_would_become_infinite_is_refused(door):
    with pytest.raises(DataError, match="must fit float32"):
        DIRECT[door](np.full((4, 3), 1e300))
    DIRECT[door](np.full((4, 3), np.inf))  # this one says what it is


def test_a_whole_number_that_would_wrap_is_refused():
    image = Input((3,), dtype="uint8")
    model = Model(image, Rescaling(0.5)(image))
    assert model(np.full((4, 3), 255)).max() == 127.5
    with pytest.raises(DataError, match="whole numbers must fit uint8, got 256 to 256"):
        model(np.full((4, 3), 256))


@pytest.mark.parametrize("weight", [1e300, np.inf, np.nan, 1 + 2j, np.complex64(1j), "a"])
def test_a_weight_of_a_class_is_a_number(weight):
    model = Sequential([Input((3,)), Dense(2, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(InvalidArgument, match="class_weight"):
        model.fit(ONES, np.zeros(4), class_weight={0: weight}, verbose=0)


@pytest.mark.parametrize("kind", ["uint16", "uint32", "uint64"])
def test_wide_unsigned_labels_are_labels(kind):
    y, p = np.array([0, 1, 1, 0]), np.eye(2, dtype=np.float32)[[0, 1, 0, 0]]
    for metric in (metrics.SparseCategoricalAccuracy, metrics.SparseTopKCategoricalAccuracy):
        assert metric()(y.astype(kind), p) == metric()(y, p)
    rows = np.eye(2)[y]
    measured = metrics.CategoricalAccuracy()
    assert measured(rows.astype(kind), p) == 0.75
    loss = losses.SparseCategoricalCrossentropy()
    assert loss(y.astype(kind), p) == loss(y, p)
    if kind == "uint64":
        with pytest.raises(DataError, match="below 2\\*\\*63"):
            metrics.SparseCategoricalAccuracy()(np.full(4, 2**64 - 1, kind), p)


@pytest.mark.parametrize("kind", ["dates", "complex"])
def test_to_categorical_takes_numbers(kind):
    with pytest.raises(DataError, match="labels must be numbers"):
        to_categorical(NO_NUMBERS[kind])
