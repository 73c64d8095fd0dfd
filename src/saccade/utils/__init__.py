"""Keras's `utils`: a thin face."""

from typing import Any

from saccade.backend import clear_session
from saccade.backend.kinds import standardize_dtype
from saccade.custom_objects import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from saccade.data.dataset.directory_dataset import image_dataset_from_directory
from saccade.data.dataset.split_dataset import split_dataset
from saccade.data.files.image_file import array_to_img, img_to_array, load_img, save_img
from saccade.data.labels import to_categorical
from saccade.data.sequences import pad_sequences
from saccade.data.sources.py_dataset import PyDataset
from saccade.files.published.get_file import get_file
from saccade.graph.source_inputs import get_source_inputs, is_keras_tensor
from saccade.models.dot import model_to_dot, plot_model
from saccade.models.serialization import deserialize_keras_object, serialize_keras_object
from saccade.models.summary import print_summary as _print_summary
from saccade.names import names_from as _names_from
from saccade.names import refuse_name as _refuse_name
from saccade.numerics.tensors.unit_length import normalize
from saccade.printing import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from saccade.seeds import set_random_seed
from saccade.training.batches.packing import pack_x_y_sample_weight, unpack_x_y_sample_weight
from saccade.utils import keras_2 as _keras_2
from saccade.utils.config import Config
from saccade.utils.progbar import Progbar

Sequence = PyDataset
__all__ = _names_from(globals(), "saccade")
# Names of Keras 1's utils.visualize_util and Keras 2's utils.layer_utils; in no list.
plot, print_summary = plot_model, _print_summary

_TEXT = "saccade reads images; turn text into numbers before fit."
_QUEUE = "A utils.Sequence with workers=2 is read ahead by threads."

REFUSED: dict[str, str] = {
    "FeatureSpace": "saccade has no layers for tables; turn words into numbers before fit.",
    "GeneratorEnqueuer": _QUEUE,
    "OrderedEnqueuer": _QUEUE,
    "SequenceEnqueuer": _QUEUE,
    "audio_dataset_from_directory": "saccade reads images; compute spectrograms before fit.",
    "bounding_boxes": "saccade classifies images and has no boxes.",
    "legacy": "deserialize_keras_object and serialize_keras_object read and write records.",
    "text_dataset_from_directory": _TEXT,
    "timeseries_dataset_from_array": "saccade reads images; cut the series with NumPy before fit.",
}
"""Keras's name of a thing in utils, and a sentence that says what to use instead."""


def __getattr__(name: str) -> Any:
    if name in _keras_2.NAMES:
        return getattr(_keras_2, name)
    _refuse_name(__name__, name, REFUSED)
