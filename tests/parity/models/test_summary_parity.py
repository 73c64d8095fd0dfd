"""summary() against Keras's, character for character where both have the model."""

import numpy as np
import pytest

from parity.reference import keras
from saccade import layers, models
from saccade.names import reset_names

# Keras's own variables lag behind NumPy.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`:UserWarning"),
]


def lenet(layers, models, **first):
    return models.Sequential(
        [
            layers.Conv2D(6, (5, 5), padding="same", activation="tanh", **first),
            layers.AvgPool2D(pool_size=(2, 2)),
            layers.Conv2D(16, (5, 5), activation="tanh"),
            layers.AvgPool2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dense(120, activation="tanh"),
            layers.Dense(84, activation="tanh"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def nested(layers, models, **first):
    inner = models.Sequential(
        [layers.Conv2D(2, 3, **first), layers.Dropout(0.5)], name="a_rather_long_name_of_a_model"
    )
    return models.Sequential([inner, layers.Flatten(), layers.Dense(10)], name="outer")


def summaries(make, prepare=lambda model: None, **options):
    texts = []
    for family in ((layers, models), (keras.layers, keras.models)):
        reset_names()
        keras.backend.clear_session()
        model = make(*family)
        prepare(model)
        lines = []
        model.summary(print_fn=lambda text, *_, lines=lines, **__: lines.append(text), **options)
        texts.append("\n".join(lines))
    return texts


def built(layers, models):
    return lenet(layers, models, input_shape=(28, 28, 1))


def unbuilt(layers, models):
    """Without Flatten, which Keras alone among layers without weights calls unbuilt."""
    return models.Sequential(
        [
            layers.Conv2D(6, (5, 5)),
            layers.AvgPool2D(pool_size=(2, 2)),
            layers.Dropout(0.5),
            layers.Activation("relu"),
            layers.Dense(120),
        ]
    )


def compiled(optimizer):
    def prepare(model):
        model.compile(optimizer, "sparse_categorical_crossentropy")

    return prepare


def trained(optimizer):
    def prepare(model):
        compiled(optimizer)(model)
        model.fit(np.zeros((4, 28, 28, 1), np.float32), np.zeros(4), verbose=0)

    return prepare


def freeze_first(model):
    model.layers[0].trainable = False


CASES = {
    "built": (built, lambda model: None, {}),
    "unbuilt": (unbuilt, lambda model: None, {}),
    "compiled": (built, compiled("adam"), {}),
    "frozen": (built, freeze_first, {}),
    "trainable column": (built, freeze_first, {"show_trainable": True}),
    "narrow": (built, lambda model: None, {"line_length": 60}),
    "wide": (built, lambda model: None, {"line_length": 120}),
    "range": (built, lambda model: None, {"layer_range": ["conv2d_1", "dense"]}),
    "nested": (lambda *f: nested(*f, input_shape=(8, 8, 3)), lambda model: None, {}),
    "expanded": (
        lambda *f: nested(*f, input_shape=(8, 8, 3)), lambda model: None, {"expand_nested": True},
    ),
    "SGD after fit": (built, trained("sgd"), {}),
    "Adam after fit": (built, trained("adam"), {}),
    "RMSprop after fit": (built, trained("rmsprop"), {}),
}  # fmt: skip


@pytest.mark.parametrize(("make", "prepare", "options"), CASES.values(), ids=CASES)
def test_the_same_text(make, prepare, options, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    ours, theirs = summaries(make, prepare, **options)
    assert ours.rstrip() == theirs.rstrip()
    assert "Total params" in ours
