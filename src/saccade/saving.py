"""Saving and loading models, with Keras's names."""

from __future__ import annotations

import os
from typing import Any

from saccade.custom_objects import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from saccade.models.model_files import load_model, save_model
from saccade.models.serialization import deserialize_keras_object, serialize_keras_object


def load_weights(model: Any, filepath: str | os.PathLike[str], skip_mismatch: bool = False) -> None:
    """Read weights into a model; the same as `model.load_weights(filepath)`."""
    model.load_weights(filepath, skip_mismatch)


def save_weights(
    model: Any,
    filepath: str | os.PathLike[str],
    overwrite: bool = True,
    max_shard_size: float | None = None,
) -> None:
    """Write the weights of a model; the same as `model.save_weights(filepath)`."""
    model.save_weights(filepath, overwrite, max_shard_size)


__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]
