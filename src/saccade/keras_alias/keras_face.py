"""What `import keras` gives: saccade, under the version of the Keras whose ways it follows."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from saccade.keras_alias.aliases import give_old_paths
from saccade.names import refuse_name
from saccade.version import KERAS_VERSION as __version__

__path__: list[str] = []  # a package, whose modules the finder knows

# Names that Keras has at its top and saccade below.
_BELOW = {
    "DTypePolicy": "dtype_policy",
    "Initializer": "initializers",
    "Loss": "losses",
    "Metric": "metrics",
    "Optimizer": "optimizers",
    "Regularizer": "regularizers",
    "Variable": "backend.own_variable",
    "name_scope": "backend",
}


def version() -> str:
    """The same as `__version__`."""
    return __version__


def __getattr__(name: str) -> Any:
    if name in _BELOW:
        return getattr(import_module(f"saccade.{_BELOW[name]}"), name)
    if name == "KerasTensor":
        return import_module("saccade.graph").Symbol
    if name == "engine":  # Keras 1's and 2's own rooms
        return import_module("saccade.keras_alias.engine")
    if name not in _saccade().KERAS_NAMES:
        refuse_name("keras", name, {})
    found = getattr(_saccade(), name)
    if isinstance(found, ModuleType):
        give_old_paths(found, name)
    return found


def __dir__() -> list[str]:
    return sorted({*_saccade().KERAS_NAMES, *_BELOW, "KerasTensor", "version", "__version__"})


def _saccade() -> Any:
    return sys.modules["saccade"]  # it is there: this module lies in it
