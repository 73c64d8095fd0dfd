"""Keras's `utils`: a thin face."""

from saccade.custom_objects import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from saccade.data.directory_dataset import image_dataset_from_directory
from saccade.data.image_file import array_to_img, img_to_array, load_img, save_img
from saccade.data.labels import to_categorical
from saccade.data.py_dataset import PyDataset
from saccade.data.splitting import split_dataset
from saccade.files.get_file import get_file
from saccade.models.dot import model_to_dot, plot_model
from saccade.models.serialization import deserialize_keras_object, serialize_keras_object
from saccade.seeds import set_random_seed
from saccade.training.packing import pack_x_y_sample_weight, unpack_x_y_sample_weight

Sequence = PyDataset

__all__ = [
    "CustomObjectScope",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "image_dataset_from_directory",
    "img_to_array",
    "load_img",
    "model_to_dot",
    "pack_x_y_sample_weight",
    "plot_model",
    "register_keras_serializable",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "to_categorical",
    "unpack_x_y_sample_weight",
]
