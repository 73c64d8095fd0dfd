"""Models, with Keras's names."""

from saccade.models.model import Model
from saccade.models.sequential import Sequential

__all__ = ["Model", "Sequential"]
