"""State file: all that a run must remember, as one safetensors file that runs no code when read.

Tensors and arrays are its tensors; the rest is JSON in its metadata::

    format: "1"   saccade: "0.1.0"   torch: "2.13.0"   crc32: "0a.."   about: "{..}"   state: "{..}"

Other programs read the tensors with the package safetensors. It is written here and not by that
package, because a thread writes while training goes on, so nothing may hold Python's lock for long.

Source: the format is https://huggingface.co/docs/safetensors, "Format".
"""

from __future__ import annotations

import json
import math
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from saccade.disk.regular_file import open_regular
from saccade.errors import FileFormatError, InvalidArgument
from saccade.files.plain_state import as_plain, from_plain
from saccade.files.replacement import replacing
from saccade.notes import note_once
from saccade.version import __version__

FORMAT = 1
MOST_HEADER_BYTES = 32 * 2**20  # of numbers and words; arrays are not among them

_DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8,
    "U8": torch.uint8, "BOOL": torch.bool, "U16": torch.uint16, "U32": torch.uint32,
    "U64": torch.uint64, "C64": torch.complex64,
}  # fmt: skip
_WORDS = {dtype: word for word, dtype in _DTYPES.items()}


def write_state(
    path: str | os.PathLike[str],
    state: Any,
    about: dict[str, Any] | None = None,
    where: str = "BackupAndRestore",
) -> None:
    """Write a state beside its place, flush it to the disk, and give it its name in one step.

    Args:
        path: the file; its folder must exist.
        state: numbers, words, bytes, None, tensors, arrays, and lists, tuples, sets and dicts of
            those. Tensors keep their order in memory.
        about: what a reader wants to know of it first, as JSON holds it. The number of the format
            and the versions of saccade and torch are added.
        where: who writes, for messages.

    Raises:
        InvalidArgument: a state of something else; more than 32 MiB of numbers and words.
        NotWritten: the disk is full, or the place may not be written to. NoSuchFile: no folder.
    """
    tensors: list[torch.Tensor] = []
    plain = as_plain(state, tensors)
    write_packed(path, PackedState(plain, tensors), about or {}, where)


@dataclass
class PackedState:
    """A state as it is written: JSON, and the tensors that it speaks of."""

    plain: Any
    tensors: list[torch.Tensor]


def write_packed(
    path: str | os.PathLike[str],
    packed: PackedState,
    about: dict[str, Any],
    where: str = "BackupAndRestore",
    last: str | os.PathLike[str] | None = None,
) -> None:
    """As `write_state`, for a state that is packed.

    Args:
        last: what the file that was there is called from then on; None for nothing.
    """
    header, parts = _packed(where, packed.plain, packed.tensors, about)
    with replacing(where, Path(path), overwrite=True) as draft, open(draft, "wb", 0) as file:
        for part in (len(header).to_bytes(8, "little"), header, *parts):
            _write_all(file, memoryview(part))
        if last is not None and os.path.exists(path):
            os.fsync(file.fileno())  # a whole file is there at any moment, by one of two names
            os.replace(path, last)


def _packed(
    where: str, plain: Any, tensors: Sequence[torch.Tensor], about: dict[str, Any]
) -> tuple[bytes, list[memoryview]]:
    """The header, and the bytes of each tensor."""
    entries: dict[str, Any] = {}
    parts: list[memoryview] = []
    end = 0
    for place, tensor in enumerate(tensors):
        if tensor.dtype not in _WORDS:
            raise InvalidArgument(where, "a state can't hold tensors of this type", tensor.dtype)
        part = _bytes_of(tensor)
        begin, end = end, end + len(part)
        entries[str(place)] = {
            "dtype": _WORDS[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [begin, end],
        }
        parts.append(part)
    metadata = {
        "format": str(FORMAT),
        "saccade": __version__,
        "torch": str(torch.__version__),
        "about": json.dumps(about),
        "state": json.dumps(plain, allow_nan=False),
    }
    metadata["crc32"] = _checksum(metadata, entries, parts)
    header = json.dumps({"__metadata__": metadata, **entries}).encode("ascii")
    header += b" " * (-len(header) % 8)
    if len(header) > MOST_HEADER_BYTES:
        raise InvalidArgument(
            where,
            f"a state may hold {MOST_HEADER_BYTES // 2**20} MiB of numbers and words",
            f"{len(header) / 2**20:.0f} MiB",
            "Let state() of your callback return arrays for what is long.",
        )
    return header, parts


def _bytes_of(tensor: torch.Tensor) -> memoryview:
    flat = tensor.cpu().resolve_conj().resolve_neg().contiguous().reshape(-1)
    return memoryview(flat.view(torch.uint8).numpy().data) if flat.numel() else memoryview(b"")


def _checksum(metadata: dict[str, str], entries: dict[str, Any], parts: Sequence[Any]) -> str:
    words = {key: text for key, text in metadata.items() if key != "crc32"}
    crc = zlib.crc32(json.dumps([words, entries], sort_keys=True).encode("ascii"))
    for part in parts:
        crc = zlib.crc32(part, crc)
    return f"{crc:08x}"


def _write_all(file: Any, content: memoryview) -> None:
    """All of it: a raw file may take less than it was given."""
    while len(content):
        content = content[file.write(content) :]


def read_state(
    path: str | os.PathLike[str], where: str = "BackupAndRestore"
) -> tuple[Any, dict[str, Any]]:
    """(state, about) of a file that `write_state` wrote; tensors are on the CPU.

    `about` has "format", "saccade" and "torch" beside what the writer said of it.

    Raises:
        FileFormatError: damaged, cut short, of another kind or of another format.
        NoSuchFile: there is none.
    """
    needed = "must be a whole state"
    with open_regular(path, where, f'"{path}" {needed}', FileFormatError) as file:
        try:
            return _read(where, path, file)
        except FileFormatError:
            raise
        except (
            ValueError,
            KeyError,
            TypeError,
            IndexError,
            AttributeError,
            RecursionError,
        ) as fault:
            raise _damaged(where, path, str(fault) or type(fault).__name__) from None


def _read(where: str, path: Any, file: Any) -> tuple[Any, dict[str, Any]]:
    size_bytes = os.fstat(file.fileno()).st_size
    header_bytes = int.from_bytes(file.read(8), "little")
    if header_bytes > min(MOST_HEADER_BYTES, size_bytes - 8):
        raise ValueError("its header is cut short")
    entries = json.loads(file.read(header_bytes))
    metadata = entries.pop("__metadata__")
    if metadata["format"] != str(FORMAT):
        raise FileFormatError(
            where,
            f'"{path}" must be a state of format {FORMAT}',
            f"one of format {metadata['format']}, written by saccade {metadata['saccade']}",
            "Go on with that version, or delete the file to begin anew.",
        )
    tensors = _read_tensors(file, entries, size_bytes - 8 - header_bytes)
    if _checksum(metadata, entries, [_bytes_of(one) for one in tensors]) != metadata["crc32"]:
        raise ValueError("its checksum is another one")
    state = from_plain(json.loads(metadata["state"]), tensors)
    versions = {"format": FORMAT, "saccade": metadata["saccade"], "torch": metadata["torch"]}
    return state, json.loads(metadata["about"]) | versions


def _read_tensors(file: Any, entries: dict[str, Any], size_bytes: int) -> list[torch.Tensor]:
    """The tensors "0", "1", ..., which lie one behind the other and fill the file."""
    tensors, end = [], 0
    for place in range(len(entries)):
        entry = entries[str(place)]
        dtype, shape = _DTYPES[entry["dtype"]], entry["shape"]
        if not all(type(size) is int and size >= 0 for size in shape):
            raise ValueError(f"a tensor of shape {shape}")
        begin, end = end, end + math.prod(shape) * dtype.itemsize
        if entry["data_offsets"] != [begin, end] or end > size_bytes:
            raise ValueError("its tensors are cut short")
        data = torch.empty(end - begin, dtype=torch.uint8)
        if data.numel() and file.readinto(data.numpy().data) != end - begin:
            raise ValueError("its tensors are cut short")
        tensors.append(data.view(dtype).reshape(shape))
    if end != size_bytes:
        raise ValueError("it is longer than its tensors")
    return tensors


def _damaged(where: str, path: Any, fault: str) -> FileFormatError:
    return FileFormatError(
        where,
        f'"{path}" must be a whole state',
        fault.splitlines()[0],
        "It was cut short or damaged; delete it to begin anew.",
    )


def note_other_versions(where: str, about: dict[str, Any]) -> None:
    """Say once that a state was saved by another version of saccade or torch."""
    now = {"saccade": __version__, "torch": str(torch.__version__)}
    for name, version in now.items():
        if about[name] != version:
            note_once(
                f"{where}: the state was saved by {name} {about[name]} and goes on with {version}: "
                "the last bits may differ from those of a run that was never stopped."
            )
