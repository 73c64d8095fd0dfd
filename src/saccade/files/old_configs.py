"""Old configs: records of models as Keras 1 and 2 wrote them, in the words of today."""

from __future__ import annotations

from typing import Any

CLASSES = {
    "Model": "Functional",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
}
# What says nothing any more, by the kind of record; () is for all.
DROPPED = {
    "InputLayer": ("sparse", "ragged", "trainable"),
    "BatchNormalization": ("mode", "fused", "renorm", "virtual_batch_size", "adjustment"),
    "": ("input_dtype", "implementation", "batch_input_dtype"),
}
_INITIALIZERS = ("initializer", "init")


def in_todays_words(record: Any) -> Any:
    """A record of a model, layer or part of one, with the records inside it."""
    if isinstance(record, list):
        return [in_todays_words(one) for one in record]
    if not isinstance(record, dict):
        return record
    if not isinstance(record.get("class_name"), str) or "config" not in record:
        return {key: in_todays_words(value) for key, value in record.items()}
    kind = str(record["class_name"])
    kind = CLASSES.get(kind, kind)
    config = record["config"]
    if kind == "Sequential" and isinstance(config, list):  # the layers alone
        config = {"layers": config}
    if not isinstance(config, dict):
        return {**record, "class_name": kind}
    config = {key: in_todays_words(value) for key, value in config.items()}
    dropped = (*DROPPED[""], *DROPPED.get(kind, ()))
    config = {key: value for key, value in config.items() if key not in dropped}
    if kind == "Functional" and _is_of_keras_2(config):
        for ends in ("input_layers", "output_layers"):  # a list of one stood for the one
            if len(config[ends]) == 1:
                config[ends] = config[ends][0]
    if kind == "BatchNormalization" and isinstance(config.get("axis"), list):
        config["axis"] = config["axis"][0]
    for key, value in config.items():
        if key.endswith(_INITIALIZERS) and isinstance(value, dict):
            value.get("config", {}).pop("dtype", None)  # of TensorFlow's own initialisers
    return {**record, "class_name": kind, "config": config}


def _is_of_keras_2(graph: dict[str, Any]) -> bool:
    """Whether the calls in a graph's record are lists, and not yet arguments by name."""
    return any(
        isinstance(call, list)
        for layer in graph.get("layers", ())
        for call in layer.get("inbound_nodes", ())
    )


def compile_config(training: dict[str, Any]) -> dict[str, Any]:
    """What `compile` is given, out of a `training_config`."""
    named = {key: in_todays_words(value) for key, value in training.items()}
    optimizer = named.pop("optimizer_config", None)
    if isinstance(optimizer, dict):
        words = optimizer.get("config", {})
        if words.get("decay") in (0, 0.0):
            del words["decay"]
        if "lr" in words:
            words["learning_rate"] = words.pop("lr")
        named["optimizer"] = optimizer
    if named.get("sample_weight_mode") is None:
        named.pop("sample_weight_mode", None)
    metrics = named.get("metrics")
    if isinstance(metrics, list) and len(metrics) == 1 and isinstance(metrics[0], list):
        named["metrics"] = metrics[0]  # one list for each output
    return named
