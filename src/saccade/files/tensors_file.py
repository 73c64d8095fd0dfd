"""Tensors file: weights alone as `.safetensors`.

The names are the paths of the weights in the HDF5 tree ("layers/dense/vars/0"), see
`weight_store`; the layers' own names are in the metadata, for people.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from saccade.disk.regular_file import check_regular, open_regular
from saccade.errors import FileFormatError
from saccade.files.hdf5 import whole
from saccade.files.weight_store import own_arrays, places
from saccade.plain_json import check_size, json_text, read_json
from saccade.version import __version__

_KINDS = {"F": "f", "B": "f", "I": "i", "U": "u"}  # the first letter of safetensors' dtypes


def write_tensors(path: Path, model: Any) -> None:
    """Write all weights of a built model; the optimizer's state has no place here."""
    from safetensors.torch import save_file  # only needed here

    tensors, names = {}, {}
    for place in places(model):
        for key, values in own_arrays(place).items():
            name = f"{place.path}/vars/{key}".lstrip("/")
            if not torch.is_tensor(values):
                values = torch.from_numpy(np.array(values))
            # A copy: the format knows neither strides nor shared memory.
            tensors[name] = values.detach().cpu().clone(memory_format=torch.contiguous_format)
            names[name] = place.name
    metadata = {"format": "pt", "saccade_version": __version__, "layers": json_text(names)}
    save_file(tensors, path, metadata=metadata)


class StoredType:
    """The type of a stored tensor: NumPy's letter for its kind, "V" for one that is no number."""

    def __init__(self, word: str):
        self._word = word
        self.kind = "b" if word == "BOOL" else _KINDS.get(word[0], "V")

    def __str__(self) -> str:
        return self._word


class StoredTensor:
    """A tensor in an open file, read when it is asked for."""

    def __init__(self, file: Any, name: str, layer_name: str | None = None):
        self._file, self._name, self.layer_name = file, name, layer_name
        entry = file.get_slice(name)
        self.shape = tuple(entry.get_shape())
        self.dtype = StoredType(entry.get_dtype())

    def __getitem__(self, everything: tuple[()]) -> Any:
        values = self._file.get_tensor(self._name)
        return (values.float() if values.is_floating_point() else values).numpy()


@contextmanager
def open_tensors(where: str, path: Path) -> Iterator[dict[str, Any]]:
    """The tensors of a file by name, to be read while this is open.

    Raises:
        NoSuchFile: there is none. FileFormatError: damaged, or of another kind.
    """
    from safetensors import SafetensorError, safe_open

    check_regular(path, where, "must be a whole .safetensors file", FileFormatError)
    _check_header(where, path)
    try:
        file = safe_open(path, framework="pt")
    except PermissionError:
        raise
    except (SafetensorError, OSError) as error:
        raise FileFormatError(
            where,
            "must be a whole .safetensors file",
            str(error),
            "The file was cut short or damaged: copy or save it again.",
        ) from error
    with file as tensors:
        with whole(where):
            layers = _layer_names(where, tensors.metadata())
            found = {
                name: StoredTensor(tensors, name, layers.get(name))
                for name in tensors.keys()  # noqa: SIM118
            }
        yield found


def _check_header(where: str, path: Path) -> None:
    """Look at how long the header says to be, before it is read."""
    with open_regular(path, where) as file:
        start = file.read(8)
    length = int.from_bytes(start, "little")
    if len(start) == 8 and length <= path.stat().st_size - 8:
        check_size(where, "the header", length)


def _layer_names(where: str, metadata: Any) -> dict[str, str]:
    """Each tensor's layer, where the file says it."""
    try:
        names = read_json(where, "layers", (metadata or {}).get("layers", "{}"))
    except FileFormatError:
        return {}
    if not isinstance(names, dict):
        return {}
    return {name: layer for name, layer in names.items() if isinstance(layer, str)}
