"""Keras 1 configs: records of its layers, in the words of Keras 2.

The table of words is that of scripts (`layers.keras1_words`); a file's words are nobody's fault, so
nothing is said about them. Classes of the user's are left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saccade.data_formats import ORDERINGS
from saccade.errors import NotSupported
from saccade.layers.core.keras1_words import RENAMED

_MERGES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
}
_KINDS = frozenset(
    [
        "Activation",
        "AtrousConvolution1D",
        "AtrousConvolution2D",
        "AveragePooling1D",
        "AveragePooling2D",
        "AveragePooling3D",
        "BatchNormalization",
        "Convolution1D",
        "Convolution2D",
        "Convolution3D",
        "Cropping1D",
        "Cropping2D",
        "Cropping3D",
        "Deconvolution2D",
        "Dense",
        "Dropout",
        "ELU",
        "Flatten",
        "GaussianDropout",
        "GaussianNoise",
        "GlobalAveragePooling1D",
        "GlobalAveragePooling2D",
        "GlobalAveragePooling3D",
        "GlobalMaxPooling1D",
        "GlobalMaxPooling2D",
        "GlobalMaxPooling3D",
        "InputLayer",
        "LeakyReLU",
        "MaxPooling1D",
        "MaxPooling2D",
        "MaxPooling3D",
        "Merge",
        "PReLU",
        "Permute",
        "RepeatVector",
        "Reshape",
        "SeparableConvolution2D",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
        "UpSampling1D",
        "UpSampling2D",
        "UpSampling3D",
        "ZeroPadding1D",
        "ZeroPadding2D",
        "ZeroPadding3D",
    ]
)
_DROPPED = ("input_dim", "input_length", "output_shape", "activity_regularizer")
_NOT_IN_LAYERS = ("input", "output")  # words for models
_CONSTRAINT_WORDS = {"m": "max_value"}


def in_words_of_keras_2(record: dict[str, Any]) -> dict[str, Any]:
    """The record of a layer; others come back as they are.

    Raises:
        NotSupported: a `Merge` that is none of five, BatchNormalization's modes 1 and 2.
    """
    kind, config = record["class_name"], record["config"]
    if kind not in _KINDS or not isinstance(config, dict):
        return record
    where = f'{kind} "{config.get("name")}"'
    words = dict(config)
    ordering = words.pop("dim_ordering", None)
    if ordering in ORDERINGS:
        words["data_format"] = ORDERINGS[ordering]
    if words.get("activity_regularizer"):
        raise NotSupported(where, "Keras 1's activity_regularizer is not supported")
    words = {key: value for key, value in words.items() if key not in _DROPPED}
    kind = _SPECIAL.get(kind, _as_it_is)(where, kind, words)
    if "kernel_dim1" in words:
        words["kernel_size"] = [words.pop(f"kernel_dim{axis}") for axis in (1, 2, 3)]
    if "nb_row" in words:
        words["kernel_size"] = [words.pop("nb_row"), words.pop("nb_col")]
    renamed = {
        RENAMED[word]: words.pop(word)
        for word in list(words)
        if word in RENAMED and word not in _NOT_IN_LAYERS
    }
    words = {key: _part(key, value) for key, value in {**words, **renamed}.items()}
    return {**record, "class_name": kind, "config": words}


def _part(key: str, value: Any) -> Any:
    """A regularizer or constraint, which Keras 1 noted as its name beside its numbers."""
    if not isinstance(value, dict) or "name" not in value or "class_name" in value:
        return value
    numbers = {_CONSTRAINT_WORDS.get(word, word): n for word, n in value.items() if word != "name"}
    name = "L1L2" if value["name"] == "L1L2Regularizer" else value["name"]
    return {"class_name": name, "config": numbers}


def _as_it_is(where: str, kind: str, words: dict[str, Any]) -> str:
    return kind


def _merge(where: str, kind: str, words: dict[str, Any]) -> str:
    mode = words.get("mode")
    if mode not in _MERGES or words.get("layers"):
        raise NotSupported(
            where,
            f"of Keras 1's merges only {', '.join(map(repr, _MERGES))} of several tensors can be "
            "read",
            repr(mode),
            "Build the model in your script and give it the weights: model.load_weights(...).",
        )
    axis = {"axis": words["concat_axis"]} if mode == "concat" else {}
    kept = {"name": words["name"], **axis}
    words.clear()
    words.update(kept)
    return _MERGES[mode]


def _normalization(where: str, kind: str, words: dict[str, Any]) -> str:
    if mode := words.pop("mode", 0):
        raise NotSupported(
            where,
            "Keras 1's mode=1 (each sample alone) and mode=2 (never the moving averages) are "
            "gone since Keras 2",
            f"mode={mode}",
        )
    return kind


def _dilated(where: str, kind: str, words: dict[str, Any]) -> str:
    words["dilation_rate"] = words.pop("atrous_rate")
    return kind.removeprefix("Atrous")


def _separable(where: str, kind: str, words: dict[str, Any]) -> str:
    words["depthwise_initializer"] = words["pointwise_initializer"] = words.pop("init")
    return kind


def _prelu(where: str, kind: str, words: dict[str, Any]) -> str:
    words["alpha_initializer"] = words.pop("init")
    return kind


def _padding(where: str, kind: str, words: dict[str, Any]) -> str:
    padding = words.get("padding")
    if isinstance(padding, list) and len(padding) == 4:  # top, bottom, left, right
        words["padding"] = [padding[:2], padding[2:]]
    return kind


def _upsampling(where: str, kind: str, words: dict[str, Any]) -> str:
    if "length" in words:
        words["size"] = words.pop("length")
    return kind


_SPECIAL: dict[str, Callable[[str, str, dict[str, Any]], str]] = {
    "AtrousConvolution1D": _dilated,
    "AtrousConvolution2D": _dilated,
    "BatchNormalization": _normalization,
    "Merge": _merge,
    "PReLU": _prelu,
    "SeparableConvolution2D": _separable,
    "UpSampling1D": _upsampling,
    "ZeroPadding2D": _padding,
}
