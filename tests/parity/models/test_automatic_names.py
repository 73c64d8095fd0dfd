"""Automatic names count on as in Keras: what a network makes inside itself uses up no more."""

from types import SimpleNamespace

import pytest

from parity.reference import keras
from saccade import applications, backend, layers, models

SACCADE = SimpleNamespace(
    layers=layers,
    applications=applications,
    backend=backend,
    Input=layers.Input,
    Model=models.Model,
    Sequential=models.Sequential,
    models=models,
)
# Without arguments, or with those that a layer must have.
NEXT = {
    "Activation": {"activation": "relu"},
    "Add": {},
    "BatchNormalization": {},
    "Concatenate": {},
    "Conv2D": {"filters": 1, "kernel_size": 1},
    "Cropping2D": {},
    "Dense": {"units": 1},
    "Dropout": {"rate": 0.1},
    "Flatten": {},
    "GlobalAveragePooling2D": {},
    "InputLayer": {"shape": (1,)},
    "Multiply": {},
    "Permute": {"dims": (1,)},
    "ReLU": {},
    "Rescaling": {"scale": 1.0},
    "Reshape": {"target_shape": (1,)},
    "Softmax": {},
    "Subtract": {},
}


def next_names(library, make):
    """The automatic names that the layers after `make(library)` get."""
    library.backend.clear_session()
    make(library)
    names = [getattr(library.layers, name)(**words).name for name, words in NEXT.items()]
    x = library.Input((1,))
    return [*names, library.Model(x, x).name, library.Sequential().name]


def _image(k):
    return k.Input((32, 32, 3))


def _attention(k):
    x = k.Input((4, 8))
    k.layers.MultiHeadAttention(2, 3, dropout=0.1)(x, x)


def _grouped(k):
    x = k.Input((4, 8))
    k.layers.GroupQueryAttention(2, 2, 1)(x, x)


def _one_by_one(k):
    model = k.Sequential()
    model.add(k.Input((3,)))
    for _ in range(3):
        model.add(k.layers.Dense(2))
    model.pop()


CASES = {
    "nothing": lambda k: None,
    "attention": _attention,
    "grouped": _grouped,
    "sequential": lambda k: k.Sequential([k.Input((3,)), k.layers.Dense(2), k.layers.Dense(2)]),
    "one by one": _one_by_one,
    "built late": lambda k: k.Sequential([k.layers.Dense(2)])(k.Input((3,))),
    "cloned": lambda k: k.models.clone_model(k.Sequential([k.Input((3,)), k.layers.Dense(2)])),
    "times": lambda k: _image(k) * 2.0,
    "plus, minus": lambda k: 1.0 - (_image(k) + 1.0),
    "over": lambda k: _image(k) / 255.0 - 0.5,
    "both": lambda k: _image(k) + _image(k),
    "wrapped": lambda k: k.layers.TimeDistributed(k.layers.Dense(2))(k.Input((4, 8))),
    "normed": lambda k: k.layers.SpectralNormalization(k.layers.Dense(2))(k.Input((8,))),
    "augmented": lambda k: k.layers.RandAugment((0, 255))(_image(k)),
}
SMALL = {"input_shape": (32, 32, 3), "weights": None}
NETWORKS = {"MobileNet": {"alpha": 0.25}, "MobileNetV2": {"alpha": 0.35}, "MobileNetV3Small": {}}
MODULES = ("mobilenet_v2", "resnet50", "densenet", "efficientnet")


@pytest.mark.parametrize("case", CASES)
def test_names_after(case):
    assert next_names(SACCADE, CASES[case]) == next_names(keras, CASES[case])


@pytest.mark.parametrize("pooling", [None, "avg"])
@pytest.mark.parametrize("name", NETWORKS)
def test_names_after_a_network_without_its_top(name, pooling):
    def make(k):
        words = {**SMALL, **NETWORKS[name], "include_top": False, "pooling": pooling}
        getattr(k.applications, name)(**words)

    assert next_names(SACCADE, make) == next_names(keras, make)


@pytest.mark.parametrize("module", MODULES)
def test_preprocessing_in_a_model_is_no_layer_of_it(module):
    """`model.layers[2]` and `get_layer("rescaling")` find the user's own."""

    def make(k):
        k.backend.clear_session()
        image = _image(k)
        x = getattr(k.applications, module).preprocess_input(image)
        x = k.layers.Rescaling(2.0)(x)
        return [layer.name for layer in k.Model(image, k.layers.Flatten()(x)).layers]

    assert make(SACCADE) == make(keras)
    assert next_names(SACCADE, make) == next_names(keras, make)
