"""The public names in full: a new or a lost one is decided here and told in the changelog."""

from __future__ import annotations

import importlib
import inspect
from types import ModuleType

import pytest

NAMES = {
    "saccade": """
        HORIZONTAL_CONTOURS Input Layer Model Predictor Sequential VERTICAL_CONTOURS
        __version__ activations applications box callbacks convolve convolve2d errors
        gaussian initializers layers losses metrics models optimizers output_size
        preprocessing saving sharpen utils
    """,
    "saccade.activations": """
        deserialize elu exponential gelu get hard_sigmoid hard_silu leaky_relu linear
        log_softmax logits_of mish relu relu6 selu serialize sigmoid silu softmax
        softplus softsign tanh
    """,
    "saccade.applications": """
        LeNet5
    """,
    "saccade.callbacks": """
        Callback CallbackList EarlyStopping History
    """,
    "saccade.initializers": """
        Constant GlorotNormal GlorotUniform HeNormal HeUniform Initializer LecunNormal
        LecunUniform Ones RandomNormal RandomUniform TruncatedNormal VarianceScaling
        Zeros count_fans deserialize get serialize
    """,
    "saccade.layers": """
        Activation AveragePooling2D AvgPool2D Conv2D Dense Dropout Flatten Input
        InputLayer Layer MaxPool2D MaxPooling2D
    """,
    "saccade.losses": """
        BinaryCrossentropy CategoricalCrossentropy Loss MeanSquaredError
        SparseCategoricalCrossentropy deserialize get serialize
    """,
    "saccade.metrics": """
        BinaryAccuracy CategoricalAccuracy Mean MeanSquaredError Metric
        SparseCategoricalAccuracy accuracy_for get
    """,
    "saccade.models": """
        Model Sequential load_model
    """,
    "saccade.optimizers": """
        Adam Optimizer RMSprop SGD deserialize get serialize
    """,
    "saccade.preprocessing": """
        image
    """,
    "saccade.preprocessing.image": """
        DirectoryIterator ImageDataGenerator Iterator array_to_img img_to_array load_img
        save_img
    """,
    "saccade.saving": """
        load_model save_model
    """,
    "saccade.utils": """
        set_random_seed to_categorical
    """,
    "saccade.applications.lenet": """
        LeNet5
    """,
    "saccade.errors": """
        DataError FileFormatError InvalidArgument NoSuchFile NotFinite NotSupported
        SaccadeError ShapeError StateError UnknownName
    """,
    "saccade.predictor": """
        Prediction Predictor Preprocessing
    """,
}


def public_names(module: ModuleType) -> list[str]:
    """`__all__`, or the classes and functions that a module without one defines itself."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    return sorted(
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module.__name__
    )


@pytest.mark.parametrize("name", NAMES)
def test_public_names_are_those_of_the_list(name):
    found = set(public_names(importlib.import_module(name)))
    listed = set(NAMES[name].split())
    assert found == listed, f"new: {sorted(found - listed)}, lost: {sorted(listed - found)}"


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_there(name):
    module = importlib.import_module(name)
    assert [n for n in NAMES[name].split() if not hasattr(module, n)] == []


def test_every_module_that_saccade_names_is_in_the_list():
    """A module of the face cannot be added without listing what it offers."""
    saccade = importlib.import_module("saccade")
    modules = {n for n in saccade.__all__ if inspect.ismodule(getattr(saccade, n))}
    assert {f"saccade.{n}" for n in modules} <= set(NAMES)
