"""Keras's `utils`: a thin face."""

from saccade.data.labels import to_categorical
from saccade.seeds import set_random_seed

__all__ = ["set_random_seed", "to_categorical"]
