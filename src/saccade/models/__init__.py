"""Models, with Keras's names."""

from saccade.models.cloning import clone_model
from saccade.models.loading import load_model
from saccade.models.model import Model
from saccade.models.saving import save_model
from saccade.models.sequential import Sequential
from saccade.models.serialization import model_from_json

__all__ = ["Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model"]
