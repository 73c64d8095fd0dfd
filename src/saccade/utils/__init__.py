"""Keras's `utils`: a thin face."""

from saccade.data.labels import to_categorical
from saccade.seeds import set_random_seed
from saccade.training.packing import pack_x_y_sample_weight, unpack_x_y_sample_weight

__all__ = [
    "pack_x_y_sample_weight",
    "set_random_seed",
    "to_categorical",
    "unpack_x_y_sample_weight",
]
