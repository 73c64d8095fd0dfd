"""`tensorflow.compat.v1`."""

from importlib import import_module
from typing import Any

from saccade.tensorflow_alias.table import face, patch_tensors

_load, __dir__ = face(__name__)


def __getattr__(name: str) -> Any:
    if name == "keras":
        patch_tensors()
        return import_module("saccade.keras_alias.keras_face")
    return _load(name)
