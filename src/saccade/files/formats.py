"""Formats: the table of the files that hold a model or its weights.

A new format is a file of this folder that reads and writes it, and a line in the table: `save`,
`load_model`, `save_weights`, `load_weights`, ModelCheckpoint and Predictor all look here. Doors are
named as "module:function" and loaded when a file of that kind comes, so that nothing heavy loads
before it is needed.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saccade.disk.regular_file import open_regular
from saccade.errors import SaccadeError
from saccade.files.replacement import check_suffix

HDF5_START = b"\x89HDF\r\n\x1a\n"
"""The first bytes of every HDF5 file."""
MODEL_FILE, METRICS_FILE = "model.keras", "metrics.json"
"""What the model in a run folder is called, and the numbers of its training."""


@dataclass(frozen=True)
class Format:
    """A kind of file; a door that is empty stands for what the format cannot do.

    Attributes:
        suffix: how the names of its files end.
        write_model: (model, path, overwrite, include_optimizer).
        open_model: (path) -> a context that gives an open file, with `where`, `config` (the record
            of the model), `extras` (what travels beyond Keras) and `restore(model, compile)`; and
            `numbers()`, how many the weights in it can be, where its files may be a stranger's.
        write_weights: (path, model), to a file that takes the target's place when it is whole.
        open_weights: (where, path) -> a context that gives arrays by their path in the weight
            tree, or a list of the older layout's `SavedLayer`.
        start: first bytes by which a model's file is known whatever it is called; empty where the
            name alone tells.
        in_checkpoints: whether ModelCheckpoint writes it too.
        in_runs: whether Predictor takes it for a trained model with its preprocessing.
    """

    suffix: str
    write_model: str = ""
    open_model: str = ""
    write_weights: str = ""
    open_weights: str = ""
    start: bytes = b""
    in_checkpoints: bool = True
    in_runs: bool = False

    def load(self, door: str) -> Callable[..., Any]:
        """The function behind a door, such as "write_model"."""
        module, _, name = getattr(self, door).partition(":")
        return getattr(importlib.import_module(module), name)


def _older(suffix: str) -> Format:
    """The HDF5 files of Keras 1 and 2, which Keras 3 still writes."""
    return Format(
        suffix,
        write_model="saccade.files.old.legacy_model:write_model",
        open_model="saccade.files.old.legacy_model:open_legacy",
        write_weights="saccade.files.old.legacy_model:write_weights",
        open_weights="saccade.files.weights_file:open_hdf5",
        start=HDF5_START,
    )


FORMATS: tuple[Format, ...] = (
    Format(
        ".keras",
        write_model="saccade.files.keras_archive:write",
        open_model="saccade.files.keras_archive:open_archive",
        open_weights="saccade.files.keras_archive:open_weights",
        in_runs=True,
    ),
    Format(
        ".weights.h5",
        write_weights="saccade.files.weights_file:write_hdf5",
        open_weights="saccade.files.weights_file:open_hdf5",
    ),
    Format(
        ".safetensors",
        write_weights="saccade.files.tensors_file:write_tensors",
        open_weights="saccade.files.tensors_file:open_tensors",
        in_checkpoints=False,  # it has no place for the optimizer's state
    ),
    _older(".h5"),
    _older(".hdf5"),
)
"""In the order in which messages name them; the first is the one that is advised."""


def suffixes(door: str) -> list[str]:
    """The endings of the formats that have a door."""
    return [one.suffix for one in FORMATS if getattr(one, door)]


def checkpoint_suffixes(door: str) -> list[str]:
    """The same of those that ModelCheckpoint writes."""
    return [one.suffix for one in FORMATS if getattr(one, door) and one.in_checkpoints]


def run_suffixes() -> list[str]:
    """The endings of trained models that Predictor takes."""
    return [one.suffix for one in FORMATS if one.in_runs]


def check_format(
    where: str, filepath: str | os.PathLike[str], door: str, do: str = ""
) -> tuple[Path, Format]:
    """The path, and the format with that door that its name tells.

    Raises:
        NotSupported, InvalidArgument: there is none; see `check_suffix`.
    """
    path = check_suffix(where, filepath, suffixes(door), do)
    fitting = (one for one in FORMATS if getattr(one, door) and path.name.endswith(one.suffix))
    return path, max(fitting, key=lambda one: len(one.suffix))  # .weights.h5 before .h5


def open_model(filepath: str | os.PathLike[str]) -> AbstractContextManager[Any]:
    """The open file of a model: what is in it decides, then its name.

    A name that no format has goes to the first, whose errors say what a model's file is.
    """
    kinds = [one for one in FORMATS if one.open_model]
    found = kinds[0]
    if isinstance(filepath, (str, os.PathLike)):
        filepath = Path(os.fspath(filepath))
        start = start_of(filepath)
        by_start = (one for one in kinds if one.start and start.startswith(one.start))
        by_name = (one for one in kinds if filepath.suffix == one.suffix)
        found = next(by_start, None) or next(by_name, found)
    return found.load("open_model")(filepath)


def start_of(path: Path) -> bytes:
    """The first bytes of a file; none where there is no such file."""
    try:
        with open_regular(path) as file:
            return file.read(16)
    except SaccadeError:
        return b""
