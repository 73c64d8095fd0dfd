"""All that `keras.applications` has is behind every door, under the same names."""

import importlib
import inspect
import pkgutil

import pytest

from parity.reference import keras
from saccade.keras_alias.aliases import real_name

MODULES = ["", *(f".{one.name}" for one in pkgutil.iter_modules(keras.applications.__path__))]


@pytest.mark.parametrize(
    "door", ["keras", "tensorflow.keras", "tf_keras", "tensorflow.python.keras"]
)
def test_every_module_and_every_name_in_it(door):
    assert len(MODULES) >= 18
    for module in MODULES:
        theirs = importlib.import_module(f"keras.applications{module}")
        ours = importlib.import_module(real_name(f"{door}.applications{module}") or "")
        names = [name for name in dir(theirs) if not name.startswith("_")]
        assert [name for name in names if not hasattr(ours, name)] == [], module


def test_every_network_has_keras_s_arguments():
    for name in dir(keras.applications):
        theirs = getattr(keras.applications, name)
        if inspect.isfunction(theirs):
            ours = getattr(importlib.import_module("saccade.applications"), name)
            mine, needed = (
                [(one.name, one.default) for one in inspect.signature(function).parameters.values()]
                for function in (ours, theirs)
            )
            assert mine == needed, name


def test_the_layers_that_scripts_name_in_custom_objects():
    from saccade.applications.convnext import LayerScale, StochasticDepth
    from saccade.applications.inception_resnet_v2 import CustomScaleLayer

    for cls in (LayerScale, StochasticDepth, CustomScaleLayer):
        assert getattr(importlib.import_module(cls.keras_module), cls.__name__).__name__ == (
            cls.__name__
        )
