"""Arrays and tensors in memory, cut into batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from saccade.data.generator.iterator import check_batch_size
from saccade.data.sources.fixed_images import FixedImages, digest_of
from saccade.data.sources.source import SINGLE, Batch, ManyArrays, Source, check_measures
from saccade.data.sources.tensors import as_tensors
from saccade.errors import DataError, ShapeError
from saccade.nests import leaves, map_nest
from saccade.seeds import draw_seed


class ArraySource(Source):
    """Arrays or tensors in memory, cut into batches.

    Args:
        x, y, sample_weight: arrays with the samples along the first axis, or nests of them; y
            and sample_weight may be None.
        batch_size: samples in a batch; the last may be smaller. None makes `steps` batches of the
            whole, as Keras does, and batches of 32 without `steps`.
        shuffle: a new order in every pass.
        seed: of the orders; drawn when None.
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        batch_size: int | None = None,
        shuffle: bool = False,
        seed: int | None = None,
        steps: int | None = None,
        several: ManyArrays = SINGLE,
    ):
        self.x = as_tensors("x", x, several.inputs)
        self.y = as_tensors("y", y, several.targets)
        self.sample_weight = as_tensors("sample_weight", sample_weight, several.targets)
        self.samples = next((len(array) for array in leaves(self.x) if array is not None), 0)
        if batch_size is None:
            batch_size = max(1, -(-self.samples // steps)) if steps else 32
        self.batch_size = check_batch_size(batch_size)
        self.batches = -(-self.samples // self.batch_size)
        self.targets = self.y
        self.image_shape = tuple(self.x.shape[1:]) if torch.is_tensor(self.x) else None
        self.shuffle = bool(shuffle)
        self.seed = (draw_seed() if seed is None else seed) if self.shuffle else 0
        self._check_lengths()

    def _check_lengths(self) -> None:
        lengths: dict[str, int] = {}
        for name, nest in (("x", self.x), ("y", self.y), ("sample_weight", self.sample_weight)):
            arrays = [array for array in leaves(nest) if array is not None]
            for number, array in enumerate(arrays):
                lengths[f"{name}[{number}]" if len(arrays) > 1 else name] = len(array)
        if len(set(lengths.values())) > 1:
            needed = "x, y and sample_weight must be equally long"
            do = "If x is one image, give it the axis of a batch: x[None]."
            if self._is_one():
                got = f"{lengths}, x of the shape {tuple(self.x.shape)}"
                raise ShapeError("arrays", needed, got, do)
            raise ShapeError("arrays", needed, str(lengths))
        if not self.samples:
            raise DataError("x", "there must be at least one sample", "an empty array")

    def _is_one(self) -> bool:
        """Whether x looks like one image, beside one label."""
        x, y = self.x, self.y
        alone = torch.is_tensor(x) and torch.is_tensor(y) and len(y) == 1
        return alone and (x.ndim == 2 or (x.ndim == 3 and x.shape[-1] in (1, 3, 4)))

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        return self._read(self.x, pass_number, start)

    def fixed_images(self) -> FixedImages | str:
        if not torch.is_tensor(self.x):
            return "the model has several inputs"
        return ArrayImages(self.x)

    def read_places(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        return self._read(torch.arange(self.samples or 0), pass_number, start)

    def _read(self, x: Any, pass_number: int, start: int) -> Iterator[Batch]:
        order = None
        if self.shuffle:
            stream = torch.Generator().manual_seed(self.seed + pass_number)
            order = torch.randperm(self.samples or 0, generator=stream)
        for batch in range(start, self.batches or 0):
            rows = slice(batch * self.batch_size, (batch + 1) * self.batch_size)
            yield (
                self._rows(x, order, rows),
                self._rows(self.y, order, rows),
                self._rows(self.sample_weight, order, rows),
            )

    @staticmethod
    def _rows(nest: Any, order: torch.Tensor | None, rows: slice) -> Any:
        if nest is None:
            return None
        if not torch.is_tensor(nest):
            return map_nest(lambda one: ArraySource._rows(one, order, rows), nest)
        return nest[rows] if order is None else nest.index_select(0, order[rows])

    def state(self) -> Any:
        return {"seed": self.seed, **self._measures()}

    def restore(self, state: Any) -> None:
        check_measures(self._measures(), state)
        self.seed = state["seed"]

    def _measures(self) -> dict[str, Any]:
        return {"samples": self.samples, "batch_size": self.batch_size, "shuffle": self.shuffle}


class ArrayImages:
    """The rows of a tensor on the CPU; see `FixedImages`."""

    is_known = True

    def __init__(self, x: torch.Tensor):
        self.x, self.count = x, len(x)

    def read(self, places: np.ndarray, size: int) -> Iterator[torch.Tensor]:
        for start in range(0, len(places), size):
            yield self.x.index_select(0, torch.from_numpy(places[start : start + size]))

    def name(self) -> bytes:
        flat = self.x.detach().reshape(
            -1
        )  # a last axis of one may have any stride, as x[..., None]
        return digest_of(flat.view(torch.uint8).numpy())

    def stamps(self) -> np.ndarray:
        return np.zeros((self.count, 2), dtype=np.int64)
