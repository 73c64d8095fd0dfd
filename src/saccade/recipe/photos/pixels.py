"""Pixels: the photos at the network's size, in memory where they fit, else read batch by batch."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from saccade.data.files.faulty_files import read_all
from saccade.data.pool import workers
from saccade.data.sources.array_source import ArraySource
from saccade.data.sources.source import Batch, Source
from saccade.errors import SaccadeError
from saccade.predictor import Preprocessing
from saccade.recipe.augmentation import photo_views, small_moves
from saccade.recipe.augmentation.mixup import mix_photos

BUDGET_BYTES = 2 * 2**30


@dataclass
class Pixels:
    """Images by row number; every file was decoded once, so the faulty ones are known.

    Attributes:
        files: the path of each row.
        preprocessing: how they are read.
        stored: uint8 (n, height, width, channels); None where it would exceed the budget. Rows
            of faulty files are zeros.
        faults: the error of each row that cannot be decoded.
        all_grey: whether every image is grey, whatever its number of channels.
    """

    files: Sequence[str]
    preprocessing: Preprocessing
    stored: torch.Tensor | None = None
    faults: dict[int, SaccadeError] = field(default_factory=dict)
    all_grey: bool = True

    @property
    def good(self) -> np.ndarray:
        """Which rows can be used, bool (n,)."""
        good = np.ones(len(self.files), dtype=bool)
        good[list(self.faults)] = False
        return good

    def faults_below(self, folder: str | os.PathLike[str]) -> dict[str, SaccadeError]:
        """The error of each faulty file, by its path below a folder."""
        return {os.path.relpath(self.files[row], folder): at for row, at in self.faults.items()}

    def as_grey(self) -> Pixels:
        """The same with one channel, for images that are all grey: then the channels are equal."""
        preprocessing = replace(self.preprocessing, color_mode="grayscale")
        stored = None if self.stored is None else self.stored[..., :1].contiguous()
        return replace(self, preprocessing=preprocessing, stored=stored)


def read_pixels(
    files: Sequence[str],
    preprocessing: Preprocessing,
    tick: Callable[[int], None] = lambda done: None,
    budget_bytes: int = BUDGET_BYTES,
) -> Pixels:
    """Decode every file once, in threads; keep what fits the budget.

    Args:
        files: the images.
        preprocessing: how to read them.
        tick: told how many files are done, from time to time.
        budget_bytes: the most memory for pixels.
    """
    shape = (len(files), *preprocessing.image_shape)
    fits = math.prod(shape) <= budget_bytes
    stored = np.zeros(shape, dtype=np.uint8) if fits else None
    pixels = Pixels(files, preprocessing)
    read = read_all(files, preprocessing.read, workers(), tick)
    for row, image_hwc in enumerate(read):
        if isinstance(image_hwc, SaccadeError):
            pixels.faults[row] = image_hwc
            continue
        if pixels.all_grey and image_hwc.shape[2] == 3:
            pixels.all_grey = bool((image_hwc == image_hwc[:, :, :1]).all())
        if stored is not None:
            stored[row] = image_hwc
    pixels.stored = None if stored is None else torch.from_numpy(stored)
    return pixels


@dataclass(frozen=True)
class Changes:
    """Random changes of images in training.

    Attributes:
        draws: the random numbers that an image needs.
        apply: uint8 images, draws (n, draws) in [0, 1) and the preprocessing -> the model's input.
    """

    draws: int
    apply: Callable[[torch.Tensor, torch.Tensor, Preprocessing], torch.Tensor]


NUDGES = Changes(small_moves.DRAWS, lambda x, draws, by: small_moves.nudge(by.scale(x), draws))


def new_views(size_hw: tuple[int, int]) -> Changes:
    """Windows, mirrorings and other light, brought to (height, width) pixels."""

    def apply(x: torch.Tensor, draws: torch.Tensor, by: Preprocessing) -> torch.Tensor:
        return by.scale(photo_views.change_photos(x.float(), draws, size_hw))

    return Changes(photo_views.DRAWS, apply)


class PixelSource(Source):
    """Rows of `Pixels` as the training loop takes them: float32, scaled, changed if asked.

    Args:
        pixels: the images.
        rows: which of them, int64 (n,).
        labels: the class number of each, int (n,), or its row, float (n, classes).
        batch_size: images in a batch.
        shuffle: a new order in every pass.
        seed: of the orders and the changes.
        changes: what to change in the images, anew in every pass.
        mixed: whether the images of a batch are laid over one another; the labels are rows then.
        class_weights: how much an image of each class counts, float32 (classes,); a mixed one
            counts as its label is mixed. The labels are rows then.
    """

    def __init__(
        self,
        pixels: Pixels,
        rows: np.ndarray,
        labels: np.ndarray,
        batch_size: int,
        shuffle: bool = False,
        seed: int = 0,
        changes: Changes | None = None,
        mixed: bool = False,
        class_weights: np.ndarray | None = None,
    ):
        self.pixels = pixels
        self.places = ArraySource(rows, labels, None, batch_size, shuffle, seed)
        self.batches, self.samples = self.places.batches, self.places.samples
        self.targets = self.places.targets
        self.seed, self.changes, self.mixed = seed, changes, mixed
        self._last = 0, 0
        self.class_weights = None if class_weights is None else torch.as_tensor(class_weights)

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        draws = self._draw(pass_number)
        place = start * self.places.batch_size
        batches = self._images(self.places.read(pass_number, start))
        for number, (batch_nhwc, labels) in enumerate(batches, start):
            self._last = pass_number, number
            by = self.pixels.preprocessing
            if self.changes is None or draws is None:
                x = by.scale(batch_nhwc)
            else:
                x = self.changes.apply(batch_nhwc, draws[place : place + len(batch_nhwc)], by)
            place += len(x)
            if self.mixed:
                # Of the seed, pass and batch alone, so that a pass can be entered at any batch.
                draw = np.random.default_rng([self.seed, pass_number, number])
                x, labels = mix_photos(x, labels, draw)
            weights = None if self.class_weights is None else labels @ self.class_weights
            yield x, labels, weights

    def last_files(self) -> list[str]:
        rows, _, _ = next(self.places.read(*self._last))
        return [str(self.pixels.files[row]) for row in rows.tolist()]

    def _draw(self, pass_number: int) -> torch.Tensor | None:
        """All draws of a pass at once, so that a pass can be entered at any batch."""
        if self.changes is None:
            return None
        stream = torch.Generator().manual_seed((self.seed << 24) + pass_number)
        return torch.rand(self.samples or 0, self.changes.draws, generator=stream)

    def _images(self, places: Iterator[Batch]) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """uint8 images and labels of each batch; files are read one batch ahead."""
        stored = self.pixels.stored
        if stored is not None:
            for rows, labels, _ in places:
                yield stored.index_select(0, rows), labels
            return
        pool = workers()
        ahead = None
        for rows, labels, _ in places:
            files = [self.pixels.files[row] for row in rows.tolist()]
            coming = pool.map(self.pixels.preprocessing.read, files), labels
            if ahead is not None:
                yield torch.from_numpy(np.stack(list(ahead[0]))), ahead[1]
            ahead = coming
        if ahead is not None:
            yield torch.from_numpy(np.stack(list(ahead[0]))), ahead[1]
