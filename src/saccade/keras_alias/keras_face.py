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
    "FloatDTypePolicy": "mixed_precision",
    "Initializer": "initializers",
    "Loss": "losses",
    "Metric": "metrics",
    "Optimizer": "optimizers",
    "Regularizer": "regularizers",
    "Variable": "backend.own_variable",
    "device": "numerics.machine.scopes",
    "name_scope": "backend",
    "remat": "numerics.machine.scopes",
}
_OTHERWISE = {
    "KerasTensor": ("saccade.graph", "Symbol"),
    "Function": ("saccade.models", "Model"),  # one that nobody trains
    "Operation": ("saccade.layers", "Layer"),
}
_MODULES = {
    "dtype_policies": "saccade.mixed_precision",
    "engine": "saccade.keras_alias.engine",
    "experimental": "saccade.optimizers.schedules",
}
"""Keras's modules that have another name here; the last two are of Keras 1 and 2."""
_STATE = "stateless_call of layers, metrics and optimizers works without a scope."
REFUSED = {
    "Quantizer": "saccade computes in float32, bfloat16 and float16.",
    "RematScope": "keras.remat wraps a function, and saves memory in the same way.",
    "StatelessScope": _STATE,
    "SymbolicScope": _STATE,
    "distillation": "Write a train_step with the loss against the teacher.",
    "distribution": "saccade trains on one device.",
    "export": "model.save keeps a model, and torch.onnx.export writes others' formats.",
    "quantizers": "saccade computes in float32, bfloat16 and float16.",
    "visualization": "matplotlib's imshow draws images; saccade.drawing those of a run.",
}
"""Keras's names that are left out, and what to use instead."""


def version() -> str:
    """The same as `__version__`."""
    return __version__


def __getattr__(name: str) -> Any:
    if name in _BELOW:
        return getattr(import_module(f"saccade.{_BELOW[name]}"), name)
    if name in _OTHERWISE:
        module, word = _OTHERWISE[name]
        return getattr(import_module(module), word)
    if name in _MODULES:
        return import_module(_MODULES[name])
    if name not in _saccade().KERAS_NAMES:
        refuse_name("keras", name, REFUSED)
    found = getattr(_saccade(), name)
    if isinstance(found, ModuleType):
        give_old_paths(found, name)
    return found


def __dir__() -> list[str]:
    return sorted(
        {*_saccade().KERAS_NAMES, *_BELOW, *_OTHERWISE, "dtype_policies", "version", "__version__"}
    )


def _saccade() -> Any:
    return sys.modules["saccade"]  # it is there: this module lies in it
