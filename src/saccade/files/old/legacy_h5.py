"""Legacy HDF5: weights as Keras 1 and 2 laid them out, and Keras 3 still does in its `.h5` files.

The file says itself where its arrays are::

    attribute layer_names                 the layers, in the order of model.layers
    group <layer>, attribute weight_names the layer's arrays, as paths within the group

A file with a whole model has all of this in the group `model_weights`. Lists that are too long
for one attribute go on in `layer_names0`, `layer_names1`, ...
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from saccade.errors import FileFormatError
from saccade.files.hdf5 import attribute, check_array, whole
from saccade.files.old.kernels import UNTOLD, Origin

_WHOLE_MODEL, _OF_THE_MODEL = "model_weights", "top_level_model_weights"


@dataclass(frozen=True)
class SavedLayer:
    """A layer in the file: its name, its weights' names and the datasets, in the file's order; and
    what wrote the file."""

    name: str
    weight_names: list[str]
    arrays: list[Any]
    origin: Origin = UNTOLD


def is_legacy(file: Any) -> bool:
    """Whether an open HDF5 file is laid out like this."""
    return _WHOLE_MODEL in file or bool(list_of(file, "layer_names"))


def saved_layers(where: str, file: Any) -> list[SavedLayer]:
    """The layers of the file that have weights, in its order; the model's own weights are last.

    Raises:
        FileFormatError: something is named that is not there, or lies outside the file.
    """
    with whole(where):
        return list(_saved_layers(where, file))


def _saved_layers(where: str, file: Any) -> Iterator[SavedLayer]:
    root = file
    if not list_of(file, "layer_names") and _WHOLE_MODEL in file:
        root = inside(where, file, _WHOLE_MODEL)
    names = list_of(root, "layer_names")
    groups = [(name, inside(where, root, name)) for name in names]
    if _OF_THE_MODEL in root:
        groups.append(("", inside(where, root, _OF_THE_MODEL)))
    for name, group in groups:
        weight_names = list_of(group, "weight_names")
        arrays = [array_in(where, group, one) for one in weight_names]
        if arrays:
            yield SavedLayer(name, weight_names, arrays, _origin(file, root, weight_names))


def _origin(file: Any, root: Any, weight_names: Sequence[str]) -> Origin:
    version, backend = (
        words_of(attribute(root, word, attribute(file, word, "")))
        for word in ("keras_version", "backend")
    )
    if version.startswith("1.") and not any(name.endswith(":0") for name in weight_names):
        backend = "theano"  # Keras 1 does not tell; TensorFlow's names end in ":0"
    return Origin(version or UNTOLD.version, backend)


def words_of(value: Any) -> str:
    """An attribute as text."""
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def list_of(group: Any, name: str) -> list[str]:
    """A list of words in an attribute, or in its numbered parts."""
    is_one = name in group.attrs
    parts = [attribute(group, name)] if is_one else list(_numbered(group, name))
    return [words_of(word) for part in parts for word in part]


def _numbered(group: Any, name: str) -> Iterator[Sequence[Any]]:
    number = 0
    while f"{name}{number}" in group.attrs:
        yield attribute(group, f"{name}{number}")
        number += 1


def inside(where: str, group: Any, path: str) -> Any:
    """What lies at a path within the group; a link that leads elsewhere is not followed."""
    import h5py

    found = group
    for step in path.split("/"):
        if not step:
            continue
        link = found.get(step, getlink=True) if hasattr(found, "keys") else None
        if link is None:
            raise FileFormatError(where, f'"{path}" is named in the file', "nothing there")
        if not isinstance(link, h5py.HardLink):
            raise FileFormatError(where, "weights must lie in the file itself", f"a link at {path}")
        found = found[step]
    return found


def array_in(where: str, group: Any, path: str) -> Any:
    values = inside(where, group, path)
    check_array(where, path, values)
    return values
