"""Keras's `preprocessing`: the names that scripts import, and where they live here."""

from saccade.data.dataset.directory_dataset import image_dataset_from_directory
from saccade.preprocessing import image, sequence

__all__ = ["image", "image_dataset_from_directory", "sequence"]
