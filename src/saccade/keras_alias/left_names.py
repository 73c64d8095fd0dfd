"""Left names: what Keras and TensorFlow have, or had, and saccade has not; and what to use instead.

Many scripts import more than they use. So the import of such a name gives a stand-in, which is
refused, by name, where it is used. A name that nobody has is refused at once: it is misspelt.
"""

from __future__ import annotations

import ast
import importlib
import linecache
from types import FrameType

from saccade.errors import SaccadeError
from saccade.keras_alias.aliases import ROOTS, TENSORFLOW, exists, real_name
from saccade.keras_alias.script_text.branches import catches, caught_at
from saccade.requester import is_package

_SERIES = "saccade has no recurrent layers; Conv1D works on series."
_TEXT = "saccade reads images; turn text into numbers before fit."
_SETS = "saccade fetches sets of images alone; read the numbers with NumPy."
_TABLES = "saccade has no layers for tables; turn words into numbers before fit."
_HALVES = "saccade computes in float32, bfloat16 and float16."
_SERIES_CUT = "saccade reads images; cut the series with NumPy before fit."
_OWN_LAYER = "Write it as a Layer of your own."
_INNER = "It is no public name; saccade has those of keras's documentation."
_SOUND = "saccade has no functions for sound; compute the spectrogram before fit, as an image."
_CTC = "saccade has no loss for sequences of characters."
_FILES = "Save with model.save('name.keras')."
_GRAPH = "Use Model, with Input and layers."
_NETWORKS = "Of keras.applications saccade has those that Keras 3 has."

_LEFT: dict[str, dict[str, str]] = {
    "layers": {
        _SERIES: """AbstractRNNCell ConvLSTM2DCell ConvRNN2D ConvRecurrent2D CuDNNGRU CuDNNLSTM
            PeepholeLSTMCell Recurrent _time_distributed_dense rnn time_distributed_dense""",
        _TABLES: "CategoryCrossing DenseFeatures SequenceFeatures",
        _OWN_LAYER: """AutoEncoder MaxoutDense RandomFourierFeatures SoftAttention
            TimeDistributedMerge""",
        _GRAPH: "containers",
    },
    "models": {_GRAPH: "Graph"},
    "preprocessing": {
        _TEXT: "text text_dataset_from_directory",
        _SERIES_CUT: "timeseries timeseries_dataset_from_array",
    },
    "preprocessing.sequence": {
        _TEXT: "make_sampling_table skipgrams",
        _SERIES_CUT: "TimeseriesGenerator",
    },
    "datasets": {
        _TEXT: "imdb reuters",
        _SETS: "boston_housing california_housing",
    },
    "mixed_precision": {
        _HALVES: """AWQDTypePolicy DTypePolicyMap GPTQDTypePolicy Int4DTypePolicy
            QuantizedDTypePolicy QuantizedFloat8DTypePolicy"""
    },
    "ops": {_SOUND: "extract_sequences istft stft", _CTC: "ctc_decode ctc_loss"},
    "saving": {"h5py opens the files, which are HDF5 inside.": "KerasFileEditor"},
    "utils": {
        "Time with time.time() in callbacks.": "TimedThread",
        "saccade trains on one device.": "DatasetCreator SidecarEvaluator",
    },
    "optimizers": {"Use an optimizer of keras.optimizers.": "TFOptimizer"},
    "optimizers.schedules": {
        _SERIES: "PeepholeLSTMCell",
        _TABLES: "LinearModel SequenceFeatures WideDeepModel",
        _FILES: "export_saved_model load_from_saved_model",
    },
    "losses": {"Use CosineSimilarity.": "cosine_distance"},
    "metrics": {"Use MeanAbsolutePercentageError.": "MeanRelativeError"},
    "regularizers": {
        "Use the layer ActivityRegularization.": "ActivityRegularizer",
        "Write a Regularizer of your own.": "EigenvalueRegularizer",
    },
    "constraints": {"Write a Constraint of your own.": "RadialConstraint"},
    "applications": {
        _NETWORKS: """ResNeXt101 ResNeXt50 inception_v4 music_tagger_crnn regnet resnet_rs
            resnext"""
    },
    "keras_alias.engine": {
        _INNER: "_make_batches _slice_arrays preprocess_weights_for_loading saving training_utils"
    },
    "keras_alias.keras_face": {
        _FILES: "estimator",
        _TABLES: "feature_column premade",
        _INNER: "interfaces tools trainers",
    },
}
"""Modules of saccade, and Keras's names that lie there: under the sentence that refuses them."""

_INNER_ROOTS = ("keras.src", "tensorflow.keras.src", "tensorflow.python.keras", "tensorflow.python")
"""Below these nothing is a public name: what is not here may well be there."""


def refusal_of(wanted: str, module: object) -> str:
    """The sentence with which a module refuses a name; empty for any other name."""
    try:
        getattr(module, wanted)
    except SaccadeError as refused:
        return refused.do
    except AttributeError:
        pass
    room = getattr(module, "__name__", "").removeprefix("saccade.")
    for sentence, names in _LEFT.get(room, {}).items():
        if wanted in names.split():
            return sentence
    return ""


def sentence_of_left(dotted: str) -> str:
    """Why a name with dots, which is not here, can be imported; empty for one that nobody has.

    >>> sentence_of_left("keras.datasets.imdb.load_data")
    'saccade reads images; turn text into numbers before fit.'
    >>> sentence_of_left("keras.layers.Dens")
    ''
    """
    words = dotted.split(".")
    for count in range(len(words) - 1, 0, -1):
        path = ".".join(words[:count])
        real = real_name(path)
        if real is None or not exists(real):
            continue
        if real.startswith(TENSORFLOW):
            if said := _tensorflow_refuses(real, words[count:]):
                return said
        elif said := refusal_of(words[count], importlib.import_module(real)):
            return said
        break
    inner = any(dotted.startswith(f"{root}.") for root in _INNER_ROOTS)
    return _INNER if inner and dotted not in ROOTS else ""


def _tensorflow_refuses(real: str, words: list[str]) -> str:
    """The sentence of the table of TensorFlow's names; not that of the nearest name."""
    from saccade.tensorflow_alias.missing_names import REFUSED

    room = real.removeprefix(TENSORFLOW).lstrip(".").removeprefix("compat.v1").lstrip(".")
    for count in range(len(words), 0, -1):
        said = REFUSED.get(".".join([room, *words[:count]]).lstrip("."), "")
        if said:
            return said
    return ""


def has_another_way(frame: FrameType | None) -> bool:
    """Whether a script catches the error of an import that fails in this frame, and goes on.

    What its callers catch counts as well, as far as they are the script's own code.
    """
    asks = frame
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith("<frozen") and not is_own(frame):
            if frame is not asks and is_package(file):
                return False  # what runs the script: a notebook's kernel catches everything
            if _catches(frame):
                return True
        frame = frame.f_back
    return False


def is_own(frame: FrameType) -> bool:
    """Whether a frame runs code of saccade's."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] == "saccade"


def _catches(frame: FrameType) -> bool:
    text = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):  # a notebook's cell with commands of its own
        text, tree = "", ast.Module([], [])
    if not text:  # whatever catches counts
        return bool(frame.f_code.co_exceptiontable)
    faults = frozenset({"ImportError", "ModuleNotFoundError"})
    return catches(caught_at(tree, frame.f_lineno), faults)
