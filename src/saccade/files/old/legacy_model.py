"""Legacy model: a whole model in one HDF5 file, as Keras 1 and 2 wrote it and Keras 3 still can.

attribute model_config      the record of the model, JSON
attribute training_config   what `compile` was given, JSON
attribute saccade           what travels with a model beyond Keras, which leaves it alone
group model_weights         see `legacy_h5`
group optimizer_weights     the optimizer's state, in the order of its attribute weight_names
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from saccade.disk.regular_file import check_regular
from saccade.errors import FileFormatError
from saccade.files import optimizer_state, plain_config
from saccade.files.extras import check_record, checked_extras, extras_of
from saccade.files.hdf5 import attribute, numbers_in, open_h5, whole
from saccade.files.kept_weights import kept_weights
from saccade.files.old import compile_configs, model_configs
from saccade.files.old.kernels import UNTOLD
from saccade.files.old.legacy_h5 import (
    SavedLayer,
    array_in,
    inside,
    list_of,
    saved_layers,
    words_of,
)
from saccade.files.old.legacy_match import keyed_weights, read_legacy
from saccade.files.old.optimizer_state import restore_old_state
from saccade.files.replacement import replacing
from saccade.files.weight_store import some_of
from saccade.notes import note_once
from saccade.plain_json import read_json
from saccade.shown_text import Listed
from saccade.version import KERAS_VERSION

_OF_A_MODEL = "model_config and training_config must describe a model"
_MOST_ATTRIBUTE_BYTES = 60_000  # HDF5 takes 64 KiB, with what it adds


# -- reading -------------------------------------------------------------------------------


class LegacyModel:
    """An open file.

    Attributes:
        where: how messages name the file.
        version: of the Keras that wrote it.
        config: the record of the model, in the words of today, with `compile_config`.
        extras: what the attribute `saccade` holds.
    """

    knows_own_lambdas = True  # a script takes what it has just written from memory

    def __init__(self, where: str, file: Any):
        self.where, self._file = where, file
        with whole(where):
            config = self._json("model_config")
            training = self._json("training_config")
            self.extras = checked_extras(where, self._json("saccade") or {})
            unnamed = bool(list_of(file, "layer_names"))
        if config is None:
            raise FileFormatError(
                where,
                "must hold a model",
                "weights alone" if unnamed else "no model_config",
                "Build the model in your script, and give it the weights: model.load_weights(...).",
            )
        check_record(where, "model_config", config)
        if training is not None:
            check_record(where, "training_config", training)
        self.is_compiled = training is not None
        with whole(where):
            self.version = words_of(attribute(file, "keras_version", ""))
        with whole(where, _OF_A_MODEL):
            self.config = model_configs.in_todays_words(config, self.version)
            outputs = _names_of_outputs(self.config)
            self.config["compile_config"] = compile_configs.compile_config(training or {}, outputs)

    def layers(self) -> list[SavedLayer]:
        """The layers with their weights, to be read while this is open."""
        return saved_layers(self.where, self._file)

    def optimizer_arrays(self) -> dict[str, Any]:
        """The optimizer's state by name, in the file's order; empty without one."""
        with whole(self.where):
            if "optimizer_weights" not in self._file:
                return {}
            group = inside(self.where, self._file, "optimizer_weights")
            names = list_of(group, "weight_names")
            return {name: array_in(self.where, group, name) for name in names}

    def numbers(self) -> int:
        """How many the weights in the file have at most."""
        return numbers_in(self.where, self._file)

    def restore(self, model: Any, compile: bool) -> None:
        """Read the weights, and the optimizer's state where it fits; a note says where not."""
        layers = self.layers()
        read = read_legacy(self.where, layers, model, fresh=True)
        if compile and not self.is_compiled:
            note_once(
                f"{self.where}: the model was saved before it was compiled; compile it.",
                key="saved before it was compiled",
            )
        arrays = self.optimizer_arrays()
        if model.optimizer is None or not arrays:
            return
        trainable = model.trainable_weights
        if self.version.startswith("3."):
            faults = optimizer_state.restore_state(
                model.optimizer, optimizer_state.by_number(list(arrays.values())), trainable
            )
        else:
            names, owners = zip(*(read[id(weight)] for weight in trainable), strict=True)
            origin = layers[0].origin if layers else UNTOLD
            faults = restore_old_state(model.optimizer, arrays, trainable, names, owners, origin)
        if faults:
            note_once(
                Listed(
                    f"{self.where}: the optimizer's state does not fit, so it starts anew:",
                    some_of(faults),
                )
            )

    def _json(self, name: str) -> Any:
        with whole(self.where, _OF_A_MODEL):
            text = attribute(self._file, name)
        if text is None:
            return None
        if not isinstance(text, (str, bytes)):
            raise FileFormatError(
                self.where, f"the attribute {name} must be text", type(text).__name__
            )
        return read_json(self.where, name, text)


def _names_of_outputs(record: dict[str, Any]) -> list[str]:
    """Of a graph of Keras 2 with several outputs; else none are needed."""
    config = record.get("config")
    places = config.get("output_layers") if isinstance(config, dict) else None
    if not isinstance(places, list) or not all(isinstance(place, list) for place in places):
        return []
    return [str(place[0]) for place in places]


@contextmanager
def open_legacy(path: Path) -> Iterator[LegacyModel]:
    """Open a file for reading.

    Raises:
        NoSuchFile: there is none. FileFormatError: not HDF5, damaged, or without a model.
    """
    where = f'"{path}"'
    check_regular(path, where, "the file must exist", FileFormatError)
    with open_h5(where, path) as file:
        yield LegacyModel(where, file)


# -- writing -------------------------------------------------------------------------------


def write_model(
    model: Any, path: Path, overwrite: bool = True, include_optimizer: bool = True
) -> None:
    """Write a whole model; see `keras_archive.write`, whose errors are the same."""
    where = "save"
    note_once(
        f"save: {path.suffix} is the older format; .keras holds the same and more.",
        key="save in the older format",
    )
    path.parent.mkdir(parents=True, exist_ok=True)  # as Keras 3 does, for this format alone
    with kept_weights(model, path, overwrite):
        record = plain_config.to_plain(where, plain_config.full_record(model), "model")
        compiled = model.get_compile_config() if include_optimizer else None
        texts = {"model_config": json.dumps(record), "saccade": json.dumps(extras_of(where, model))}
        if compiled:
            plain = plain_config.to_plain(where, compiled, "compile")
            training = {name: plain.get(name) for name in _TRAINING}
            training["optimizer_config"] = plain["optimizer"]
            texts["training_config"] = json.dumps(training)
    with replacing(where, path, overwrite) as draft, open_h5(where, draft, "w") as file:
        file.attrs["keras_version"] = KERAS_VERSION.encode()
        file.attrs["backend"] = b"torch"
        for name, text in texts.items():
            file.attrs[name] = text.encode("utf-8")
        write_layers(file.create_group("model_weights"), model)
        if compiled:
            _write_optimizer(file, model)


def write_weights(path: Path, model: Any) -> None:
    """Write the weights of a built model alone."""
    where = "save_weights"
    note_once(
        f"{where}: a name that ends in {path.suffix} gets the older layout; in .weights.h5 that of "
        "Keras 3, with the optimizer's state.",
        key="save_weights in the older layout",
    )
    with open_h5(where, path, "w") as file:
        write_layers(file, model)


def write_layers(group: Any, model: Any) -> None:
    """Write the weights of every layer in the older layout, in Keras's order within each."""
    _write_list(group, "layer_names", [layer.name for layer in model.layers])
    group.attrs["backend"], group.attrs["keras_version"] = b"torch", KERAS_VERSION.encode()
    for layer in model.layers:
        _write_arrays(group.create_group(layer.name), keyed_weights(layer))
    inner = {id(weight) for layer in model.layers for weight in layer.weights}
    own = [(one.name, one) for one in model.weights if id(one) not in inner]
    _write_arrays(group.create_group("top_level_model_weights"), own)


_TRAINING = ("loss", "metrics", "weighted_metrics", "loss_weights")


def _write_optimizer(file: Any, model: Any) -> None:
    if model.optimizer is None or not model.optimizer.built:
        return
    arrays = optimizer_state.state_arrays(model.optimizer, model.trainable_weights)
    numbered = [(f"{model.optimizer.name}/{number}", one) for number, one in enumerate(arrays)]
    _write_arrays(file.create_group("optimizer_weights"), numbered)


def _write_arrays(group: Any, arrays: Sequence[tuple[str, Any]]) -> None:
    names: list[str] = []
    for name, values in arrays:
        unique = name if name not in names else f"{name}_{len(names)}"
        names.append(unique)
        group[unique] = _plain(values)
    _write_list(group, "weight_names", names)


def _write_list(group: Any, name: str, words: Sequence[str]) -> None:
    """Words as an attribute, or in numbered parts where they are too long for one."""
    data = np.array([word.encode("utf-8") for word in words])
    parts = -(-data.nbytes // _MOST_ATTRIBUTE_BYTES)
    if parts <= 1:
        group.attrs[name] = data
        return
    for number, part in enumerate(np.array_split(data, parts)):
        group.attrs[f"{name}{number}"] = part


def _plain(values: Any) -> Any:
    """An array that HDF5 can hold, which has no bfloat16."""
    if not torch.is_tensor(values):
        return values
    values = values.detach().cpu()
    return (values.float() if values.dtype is torch.bfloat16 else values).numpy()
