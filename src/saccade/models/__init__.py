"""Models, with Keras's names."""

from typing import Any

from saccade.models.cloning import clone_model
from saccade.models.model import Model
from saccade.models.model_files import load_model, save_model
from saccade.models.sequential import Sequential
from saccade.models.serialization import model_from_json
from saccade.names import refuse_name

__all__ = ["Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model"]

REFUSED = {"model_from_yaml": "Use model.to_json() and model_from_json()."}
"""Keras's name of a thing in models, and a sentence that says what to use instead."""


def __getattr__(name: str) -> Any:
    refuse_name(__name__, name, REFUSED)
