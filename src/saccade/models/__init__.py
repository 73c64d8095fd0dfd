"""Models, with Keras's names."""

from saccade.models.loading import load_model
from saccade.models.model import Model
from saccade.models.sequential import Sequential

__all__ = ["Model", "Sequential", "load_model"]
