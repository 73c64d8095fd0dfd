"""What is doubtful about a generator's use is said once, and what is fine is not."""

import contextlib
import logging

import numpy as np
import pytest
from PIL import Image

from saccade import notes
from saccade.data import ImageDataGenerator
from saccade.layers import Dense, Flatten
from saccade.models import Sequential


@pytest.fixture
def photos(tmp_path):
    for name in ("cat", "dog", "eel"):
        (tmp_path / name).mkdir()
        for i in range(8):
            Image.new("RGB", (9, 9), (9 * i, 0, 200)).save(tmp_path / name / f"{i}.png")
    return tmp_path


@pytest.fixture(autouse=True)
def said(caplog):
    notes.forget_notes()
    caplog.set_level(logging.WARNING)
    yield
    notes.forget_notes()


def flow(photos, generator_options=(), **options):
    options = {"target_size": (8, 8), "batch_size": 4, "seed": 1, **options}
    return ImageDataGenerator(**dict(generator_options)).flow_from_directory(photos, **options)


def fit(train, validation=None, units=3, loss="categorical_crossentropy"):
    activation = "softmax" if units > 1 else "sigmoid"
    model = Sequential([Flatten(), Dense(units, activation=activation)])
    model.compile("sgd", loss)
    return model.fit(train, validation_data=validation, epochs=1, verbose=0)


def test_a_validation_subset_that_is_augmented(photos, caplog):
    options = {"validation_split": 0.25, "horizontal_flip": True}
    flow(photos, options, subset="training")
    assert not caplog.records
    flow(photos, options, subset="validation")
    flow(photos, options, subset="validation")
    assert len(caplog.records) == 1
    assert "changes validation images at random" in caplog.text


def test_validation_data_that_are_augmented(photos, caplog):
    parts = {"validation_split": 0.25}
    train = flow(photos, parts, subset="training")
    fit(train, flow(photos, parts, subset="validation"))
    assert not caplog.records
    fit(train, ImageDataGenerator(rotation_range=9).flow(np.zeros((4, 8, 8, 3)), np.zeros((4, 3))))
    assert "validation_data: the generator changes" in caplog.text


@pytest.mark.parametrize(("subset", "found"), [("training", 24), ("validation", 0)])
def test_a_subset_without_a_split(photos, caplog, subset, found):
    assert flow(photos, subset=subset).samples == found
    share = "every image" if found else "no image"
    assert f"without validation_split is {share}" in caplog.text
    assert len(caplog.records) == 1


def test_an_image_that_trains_and_validates(photos, caplog):
    parts = {"validation_split": 0.25}
    fit(flow(photos), flow(photos, parts, subset="validation"))
    assert "6 images of 6 also train" in caplog.text
    caplog.clear()
    notes.forget_notes()
    one, other = ({**parts, "split": "random", "split_seed": seed} for seed in (0, 1))
    train, validation = (
        flow(photos, one, subset="training"),
        flow(photos, other, subset="validation"),
    )
    both = set(train.filenames) & set(validation.filenames)
    fit(train, validation)
    assert both
    assert f"{len(both)} image" in caplog.text


def test_the_same_folder_under_another_name(photos, caplog, monkeypatch):
    monkeypatch.chdir(photos)
    fit(flow("."), flow(photos))
    assert "24 images of 24 also train" in caplog.text


@pytest.mark.parametrize(
    ("class_mode", "units", "loss", "words"),
    [
        (
            "categorical",
            1,
            "binary_crossentropy",
            "3 columns for 3 classes, and the",
        ),
        ("categorical", 2, "categorical_crossentropy", "give the last layer 3 units"),
        ("sparse", 1, "binary_crossentropy", '"sparse_categorical_crossentropy"'),
        ("sparse", 2, "sparse_categorical_crossentropy", "give the last layer 3 units"),
    ],
)
def test_labels_that_do_not_fit_the_network(photos, caplog, class_mode, units, loss, words):
    with contextlib.suppress(ValueError):
        fit(flow(photos, class_mode=class_mode), units=units, loss=loss)
    assert f'class_mode="{class_mode}" gives' in caplog.text
    assert words in caplog.text


def test_more_outputs_than_binary_labels(photos, caplog):
    two = flow(photos, class_mode="binary", classes=["cat", "dog"])
    with pytest.raises(ValueError):  # noqa: PT011
        fit(two, units=3)
    assert 'say class_mode="categorical"' in caplog.text


def test_one_note_for_a_validation_subset_that_is_augmented(photos, caplog):
    options = {"validation_split": 0.25, "horizontal_flip": True}
    fit(flow(photos, options, subset="training"), flow(photos, options, subset="validation"))
    assert len(caplog.records) == 1


def test_two_classes_in_columns_before_one_sigmoid(photos, caplog):
    two = flow(photos, classes=["cat", "dog"])
    with pytest.raises(ValueError):  # noqa: PT011
        fit(two, units=1, loss="binary_crossentropy")
    assert 'say class_mode="binary"' in caplog.text


@pytest.mark.parametrize(
    ("class_mode", "units", "loss", "classes"),
    [
        ("categorical", 3, "categorical_crossentropy", None),
        ("sparse", 3, "sparse_categorical_crossentropy", None),
        ("sparse", 5, "sparse_categorical_crossentropy", None),
        ("binary", 1, "binary_crossentropy", ["cat", "dog"]),
        ("binary", 2, "sparse_categorical_crossentropy", ["cat", "dog"]),
        ("sparse", 1, "binary_crossentropy", ["cat", "dog"]),
        ("sparse", 2, "sparse_categorical_crossentropy", ["cat", "dog"]),
    ],
)
def test_labels_that_fit(photos, caplog, class_mode, units, loss, classes):
    fit(flow(photos, class_mode=class_mode, classes=classes), units=units, loss=loss)
    assert not caplog.records
