"""Models, with Keras's names."""

from saccade.models.cloning import clone_model
from saccade.models.model import Functional as Functional
from saccade.models.model import Model
from saccade.models.model_files import load_model, save_model
from saccade.models.sequential import Sequential
from saccade.models.serialization import model_from_config, model_from_json, model_from_yaml

__all__ = [
    "Model", "Sequential", "clone_model", "load_model", "model_from_config", "model_from_json",
    "model_from_yaml", "save_model",
]  # fmt: skip
