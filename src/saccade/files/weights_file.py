"""Weights alone: `.weights.h5`, and out of a `.keras` file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from saccade.disk.regular_file import check_regular
from saccade.errors import FileFormatError, NotSupported, StateError
from saccade.files import formats, script_names, weight_store
from saccade.files.hdf5 import attribute, open_h5, whole
from saccade.files.old.legacy_h5 import SavedLayer, is_legacy, saved_layers
from saccade.files.old.legacy_match import read_legacy
from saccade.files.optimizer_state import state_change
from saccade.files.replacement import replacing
from saccade.layers.core.build_mark import holds_weights, is_built_whole, once_built
from saccade.notes import note_once


def write_weights(
    model: Any,
    filepath: str | os.PathLike[str],
    overwrite: bool = True,
    save_format: str | None = None,
) -> None:
    """Write the weights to a `.weights.h5` file, with the optimizer's state if there is one.

    A `.safetensors` file holds the weights alone, and so does any other `.h5` or `.hdf5` file, in
    the layout of Keras 1 and 2.

    Raises:
        StateError: the model is not built. NotSupported, InvalidArgument, NoSuchFile: the path.
    """
    path, kind = script_names.format_of("save_weights", filepath, "write_weights", save_format)
    _check_built("save_weights", model)
    with replacing("save_weights", path, overwrite) as draft:
        kind.load("write_weights")(draft, model)
    if path.suffix == script_names.INDEX:
        script_names.name_last(path.with_suffix(""))


def read_weights(
    model: Any,
    filepath: str | os.PathLike[str],
    skip_mismatch: bool = False,
    by_name: bool = False,
    surplus: Sequence[str] = (),
) -> None:
    """Read the weights from an `.h5`, `.safetensors` or `.keras` file, all or none.

    An `.h5` file is read by what is in it, the layout of Keras 3 or the older one.

    Args:
        skip_mismatch: layers whose weights do not fit stay as they are; one note lists them.
        by_name: take the layers whose names agree and no others; older layout only.
        surplus: names of layers that the file may have and the model need not (a network's top).

    An optimizer that has taken steps takes the file's state over where it fits, as in Keras; one
    that has not stays as `compile` made it.

    A checkpoint of a script's is read by a model without weights when they are made, in its first
    call, as TensorFlow did it.

    Raises:
        StateError: the model is not built. NoSuchFile: there is no such file.
        FileFormatError: damaged, or not the weights of this model; each fault is listed.
    """
    found = script_names.file_to_read(filepath)
    if found is not None and found[0].suffix == script_names.INDEX and not is_built_whole(model):
        _read_once_built(model, found[0], (skip_mismatch, by_name, surplus))
        return
    if found is None:
        _check_no_checkpoint(filepath)
        found = formats.check_format(
            "load_weights", filepath, "open_weights", do="Give a file of one of these kinds."
        )
    path, kind = found
    _check_built("load_weights", model)
    where = f'"{path}"'
    with kind.load("open_weights")(where, path) as saved:
        if not isinstance(saved, dict):
            read_legacy(where, saved, model, skip_mismatch, by_name, surplus)
            return
        if by_name:
            raise NotSupported(
                where, "by_name=True is for the older layout of .h5 files", "the layout of Keras 3"
            )
        saved = {path: one for path, one in saved.items() if layer_name(one) not in surplus}
        optimizer = getattr(model, "optimizer", None)
        faults, change = [], None
        if optimizer is not None and optimizer.built:
            state = weight_store.optimizer_in(saved)
            with whole(where):
                faults, change = state_change(optimizer, state, model.trainable_weights)
        weight_store.read_weights(where, saved, model, skip_mismatch)
        if change is not None:
            change()
        if faults:
            note_once(f"{where}: the optimizer keeps its own state; {faults[0]}.")


def _read_once_built(model: Any, path: Path, options: tuple[Any, ...]) -> None:
    """Read a checkpoint after the model's first call; not another that took its place meanwhile."""
    before = _state_of(path)

    def now() -> None:
        if _state_of(path) != before:
            raise FileFormatError(
                "load_weights",
                f'"{path}" must stay as it was until the weights are made',
                "another file",
                "Call the model on data before load_weights.",
            )
        read_weights(model, path.with_suffix(""), *options)

    once_built(model, now)


def _state_of(path: Path) -> tuple[int, ...] | None:
    if not path.exists():
        return None
    seen = path.stat()
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _check_no_checkpoint(filepath: Any) -> None:
    if isinstance(filepath, (str, os.PathLike)) and Path(f"{os.fspath(filepath)}.index").is_file():
        raise NotSupported(
            "load_weights",
            "a TensorFlow checkpoint (.index and .data files) is not supported",
            str(filepath),
            "Where TensorFlow is: build the model, model.load_weights(...) and "
            "model.save_weights('name.h5'), and load that.",
        )


def write_hdf5(path: Path, model: Any) -> None:
    """Write the weights of a built model and its optimizer's state, in the layout of Keras 3."""
    with open_h5("save_weights", path, "w") as file:
        weight_store.write_weights(file, model)


@contextmanager
def open_hdf5(where: str, path: Path) -> Iterator[dict[str, Any] | list[SavedLayer]]:
    """The datasets by path, or in the older layout the layers; what is in the file decides."""
    check_regular(path, where, "the file must exist", FileFormatError)
    with open_h5(where, path) as file:
        with whole(where):
            legacy = is_legacy(file)
        if legacy:
            yield saved_layers(where, file)
        else:
            yield weight_store.datasets_in(where, file)


def layer_name(values: Any) -> str | None:
    """The name of the layer that a saved array is of, where the file says it."""
    if hasattr(values, "layer_name"):
        return values.layer_name
    try:
        name = attribute(values.parent, "name")
    except (OSError, TypeError, ValueError):  # an attribute that is damaged, or of no known type
        return None
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name


def _check_built(where: str, model: Any) -> None:
    if not holds_weights(model):
        raise StateError(
            where,
            f"{model.where} must be built, so that it has weights",
            None,
            "Give the first layer input_shape=, or call the model on data first.",
        )
