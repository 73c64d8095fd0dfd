"""TensorArray: tensors that are written one by one."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.tensorflow_alias.parts.tensors.dtypes import torch_dtype
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of


class TensorArray:
    """A row of tensors of one dtype; `write` gives the row to go on with, as in TensorFlow.

    Args:
        size: how many there are at first.
        dynamic_size: whether a place behind the end may be written.

    Source: `tf.TensorArray`.
    """

    def __init__(
        self, dtype: Any, size: Any = 0, dynamic_size: bool = False, clear_after_read: bool = True,
        tensor_array_name: str | None = None, handle: Any = None, flow: Any = None,
        infer_shape: bool = True, element_shape: Any = None, **_: Any,
    ):  # fmt: skip
        self._kind, self._grows = torch_dtype(dtype), bool(dynamic_size)
        self._tensors: list[torch.Tensor | None] = [None] * int(size)

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        place = int(index)
        if place >= len(self._tensors):
            if not self._grows:
                needed = f"index is below {len(self._tensors)}"
                raise InvalidArgument("TensorArray.write", needed, str(place), "dynamic_size=True.")
            self._tensors += [None] * (place + 1 - len(self._tensors))
        self._tensors[place] = tensor_of(value, self._kind)
        return self

    def read(self, index: Any, name: str | None = None) -> torch.Tensor:
        return self._filled()[int(index)]

    def stack(self, name: str | None = None) -> torch.Tensor:
        return torch.stack(self._filled())

    def concat(self, name: str | None = None) -> torch.Tensor:
        return torch.cat(self._filled())

    def gather(self, indices: Any, name: str | None = None) -> torch.Tensor:
        found = self._filled()
        return torch.stack([found[place] for place in tensor_of(indices).tolist()])

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """The rows of a tensor at these places."""
        rows = tensor_of(value, self._kind).unbind(0)
        for place, row in zip(tensor_of(indices).tolist(), rows, strict=True):
            self.write(place, row)
        return self

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        self._tensors = list(tensor_of(value, self._kind).unbind(0))
        return self

    def size(self, name: str | None = None) -> torch.Tensor:
        return torch.tensor(len(self._tensors), dtype=torch.int32)

    def _filled(self) -> list[torch.Tensor]:
        """Zeros where nothing was written."""
        like = next((one for one in self._tensors if one is not None), torch.zeros(()))
        return [torch.zeros_like(like) if one is None else one for one in self._tensors]
