"""Loading: a model out of a file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import torch

from saccade import names
from saccade.custom_objects import CustomObjectScope
from saccade.errors import FileFormatError, SaccadeError, UnknownName
from saccade.files import weight_store
from saccade.files.input_record import restore_input_records
from saccade.files.keras_archive import KerasArchive, open_archive
from saccade.files.old.kernels import UNTOLD
from saccade.files.old.legacy_match import read_legacy
from saccade.files.old.legacy_model import SUFFIXES, LegacyModel, is_hdf5, open_legacy
from saccade.files.old.optimizer_state import restore_old_state
from saccade.files.optimizer_state import restore_state
from saccade.files.revival import Reviver
from saccade.layers.core.layer import Layer
from saccade.models.compile_config import ALONE, compile_from
from saccade.models.model import Model
from saccade.models.reviving import check_layers, reviver
from saccade.notes import note_once


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
        >>> from saccade.models import Sequential
        >>> Sequential([Dense(2, input_shape=(3,))]).save("small.keras")
        >>> load_model("small.keras").output_shape
        (None, 2)

    Source: `keras.saving.load_model`.
    """
    with _opened(filepath) as archive:
        try:
            with torch.random.fork_rng(devices=[]), CustomObjectScope(custom_objects):
                revival = reviver(archive.where, custom_objects, safe_mode)
                model = _model(revival, archive)
                if compile:
                    compile_from(model, revival.revive(archive.config.get("compile_config")))
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
        if isinstance(archive, LegacyModel):
            _read_legacy(archive, model, compile)
        else:
            with archive.weights() as saved:
                weight_store.read_weights(archive.where, saved, model)
                if model.optimizer is not None:
                    _read_optimizer(archive.where, saved, model)
        model.preprocessing = archive.extras.get("preprocessing")
        model.class_names = archive.extras.get("class_names")
        restore_input_records(model, archive.extras.get("input_records"))
    _reserve_names(model)
    return model


def _opened(filepath: Any) -> AbstractContextManager[KerasArchive | LegacyModel]:
    """The file, of either kind: what it is called does not matter."""
    if isinstance(filepath, (str, os.PathLike)):
        path = Path(os.fspath(filepath))
        if (path.is_file() and is_hdf5(path)) or path.suffix in SUFFIXES:
            return open_legacy(path)
    return open_archive(filepath)


def _read_legacy(file: LegacyModel, model: Model, compile: bool) -> None:
    """Weights, and the optimizer's state."""
    layers = file.layers()
    read = read_legacy(file.where, layers, model)
    if compile and not file.is_compiled:
        note_once(f"{file.where}: the model was saved before it was compiled; compile it.")
    arrays = file.optimizer_arrays()
    if model.optimizer is None or not arrays:
        return
    trainable = model.trainable_weights
    if file.version.startswith("3."):
        faults = restore_state(model.optimizer, list(arrays.values()), trainable)
    else:
        names, kinds = zip(*(read[id(weight)] for weight in trainable), strict=True)
        origin = layers[0].origin if layers else UNTOLD
        faults = restore_old_state(model.optimizer, arrays, trainable, names, kinds, origin)
    if faults:
        note_once(
            f"{file.where}: the optimizer's state does not fit, so it starts anew:"
            f"{weight_store.listed(faults)}"
        )


def _model(revival: Reviver, archive: KerasArchive | LegacyModel) -> Model:
    model = revival.revive(archive.config)
    if isinstance(model, Model):
        return model
    kind = archive.config.get("class_name")
    if isinstance(kind, str):
        check_layers([archive.config], archive.where)
    raise FileFormatError(archive.where, "config.json must be the record of a model")


def _read_optimizer(where: str, saved: dict[str, Any], model: Model) -> None:
    faults = weight_store.read_optimizer(saved, model)
    if faults:
        raise FileFormatError(
            where,
            "the optimizer's state must fit the model",
            f"{len(faults)} that do not:\n  " + "\n  ".join(faults),
            ALONE,
        )


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
