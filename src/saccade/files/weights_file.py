"""Weights alone: `.weights.h5`, and out of a `.keras` file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from saccade.errors import NoSuchFile, StateError
from saccade.files import tensors_file, weight_store
from saccade.files.keras_archive import open_archive
from saccade.files.replacement import check_suffix, replacing
from saccade.notes import note_once


def write_weights(model: Any, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
    """Write the weights to a `.weights.h5` file, with the optimizer's state if there is one.

    A `.safetensors` file holds the weights alone.

    Raises:
        StateError: the model is not built. NotSupported, InvalidArgument, NoSuchFile: the path.
    """
    path = check_suffix("save_weights", filepath, [".weights.h5", ".safetensors"])
    _check_built("save_weights", model)
    if path.suffix == ".safetensors":
        with replacing("save_weights", path, overwrite) as draft:
            tensors_file.write_tensors(draft, model)
        return
    with (
        replacing("save_weights", path, overwrite) as draft,
        weight_store.open_h5("save_weights", draft, "w") as file,
    ):
        weight_store.write_weights(file, model)


def read_weights(model: Any, filepath: str | os.PathLike[str], skip_mismatch: bool = False) -> None:
    """Read the weights from a `.weights.h5`, `.safetensors` or `.keras` file, all or none.

    With `skip_mismatch`, layers whose weights do not fit stay as they are; one note lists them.

    An optimizer that has taken steps takes the file's state over where it fits, as in Keras; one
    that has not stays as `compile` made it.

    Raises:
        StateError: the model is not built. NoSuchFile: there is no such file.
        FileFormatError: damaged, or not the weights of this model; each fault is listed.
    """
    path = check_suffix("load_weights", filepath, [".weights.h5", ".safetensors", ".keras"])
    _check_built("load_weights", model)
    where = f'"{path}"'
    with _saved(where, path) as saved:
        weight_store.read_weights(where, saved, model, skip_mismatch)
        optimizer = getattr(model, "optimizer", None)
        if optimizer is not None and optimizer.built:
            faults = weight_store.read_optimizer(saved, model)
            if faults:
                note_once(f"{where}: the optimizer keeps its own state; {faults[0]}.")


@contextmanager
def _saved(where: str, path: Path) -> Iterator[dict[str, Any]]:
    if path.name.endswith(".keras"):
        with open_archive(path) as archive, archive.weights() as saved:
            yield saved
        return
    if path.suffix == ".safetensors":
        with tensors_file.open_tensors(where, path) as saved:
            yield saved
        return
    if not path.is_file():
        raise NoSuchFile(where, "the file must exist", "none of that name")
    with weight_store.open_h5(where, path) as file:
        yield weight_store.datasets_in(where, file)


def _check_built(where: str, model: Any) -> None:
    if not model.built:
        raise StateError(
            where,
            f"{model.where} must be built, so that it has weights",
            None,
            "Give the first layer input_shape=, or call the model on data first.",
        )
