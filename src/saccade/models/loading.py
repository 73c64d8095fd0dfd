"""Loading: a model out of a file."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Mapping
from typing import Any

import torch

from saccade import layers, losses, metrics, names, optimizers
from saccade.errors import FileFormatError, NotSupported, SaccadeError, UnknownName
from saccade.files import weight_store
from saccade.files.keras_archive import KerasArchive, open_archive
from saccade.files.revival import Reviver
from saccade.layers.layer import Layer
from saccade.models.model import Model
from saccade.models.sequential import Sequential
from saccade.notes import note_once
from saccade.records import is_record

CLASSES: dict[str, type[Layer]] = {**layers.CLASSES, "Sequential": Sequential}
"""Every class that a file can name; others come from `custom_objects`."""

_ALONE = "load_model(..., compile=False) loads the model without its optimizer."


def load_model(
    filepath: str | os.PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Read a model from a `.keras` file that saccade or Keras wrote.

    Nothing is drawn from the random streams: what follows is the same as if the model had never
    been away.

    Args:
        filepath: of the file.
        custom_objects: classes and functions of your own by name, that the model is made of:
            layers, losses, metrics, initialisers, activation functions.
        compile: also restore optimizer, loss and metrics, and the optimizer's state.
        safe_mode: code in a file is never run; True calls such a file damaged, False says that
            the option can't be obeyed.

    Returns:
        The model, with `preprocessing` and `class_names` where the file has them.

    Raises:
        NoSuchFile: there is no such file.
        FileFormatError: damaged, of another kind, or weights that do not fit; each is listed.
        UnknownName: a class or word that saccade does not have; the message lists those it has.
        NotSupported: an option of Keras's that is not built yet.

    Example:
        >>> from saccade.layers import Dense
        >>> Sequential([Dense(2, input_shape=(3,))]).save("small.keras")
        >>> load_model("small.keras").output_shape
        (None, 2)

    Source: `keras.saving.load_model`.
    """
    with open_archive(filepath) as archive:
        try:
            with torch.random.fork_rng(devices=[]):
                reviver = Reviver(archive.where, CLASSES, custom_objects or {}, _make, safe_mode)
                model = _model(reviver, archive)
                if compile:
                    _compile(model, reviver.revive(archive.config.get("compile_config")))
        except SaccadeError as error:
            if error.where == archive.where:
                raise
            do = error.do
            if isinstance(error, UnknownName) and "custom_objects" not in do:
                do = f"{do} One of your own goes into custom_objects.".strip()
            where = f"{archive.where}, {error.where}"
            raise type(error)(where, error.needed, error.got, do) from error
        except Exception as error:  # a config may be wrong in any way; custom code may fail too
            raise FileFormatError(
                archive.where,
                "config.json must describe a model",
                f"{type(error).__name__}: {error}",
                "If it has classes of your own: their __init__ must take what get_config() gives "
                "(name, trainable and dtype too, by **kwargs).",
            ) from error
        with archive.weights() as saved:
            weight_store.read_weights(archive.where, saved, model)
            if model.optimizer is not None:
                _read_optimizer(archive.where, saved, model)
        model.preprocessing = archive.extras.get("preprocessing")
        model.class_names = archive.extras.get("class_names")
    _reserve_names(model)
    return model


def _model(reviver: Reviver, archive: KerasArchive) -> Model:
    model = reviver.revive(archive.config)
    if isinstance(model, Model):
        return model
    kind = archive.config.get("class_name")
    if isinstance(kind, str):
        raise _unknown_layers([archive.config], archive.where)
    raise FileFormatError(archive.where, "config.json must be the record of a model")


def _make(cls: type, config: dict[str, Any], record: dict[str, Any]) -> Any:
    """An object of a known or custom class, built for the shape that it had."""
    if not isinstance(cls, type):
        return cls  # a function under the name of a class
    if not hasattr(cls, "from_config"):
        raise TypeError(f"{cls.__name__} has no from_config()")
    if not issubclass(cls, Layer):
        return cls.from_config(config)  # type: ignore[attr-defined]
    ours = (Layer.from_config.__func__, Sequential.from_config.__func__)
    inherits = getattr(cls.from_config, "__func__", None) in ours
    if issubclass(cls, Sequential) and inherits:
        layer: Any = _make_sequential(cls, config)
    elif issubclass(cls, Model) and inherits:
        layer = _make_own_model(cls, config)
    else:
        layer = cls.from_config(config)
    shape = (record.get("build_config") or {}).get("input_shape")
    if shape is not None:
        _build(layer, tuple(shape) if _is_shape(shape) else shape)
    return layer


def _make_sequential(cls: type[Sequential], config: dict[str, Any]) -> Sequential:
    unknown = [layer for layer in config["layers"] if not isinstance(layer, Layer)]
    if unknown:
        raise _unknown_layers(unknown, f'{cls.__name__} "{config.get("name")}"')
    model = cls(trainable=config.get("trainable", True), name=config.get("name"))
    for layer in config["layers"]:
        model.add(layer)
    if config.get("build_input_shape") and not model.built:
        model.build(tuple(config["build_input_shape"]))
    return model


def _make_own_model(cls: type[Model], config: dict[str, Any]) -> Model:
    """A user's model; its __init__ need not take the name, which is set afterwards."""
    parameters = inspect.signature(cls).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return cls(**config)
    taken = {parameter.name for parameter in parameters}
    left = {key for key in config if key not in taken and key in ("name", "trainable", "dtype")}
    model = cls(**{key: value for key, value in config.items() if key not in left})
    if "name" in left:
        model.name = config["name"]
    if "trainable" in left and not config["trainable"]:
        model.trainable = False
    return model


def _build(layer: Layer, shape: Any) -> None:
    layer.build_on(shape)
    if any(not inner.built for inner in _sublayers(layer)) and _is_shape(shape):
        # A user's layer that leaves building its inner ones to their first call.
        with torch.no_grad():
            layer(torch.zeros([1 if size is None else size for size in shape]))


def _sublayers(layer: Any) -> list[Any]:
    inner = list(layer.sublayers())
    return [*inner, *(deeper for one in inner for deeper in _sublayers(one))]


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, (list, tuple)) and all(
        size is None or isinstance(size, int) for size in shape
    )


def _unknown_layers(records: list[Any], where: str) -> UnknownName:
    found = [
        f'{record.get("class_name")} "{(record.get("config") or {}).get("name")}"'
        for record in records
        if isinstance(record, dict)
    ]
    return UnknownName(
        where,
        f"layers must be one of {', '.join(sorted(CLASSES))}",
        ", ".join(found) or repr(records[0]),
        "Classes of your own go into custom_objects.",
    )


# -- how it trains -------------------------------------------------------------------------


def _compile(model: Model, config: dict[str, Any] | None) -> None:
    if not config:
        return
    if type(model).compile is not Model.compile:
        note_once(f"{model.where} has a compile() of its own: call it after loading.")
        return
    optimizer: Any = config.get("optimizer")
    loss: Any = config.get("loss")
    if is_record(optimizer):
        rate = optimizer["config"].get("learning_rate")
        if isinstance(rate, dict):
            raise NotSupported(
                optimizer["class_name"],
                "a schedule of the learning rate is not supported yet",
                rate.get("class_name"),
                _ALONE,
            )
    try:
        model.compile(
            optimizer=optimizers.get(optimizer),
            loss=losses.get(loss) if is_record(loss) else loss,
            metrics=_metrics(config.get("metrics")),
            loss_weights=config.get("loss_weights"),
            weighted_metrics=config.get("weighted_metrics"),
        )
    except SaccadeError as error:
        do = f"{error.do} {_ALONE}".strip()
        raise type(error)(error.where, error.needed, error.got, do) from error


def _metrics(given: Any) -> Any:
    if isinstance(given, list):
        return [_metrics(one) for one in given]
    return metrics.get(given) if is_record(given) else given


def _read_optimizer(where: str, saved: dict[str, Any], model: Model) -> None:
    faults = weight_store.read_optimizer(saved, model)
    if faults:
        raise FileFormatError(
            where,
            "the optimizer's state must fit the model",
            f"{len(faults)} that do not:\n  " + "\n  ".join(faults),
            _ALONE,
        )


# -- names ---------------------------------------------------------------------------------


def _reserve_names(model: Layer) -> None:
    """Keep automatic names of layers made later from meeting those of the model."""
    inner = [model, *_sublayers(model)]
    inputs = [one for one in (getattr(layer, "_input", None) for layer in inner) if one is not None]
    for layer in (*inner, *inputs):
        stem = names.snake_case(type(layer).__name__)
        match = re.fullmatch(rf"{re.escape(stem)}(?:_(\d+))?", layer.name)
        if match:
            names.reserve_name(stem, int(match[1] or 0) + 1)
