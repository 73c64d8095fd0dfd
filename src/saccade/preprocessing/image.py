"""Keras's `preprocessing.image`: a thin face of `saccade.data`."""

from typing import Any

from saccade.data.files.image_file import array_to_img, img_to_array, load_img, save_img
from saccade.data.files.smart_resize import smart_resize
from saccade.data.generator.array_batches import NumpyArrayIterator
from saccade.data.generator.dataframe_batches import DataFrameIterator
from saccade.data.generator.directory_batches import DirectoryIterator
from saccade.data.generator.generator import ImageDataGenerator
from saccade.data.generator.iterator import BatchIterator as Iterator
from saccade.data.transforms import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    flip_axis,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
)
from saccade.preprocessing import keras_1 as _keras_1

__all__ = [
    "DataFrameIterator",
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "array_to_img",
    "flip_axis",
    "img_to_array",
    "load_img",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "save_img",
    "smart_resize",
]


def __getattr__(name: str) -> Any:
    if name in _keras_1.NAMES:
        return getattr(_keras_1, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
