"""Old configs: records of models as Keras 1 and 2 wrote them, in the words of today."""

from __future__ import annotations

from typing import Any

from saccade.files.old import keras1_configs
from saccade.lambda_code import KIND

CLASSES = {
    "Model": "Functional",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
}
# tf.keras wrote these words of Conv2D for all its convolutions, which do not look at them.
_OF_CONV2D = ("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint")
# What says nothing any more, by the kind of record; "" is for all.
DROPPED = {
    "InputLayer": ("sparse", "ragged", "trainable", "optional", "input_dtype"),
    "BatchNormalization": ("mode", "fused", "renorm", "virtual_batch_size", "adjustment"),
    "Conv1DTranspose": ("groups",),
    "Conv2DTranspose": ("groups",),
    "Conv3DTranspose": ("groups",),
    "DepthwiseConv1D": _OF_CONV2D,
    "DepthwiseConv2D": _OF_CONV2D,
    "SeparableConv1D": _OF_CONV2D,
    "SeparableConv2D": _OF_CONV2D,
    "SpatialDropout1D": ("noise_shape",),
    "SpatialDropout2D": ("noise_shape",),
    "SpatialDropout3D": ("noise_shape",),
    "": ("input_dtype", "implementation", "batch_input_dtype"),
}
_INITIALIZERS = ("initializer", "init")


def in_todays_words(record: Any, version: str = "") -> Any:
    """A record of a model, layer or part of one, with the records inside it.

    Args:
        record: as JSON gave it; one of today comes back as it is.
        version: of the Keras that wrote it, where that is known.

    Raises:
        NotSupported: what Keras 1 had and saccade refuses by name.
    """
    if isinstance(record, list):
        return [in_todays_words(one, version) for one in record]
    if not isinstance(record, dict):
        return record
    version = str(record.get("keras_version", version))
    if not isinstance(record.get("class_name"), str) or "config" not in record:
        return {key: in_todays_words(value, version) for key, value in record.items()}
    if version.startswith("1."):
        record = keras1_configs.in_words_of_keras_2(record)
    kind = str(record["class_name"])
    kind = CLASSES.get(kind, kind)
    config = record["config"]
    if kind == "Sequential" and isinstance(config, list):  # the layers alone
        config = {"layers": config, **{key: record[key] for key in ("name",) if key in record}}
    if not isinstance(config, dict):
        return {**record, "class_name": kind}
    config = {key: in_todays_words(value, version) for key, value in config.items()}
    dropped = (*DROPPED[""], *DROPPED.get(kind, ()))
    config = {key: value for key, value in config.items() if key not in dropped}
    if kind == "Functional" and _is_of_keras_2(config):
        for ends in ("input_layers", "output_layers"):  # a list of one stood for the one
            if len(config[ends]) == 1:
                config[ends] = config[ends][0]
    if kind == "Lambda":
        config = _of_lambda(config)
    if kind == "Flatten" and version[:2] in ("1.", "2."):  # before 2.2 it had no data format
        config.setdefault("data_format", "channels_last")
    if kind == "BatchNormalization" and isinstance(config.get("axis"), list):
        config["axis"] = config["axis"][0]
    for key, value in config.items():
        settings = value.get("config") if isinstance(value, dict) else None
        if key.endswith(_INITIALIZERS) and isinstance(settings, dict):  # else a function's name
            settings.pop("dtype", None)  # of TensorFlow's own initialisers
    return {**record, "class_name": kind, "config": config}


def _of_lambda(config: dict[str, Any]) -> dict[str, Any]:
    """Code that stood in a list, as the record of today; what told code from names is dropped."""
    told = {word: config.pop(f"{word}_type", None) for word in ("function", "output_shape", "mask")}
    for word in ("module", "output_shape_module", "mask_module"):
        config.pop(word, None)
    for word, kind in told.items():
        if kind == "lambda" and isinstance(config.get(word), list):
            parts = zip(("code", "defaults", "closure"), config[word], strict=False)
            config[word] = {"class_name": KIND, "config": dict(parts)}
        elif kind == "raw" and config.get(word) is None:
            config.pop(word, None)
    return config


def _is_of_keras_2(graph: dict[str, Any]) -> bool:
    """Whether the calls in a graph's record are lists, and not yet arguments by name."""
    return any(
        isinstance(call, list)
        for layer in graph.get("layers", ())
        for call in layer.get("inbound_nodes", ())
    )
