"""Keras's `preprocessing.image`: a thin face of `saccade.data`."""

from saccade.data.batches import BatchIterator as Iterator
from saccade.data.directory import DirectoryIterator
from saccade.data.generator import ImageDataGenerator
from saccade.data.image_file import array_to_img, img_to_array, load_img, save_img

__all__ = [
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "array_to_img",
    "img_to_array",
    "load_img",
    "save_img",
]
