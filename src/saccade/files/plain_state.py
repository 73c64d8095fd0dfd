"""Plain states: made of what can be read back without running anybody's code.

`as_plain` turns a state into JSON and a list of tensors, `from_plain` turns them back. What JSON
has not (tuples, keys that are no words, bytes, infinities, arrays) is a dict with the key "$".
"""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from saccade.errors import InvalidArgument

TAG = "$"
_SETS: dict[str, type] = {"set": set, "frozenset": frozenset}


def as_plain(value: Any, tensors: list[torch.Tensor], where: str = "the run") -> Any:
    """What JSON can hold of a state; its tensors and arrays are appended to `tensors`.

    Args:
        where: what the state is of, for the message.

    Raises:
        InvalidArgument: it holds something else than numbers, words, bytes, None, tensors, arrays,
            and lists, tuples, sets and dicts of those.
    """
    if value is None or type(value) in (bool, int, str):
        return value
    if isinstance(value, torch.Tensor):
        return _put_tensor(value, tensors, where)
    if isinstance(value, np.ndarray) and not value.dtype.hasobject and not value.dtype.names:
        return _put_array(value, tensors)
    if isinstance(value, np.generic) and not value.dtype.hasobject and not value.dtype.names:
        return {TAG: "number", "dtype": value.dtype.str, "of": value.tobytes().hex()}
    if isinstance(value, (bool, int, str)):  # of a class of its own
        return int(value) if isinstance(value, int) else str(value)
    if isinstance(value, float):
        value = float(value)
        return value if math.isfinite(value) else {TAG: "float", "of": repr(value)}
    if isinstance(value, (bytes, bytearray)):
        return {TAG: "bytes", "of": base64.b64encode(value).decode("ascii")}
    if isinstance(value, dict):
        return _put_dict(value, tensors, where)
    if isinstance(value, (list, tuple, set, frozenset)):
        found = [as_plain(one, tensors, where) for one in value]
        if isinstance(value, list):
            return found
        kind = next(k for k in (tuple, set, frozenset) if isinstance(value, k))
        return {TAG: kind.__name__, "of": found}
    raise InvalidArgument(
        "BackupAndRestore",
        f"the state of {where} must be made of numbers, words, arrays, lists, tuples and dicts",
        type(value).__name__,
        "Let state() of your callback return such.",
    )


def _put_dict(value: dict[Any, Any], tensors: list[torch.Tensor], where: str) -> Any:
    if all(type(key) is str for key in value) and TAG not in value:
        return {key: as_plain(one, tensors, f"{where}, {key}") for key, one in value.items()}
    pairs = [
        [as_plain(key, tensors, where), as_plain(one, tensors, f"{where}, {key}")]
        for key, one in value.items()
    ]
    return {TAG: "dict", "of": pairs}


def _put_tensor(value: torch.Tensor, tensors: list[torch.Tensor], where: str) -> Any:
    if value.layout is not torch.strided or value.is_quantized or value.is_meta:
        raise InvalidArgument(
            "BackupAndRestore", f"a tensor of {where} must be dense", value.layout
        )
    tensor = value.detach().as_subclass(torch.Tensor)
    order = memory_order(tensor)
    tensors.append(tensor.permute(order))
    plain = {TAG: "tensor", "of": len(tensors) - 1}
    return plain if order == sorted(order) else plain | {"order": order}


def memory_order(tensor: torch.Tensor) -> list[int]:
    """The axes as they lie in memory, the slowest first."""
    strides = tensor.stride()
    return sorted(range(tensor.ndim), key=lambda axis: -strides[axis])


def _put_array(value: np.ndarray, tensors: list[torch.Tensor]) -> Any:
    data = np.array(value, order="C").reshape(-1).view(np.uint8)
    tensors.append(torch.from_numpy(data))
    shape = list(value.shape)
    return {TAG: "array", "of": len(tensors) - 1, "dtype": value.dtype.str, "shape": shape}


def from_plain(plain: Any, tensors: Sequence[torch.Tensor]) -> Any:
    """What `as_plain` was given.

    Raises:
        ValueError, KeyError, TypeError, IndexError: it did not write this.
    """
    if isinstance(plain, list):
        return [from_plain(one, tensors) for one in plain]
    if not isinstance(plain, dict):
        return plain
    if TAG not in plain:
        return {key: from_plain(one, tensors) for key, one in plain.items()}
    kind, of = plain[TAG], plain["of"]
    if kind == "tensor":
        return _back(_tensor(tensors, of), plain.get("order"))
    if kind == "array":
        data = _tensor(tensors, of).numpy()
        return data.view(_dtype(plain["dtype"])).reshape(plain["shape"])
    if kind == "number":
        return np.frombuffer(bytes.fromhex(of), _dtype(plain["dtype"]))[0]
    if kind == "float":
        return float(of)
    if kind == "bytes":
        return base64.b64decode(of, validate=True)
    if kind == "dict":
        return {from_plain(key, tensors): from_plain(one, tensors) for key, one in of}
    if kind == "tuple":
        return tuple(from_plain(one, tensors) for one in of)
    if kind in _SETS:
        return _SETS[kind](from_plain(one, tensors) for one in of)
    raise ValueError(f"a state has no {kind!r}")


def _tensor(tensors: Sequence[torch.Tensor], place: Any) -> torch.Tensor:
    if type(place) is not int or not 0 <= place < len(tensors):
        raise ValueError(f"there is no tensor {place!r}")
    return tensors[place]


def _back(tensor: torch.Tensor, order: list[int] | None) -> torch.Tensor:
    """With the axes as they were, the memory as it is."""
    if order is None:
        return tensor
    return tensor.permute([order.index(axis) for axis in range(len(order))])


def _dtype(word: Any) -> np.dtype:
    dtype = np.dtype(str(word))
    if dtype.hasobject or dtype.names:
        raise ValueError(f"an array of {dtype}")
    return dtype
