"""Model files: a model into a file, and out of one."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch

from saccade import names
from saccade.custom_objects import CustomObjectScope
from saccade.errors import FileFormatError, SaccadeError, UnknownName
from saccade.files.extras import restore_extras
from saccade.files.formats import open_model
from saccade.files.hdf5 import whole
from saccade.files.input_record import restore_input_records
from saccade.files.revival import Reviver
from saccade.layers.core.layer import Layer
from saccade.models.compile_config import compile_from
from saccade.models.model import Model
from saccade.models.reviving import check_layers, reviver
from saccade.script_door import is_script_door_open
from saccade.weight_budget import weight_budget


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
        safe_mode: True refuses a file with the code of a lambda, False runs that code: say so only
            where you trust whoever wrote the file.

    Returns:
        The model, with `preprocessing` and `class_names` where the file has them.

    Raises:
        NoSuchFile: there is no such file.
        FileFormatError: damaged, of another kind, with code that may not run, or weights that do
            not fit; each is listed.
        UnknownName: a class or word that saccade does not have; the message lists those it has.
        NotSupported: an option of Keras's that is not built yet.

    Example:
        >>> from saccade.layers import Dense
        >>> from saccade.models import Sequential
        >>> Sequential([Dense(2, input_shape=(3,))]).save("small.keras")
        >>> load_model("small.keras").output_shape
        (None, 2)

    Source: `keras.saving.load_model`.
    """
    with open_model(filepath) as archive:
        try:
            with torch.random.fork_rng(devices=[]), CustomObjectScope(custom_objects):
                own = is_script_door_open() and _is_keras_2s(filepath, archive)
                revival = reviver(archive.where, custom_objects, safe_mode, own)
                with _bounded(archive):
                    model = _model(revival, archive)
                if compile:
                    _compile(model, revival, archive.config.get("compile_config"))
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
        with whole(archive.where):
            archive.restore(model, compile)
        restore_extras(model, archive.extras)
        restore_input_records(model, archive.extras.get("input_records"))
    _reserve_names(model)
    return model


def save_model(
    model: Any,
    filepath: str | os.PathLike[str],
    overwrite: bool = True,
    zipped: bool | None = None,
    *,
    include_optimizer: bool = True,
    **old: Any,
) -> None:
    """Write a model to a file; the same as `model.save(filepath)`.

    Args:
        model: what to write.
        filepath: ends in ".keras"; or in ".h5" or ".hdf5", the older format.
        overwrite: False raises where the file exists.
        zipped: False, a folder, is not supported.
        include_optimizer: False leaves out how the model trains.
        old: tf.keras 2's words, as `model.save` takes them.
    """
    model.save(filepath, overwrite, zipped, include_optimizer=include_optimizer, **old)


def _is_keras_2s(filepath: Any, archive: Any) -> bool:
    """Whether a script reads what to Keras 2 was its own file, of HDF5 or of any name.

    There nothing asked for a lambda that the script had just written: it is taken from memory.
    """
    is_path = isinstance(filepath, (str, os.PathLike))
    named_so = is_path and not os.fspath(filepath).endswith(".keras")
    return named_so or getattr(archive, "knows_own_lambdas", False)


def _bounded(archive: Any) -> AbstractContextManager[None]:
    """What holds the weights that a file's record asks for to those that the file has."""
    if not hasattr(archive, "numbers"):  # a format of the user's
        return nullcontext()
    return weight_budget(archive.where, 2 * archive.numbers())


def _model(revival: Reviver, archive: Any) -> Model:
    model = revival.revive(archive.config)
    if isinstance(model, Model):
        return model
    kind = archive.config.get("class_name")
    if isinstance(kind, str):
        check_layers([archive.config], archive.where)
    raise FileFormatError(archive.where, "config.json must be the record of a model")


# -- names ---------------------------------------------------------------------------------


def _reserve_names(model: Layer) -> None:
    """Keep automatic names of layers made later from meeting those of the model."""
    inner = [model, *model.sublayers_within()]
    inputs = [one for one in (getattr(layer, "_input", None) for layer in inner) if one is not None]
    for layer in (*inner, *inputs):
        stem = names.snake_case(type(layer).__name__)
        match = re.fullmatch(rf"{re.escape(stem)}(?:_(\d+))?", layer.name)
        if match:
            names.reserve_name(stem, int(match[1] or 0) + 1)


def _compile(model: Any, revival: Any, config: dict[str, Any] | None) -> None:
    """Compile a model as its file says, in its own way where it has one."""
    if config and names.is_overridden(model, "compile_from_config"):
        model.compile_from_config(config)
    else:
        compile_from(model, revival.revive(config))
