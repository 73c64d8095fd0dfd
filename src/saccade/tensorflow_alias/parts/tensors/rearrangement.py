"""Rearrangement: tensors made, joined, cut and turned round."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from saccade.errors import InvalidArgument
from saccade.tensorflow_alias.parts.tensors import tensors
from saccade.tensorflow_alias.parts.tensors.dtypes import torch_dtype
from saccade.tensorflow_alias.parts.tensors.tensors import (
    as_axis,
    pair,
    sizes_of,
    still_of,
    tensor_of,
)
from saccade.tensorflow_alias.parts.text.string_tensors import as_strings, string_array

_python_range, _python_slice = range, slice
newaxis = None


def shape(input: Any, out_type: Any = "int32", name: str | None = None) -> torch.Tensor:
    """The sizes of the axes, a tensor of integers."""
    strings = string_array(input)
    sizes = tensor_of(input).shape if strings is None else strings.shape
    return torch.tensor(list(sizes), dtype=torch_dtype(out_type))


def size(input: Any, out_type: Any = "int32", name: str | None = None) -> torch.Tensor:
    strings = string_array(input)
    count = tensor_of(input).numel() if strings is None else strings.size
    return torch.tensor(count, dtype=torch_dtype(out_type))


def rank(input: Any, name: str | None = None) -> torch.Tensor:
    return torch.tensor(tensor_of(input).ndim, dtype=torch.int32)


def expand_dims(input: Any, axis: int, name: str | None = None) -> Any:
    if (strings := string_array(input)) is not None:
        return as_strings(np.expand_dims(strings, int(axis)))
    return still_of(input).unsqueeze(int(axis))


def squeeze(input: Any, axis: Any = None, name: str | None = None) -> torch.Tensor:
    """Without the axes of size 1, or without these, which must be of size 1.

    Raises:
        InvalidArgument: an axis of another size.
    """
    value, axes = still_of(input), as_axis(axis)
    if axes is None:
        return value.squeeze()
    axes = axes if isinstance(axes, tuple) else (axes,)
    if any(value.shape[one] != 1 for one in axes):
        raise InvalidArgument(
            "tf.squeeze", f"axis {axis} must be of size 1", str(tuple(value.shape))
        )
    return value.squeeze(axes)


def reshape(tensor: Any, shape: Any, name: str | None = None) -> Any:
    if (strings := string_array(tensor)) is not None:
        return as_strings(strings.reshape(sizes_of(shape)))
    return still_of(tensor).reshape(sizes_of(shape))


def transpose(a: Any, perm: Any = None, conjugate: bool = False, name: Any = None) -> torch.Tensor:
    value = still_of(a)
    return value.permute(sizes_of(perm) if perm is not None else [*_python_range(value.ndim)][::-1])


def concat(values: Any, axis: int, name: str | None = None) -> Any:
    arrays = [string_array(one) for one in values]
    if arrays and all(one is not None for one in arrays):
        return as_strings(np.concatenate(arrays, int(axis)))  # type: ignore[arg-type]
    return torch.cat(_alike(values), int(axis))


def stack(values: Any, axis: int = 0, name: str | None = None) -> Any:
    if (strings := string_array(values)) is not None:
        return as_strings(np.moveaxis(strings, 0, int(axis)))
    return torch.stack(_alike(values), int(axis))


def _alike(values: Any) -> list[torch.Tensor]:
    """Values as tensors; what is no tensor yet takes the dtype of what is."""
    like = next((one for one in values if torch.is_tensor(one)), None)
    return [tensor_of(one) if like is None else pair(one, like)[0] for one in values]


def unstack(value: Any, num: int | None = None, axis: int = 0, name: Any = None) -> list[Any]:
    return list(still_of(value).unbind(int(axis)))


def split(value: Any, num_or_size_splits: Any, axis: int = 0, num: Any = None, name: Any = None):
    """So many equal parts, or parts of these sizes.

    Raises:
        InvalidArgument: the axis can't be cut into so many equal parts.
    """
    tensor, axis = tensor_of(value), int(axis)
    if not isinstance(num_or_size_splits, int):
        sizes = sizes_of(num_or_size_splits)
        rest = tensor.shape[axis] - sum(one for one in sizes if one >= 0)
        return list(tensor.split([rest if one < 0 else one for one in sizes], axis))
    if tensor.shape[axis] % num_or_size_splits:
        raise InvalidArgument(
            "tf.split", f"axis {axis} must be a multiple of {num_or_size_splits}",
            str(tensor.shape[axis]),
        )  # fmt: skip
    return list(tensor.chunk(num_or_size_splits, axis))


def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> torch.Tensor:
    """A block that begins at `begin`; a size of -1 goes to the end."""
    value = tensor_of(input_)
    for axis, (start, length) in enumerate(zip(sizes_of(begin), sizes_of(size), strict=True)):
        value = value.narrow(axis, start, value.shape[axis] - start if length < 0 else length)
    return value


def tile(input: Any, multiples: Any, name: str | None = None) -> torch.Tensor:
    return tensor_of(input).tile(sizes_of(multiples))


def repeat(input: Any, repeats: Any, axis: int | None = None, name: Any = None) -> torch.Tensor:
    count = int(repeats) if isinstance(repeats, int) else tensor_of(repeats).long()
    return torch.repeat_interleave(tensor_of(input), count, dim=axis)


def reverse(tensor: Any, axis: Any, name: str | None = None) -> torch.Tensor:
    return tensor_of(tensor).flip(sizes_of(axis))


def broadcast_to(input: Any, shape: Any, name: str | None = None) -> torch.Tensor:
    return tensor_of(input).broadcast_to(sizes_of(shape))


def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0, name=None):
    """A border around each axis: `paddings` has (before, after) for each.

    Raises:
        InvalidArgument: a mode other than "CONSTANT", "REFLECT" and "SYMMETRIC".
    """
    value = tensor_of(tensor)
    sides = tensor_of(paddings).tolist()
    if mode.upper() == "CONSTANT":
        flat = [int(one) for before_after in sides[::-1] for one in before_after]
        return F.pad(value, flat, value=float(constant_values))
    if mode.upper() not in ("REFLECT", "SYMMETRIC"):
        raise InvalidArgument("tf.pad", 'mode must be "CONSTANT", "REFLECT" or "SYMMETRIC"', mode)
    skip = int(mode.upper() == "REFLECT")  # the border itself is not repeated
    for axis, (before, after) in enumerate(sides):
        n = value.shape[axis]
        places = [*(skip + one for one in _python_range(before)[::-1]), *_python_range(n)]
        places += [n - 1 - skip - one for one in _python_range(after)]
        value = value.index_select(axis, torch.tensor(places, device=value.device))
    return value


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """x where the condition holds, else y; without the two the places where it holds."""
    holds = tensor_of(condition).bool()
    if (strings := string_array(x)) is not None:
        return as_strings(np.where(holds.numpy(), strings, string_array(y)))  # type: ignore[call-overload,arg-type]
    if x is None and y is None:
        return holds.nonzero()
    return torch.where(holds, *pair(x, y))


def boolean_mask(tensor: Any, mask: Any, axis: int | None = None, name: Any = None) -> Any:
    chosen = tensor_of(mask).bool()
    if (strings := string_array(tensor)) is not None:
        return as_strings(strings[chosen.numpy()])
    value = tensor_of(tensor)
    if not axis:
        return value[chosen]
    return value.index_select(axis, chosen.nonzero()[:, 0])


def gather(
    params: Any, indices: Any, validate_indices: Any = None, axis: int | None = None,
    batch_dims: int = 0, name: str | None = None,
) -> Any:  # fmt: skip
    """The entries at these places along an axis (the first one after the batch's)."""
    places = tensor_of(indices).long()
    if (strings := string_array(params)) is not None:
        return as_strings(np.take(strings, places.numpy(), axis or 0))
    value = tensor_of(params)
    at = (batch_dims if axis is None else int(axis)) % value.ndim
    if batch_dims:
        rows = zip(value, places, strict=True)
        return torch.stack([gather(a, b, axis=at - 1, batch_dims=batch_dims - 1) for a, b in rows])
    return value[(*[_python_slice(None)] * at, places)]


def gather_nd(params: Any, indices: Any, batch_dims: int = 0, name: Any = None) -> torch.Tensor:
    value, places = tensor_of(params), tensor_of(indices).long()
    if batch_dims:
        rows = zip(value, places, strict=True)
        return torch.stack([gather_nd(a, b, batch_dims - 1) for a, b in rows])
    return value[tuple(places.unbind(-1))]


def one_hot(
    indices: Any, depth: Any, on_value: Any = None, off_value: Any = None, axis: int | None = None,
    dtype: Any = None, name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """One column for each class, 1 at the class; rows of zeros for numbers outside."""
    places = tensor_of(indices).long()
    hit = places.unsqueeze(-1) == torch.arange(int(depth), device=places.device)
    on, off = (1 if on_value is None else on_value), (0 if off_value is None else off_value)
    kind = torch_dtype(dtype)
    if kind is None:
        kind = torch.float32 if on_value is None else tensor_of(on).dtype
    made = torch.where(hit, tensor_of(on).to(kind), tensor_of(off).to(kind))
    return made if axis in (None, -1) else made.movedim(-1, int(axis))


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: Any = None):
    """Numbers from `start` (0 when one number is given) up to `limit`, without it."""
    first, last = (0, start) if limit is None else (start, limit)
    values = [tensor_of(one) for one in (first, last, delta)]
    kind = torch_dtype(dtype) or torch.result_type(values[0], values[1])
    kind = torch.result_type(torch.empty((), dtype=kind), values[2]) if dtype is None else kind
    return torch.arange(*(one.item() for one in values), dtype=kind)


def linspace(start: Any, stop: Any, num: Any, name: Any = None, axis: int = 0) -> torch.Tensor:
    """So many numbers from `start` to `stop`, both included; of arrays along a new axis."""
    first, last = pair(start, stop)
    if not first.is_floating_point():
        first, last = first.double(), last.double()
    steps = torch.linspace(0, 1, int(num), dtype=first.dtype)
    made = first + (last - first) * steps.reshape(-1, *[1] * first.ndim)
    if int(num) > 1:
        made[-1] = last
    return made.movedim(0, int(axis)) if first.ndim else made


def zeros(shape: Any, dtype: Any = "float32", name: str | None = None) -> Any:
    if torch_dtype(dtype) is None:
        return tensors.constant("", shape=shape)
    return torch.zeros(sizes_of(shape), dtype=torch_dtype(dtype))


def ones(shape: Any, dtype: Any = "float32", name: str | None = None) -> torch.Tensor:
    return torch.ones(sizes_of(shape), dtype=torch_dtype(dtype))


def zeros_like(input: Any, dtype: Any = None, name: str | None = None) -> torch.Tensor:
    return torch.zeros_like(tensor_of(input).detach(), dtype=torch_dtype(dtype))


def ones_like(input: Any, dtype: Any = None, name: str | None = None) -> torch.Tensor:
    return torch.ones_like(tensor_of(input).detach(), dtype=torch_dtype(dtype))


def fill(dims: Any, value: Any, name: str | None = None) -> torch.Tensor:
    return tensors.constant(value, shape=dims)


def eye(num_rows: Any, num_columns: Any = None, batch_shape: Any = None, dtype: Any = "float32"):
    columns = num_rows if num_columns is None else num_columns
    made = torch.eye(int(num_rows), int(columns), dtype=torch_dtype(dtype))
    return made if batch_shape is None else made.expand(*sizes_of(batch_shape), -1, -1).clone()
