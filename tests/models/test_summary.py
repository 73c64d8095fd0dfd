"""summary(): the table of the lesson's network as text, and what its arguments change."""

import numpy as np
import pytest

from saccade.errors import InvalidArgument
from saccade.layers import AvgPool2D, Conv2D, Dense, Flatten
from saccade.models import Sequential
from saccade.names import reset_names


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "92")
    reset_names()


def lenet(**first):
    """The lesson's network."""
    return Sequential(
        [
            Conv2D(6, (5, 5), padding="same", activation="tanh", **first),
            AvgPool2D(pool_size=(2, 2)),
            Conv2D(16, (5, 5), padding="valid", activation="tanh"),
            AvgPool2D(pool_size=(2, 2)),
            Flatten(),
            Dense(120, activation="tanh"),
            Dense(84, activation="tanh"),
            Dense(10, activation="softmax"),
        ]
    )


def text_of(model, **options):
    texts = []
    model.summary(print_fn=texts.append, **options)
    assert len(texts) == 1
    return texts[0]


LENET = """\
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓
┃ Layer (type)                         ┃ Output Shape                ┃         Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩
│ conv2d (Conv2D)                      │ (None, 28, 28, 6)           │             156 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ average_pooling2d (AveragePooling2D) │ (None, 14, 14, 6)           │               0 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ conv2d_1 (Conv2D)                    │ (None, 10, 10, 16)          │           2,416 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ average_pooling2d_1                  │ (None, 5, 5, 16)            │               0 │
│ (AveragePooling2D)                   │                             │                 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ flatten (Flatten)                    │ (None, 400)                 │               0 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ dense (Dense)                        │ (None, 120)                 │          48,120 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ dense_1 (Dense)                      │ (None, 84)                  │          10,164 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ dense_2 (Dense)                      │ (None, 10)                  │             850 │
└──────────────────────────────────────┴─────────────────────────────┴─────────────────┘
 Total params: 61,706 (241.04 KB)
 Trainable params: 61,706 (241.04 KB)
 Non-trainable params: 0 (0.00 B)
"""


def test_the_lessons_lenet(capsys):
    model = lenet(input_shape=(28, 28, 1))
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["acc"])
    assert text_of(model) == LENET
    model.summary()
    assert capsys.readouterr().out == LENET


def test_after_fit_the_optimizer_is_counted():
    model = lenet(input_shape=(28, 28, 1))
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(np.zeros((2, 28, 28, 1), np.float32), np.zeros(2), verbose=0)
    assert text_of(model).endswith(
        " Total params: 185,120 (723.12 KB)\n"
        " Trainable params: 61,706 (241.04 KB)\n"
        " Non-trainable params: 0 (0.00 B)\n"
        " Optimizer params: 123,414 (482.09 KB)\n"
    )


def test_unbuilt():
    text = text_of(lenet())
    assert text.count("0 (unbuilt)") == 5, "layers with weights, which are not there yet"
    assert text.count(" ? ") == 8
    assert " Total params: 0 (0.00 B)\n" in text


def test_frozen_layers():
    model = lenet(input_shape=(28, 28, 1))
    for layer in model.layers[:6]:
        layer.trainable = False
    text = text_of(model, show_trainable=True)
    assert " Trainable params: 11,014 " in text
    assert " Non-trainable params: 50,692 " in text
    assert text.count(" Y ") == 2
    assert text.count(" N ") == 3
    assert text.count(" - ") == 3


def test_a_range_of_layers_and_its_faults():
    model = lenet(input_shape=(28, 28, 1))
    text = text_of(model, layer_range=["flatten", "dense_1"])
    assert [name for name in ("conv2d", "flatten", "dense_1", "dense_2") if name in text] == [
        "flatten", "dense_1",
    ]  # fmt: skip
    for names in (["flatten"], ["nowhere", "dense"], [1, 2]):
        with pytest.raises(InvalidArgument, match="layer_range"):
            model.summary(layer_range=names)


def test_names_with_brackets_are_printed_as_they_are():
    model = Sequential([Dense(2, name="a[b]", input_shape=(3,))], name="[red]m")
    text = text_of(model)
    assert 'Model: "[red]m"' in text
    assert "a[b] (Dense)" in text


def test_a_table_that_is_too_narrow_says_so():
    with pytest.raises(InvalidArgument, match="line_length"):
        lenet().summary(line_length=8)


def test_sizes():
    from saccade.models.summary import _size

    assert [_size(n) for n in (0, 1, 255, 256, 262_144, 25_636_712, 2**28)] == [
        "0.00 B", "4.00 B", "1020.00 B", "1.00 KB", "1.00 MB", "97.80 MB", "1.00 GB",
    ]  # fmt: skip
