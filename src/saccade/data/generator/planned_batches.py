"""Batches on their way: planned, filled by threads and handed out as Keras would.

A batch goes three ways::

    plan    every random number it needs, drawn in Keras's order        (one thread, in order)
    pixels  read -> augment -> standardize, a few images to a thread    (many threads, any order)
    hand out NumPy's stream and the iterator's place become Keras's     (the caller's thread)

Here is how a batch is planned and filled; `ImageBatches` hands it out. Plans can be made ahead, and
`ImageBatches.read_ahead` does; the batches stay those of `next()` to the bit. A
function of the user's may itself draw from `numpy.random`, and may not be safe in threads. So it
runs while the batch is handed out, image by image, with the stream as Keras would have it there.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from saccade.data.generator.augmentation import Augmentation
from saccade.data.generator.flow_options import FlowOptions
from saccade.data.generator.image_transform import ImageTransform
from saccade.data.generator.iterator import BatchIterator, Place
from saccade.data.generator.random_stream import (
    State,
    state_of,
)
from saccade.data.generator.saved_batches import Saving
from saccade.data.pool import processors, workers
from saccade.data_formats import from_channels_last, to_channels_last
from saccade.errors import ShapeError


@dataclass(eq=False)
class PlannedBatch:
    """A batch on its way.

    Attributes:
        place, state: where the iterator and NumPy's stream stood when it was planned.
        after: where the iterator stands when it is handed out.
        stream: what its draws came from; its state is NumPy's then.
        indices: its images.
        parameters: each image's transformation; None where nothing is random.
        augmentation: what they were drawn from, and what applies them.
        x: the pixels, filled by the pool.
        images: each image before the user's function, where there is one.
        states: NumPy's stream before the first image's draws, then after each image's: what the
            user's function finds.
        parts: what the pool works on.
    """

    place: Place
    state: State
    after: Place
    stream: np.random.RandomState
    indices: np.ndarray
    x: np.ndarray
    parameters: list[dict[str, Any]] | None = None
    augmentation: Augmentation | None = None
    suffixes: list[int] | None = None
    images: list[np.ndarray | None] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    parts: list[Future[None]] = field(default_factory=list)

    def wait(self) -> None:
        """Until the pool is done; the first fault of an image is raised."""
        try:
            for part in self.parts:
                part.result()
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """Nobody will ask for it: work that has not begun is left."""
        for part in self.parts:
            part.cancel()


class PlannedBatches(BatchIterator):
    """An iterator over images: `_read` gives one of them, `_package` completes a batch.

    A subclass sets `image_data_generator`, `dtype` and `data_format` before it calls this. Pixels
    are channels last; who asks for a batch, and what is written for one image, gets a view of them
    in the data format.

    Args:
        hwc_shape: (height, width, channels) of every image.
        saving: where batches are written for a look at them.
        options: threads, batches ahead, and what concerns files.

    Attributes:
        image_shape: of every image, in the data format.
        image_data_generator: the generator that made the iterator; None leaves images as they are.
        dtype: of the batches.
        image_dtype: of an image while it is changed and normalised.
    """

    image_data_generator: ImageTransform | None
    dtype: np.dtype
    data_format: str
    image_dtype = np.dtype(np.float32)

    def __init__(
        self,
        n: int,
        batch_size: int,
        shuffle: bool,
        seed: int | None,
        hwc_shape: tuple[int, ...],
        saving: Saving,
        options: FlowOptions,
    ):
        super().__init__(n, batch_size, shuffle, seed)
        self._hwc_shape = hwc_shape
        is_first = self.data_format == "channels_first"
        self.image_shape = (hwc_shape[-1], *hwc_shape[:-1]) if is_first else hwc_shape
        self._saving = saving
        self._options = options
        transform = self.image_data_generator
        # A function that was seen drawing, or a subclass that may: nothing can be foreseen.
        self._function_draws = transform is not None and transform.has_custom_methods

    def _read(self, i: int) -> np.ndarray:
        """Image i, HWC, of any number type, not to be written to."""
        raise NotImplementedError

    def _package(self, x: np.ndarray, indices: np.ndarray) -> Any:
        """What is handed out: x with the labels of the images."""
        raise NotImplementedError

    @property
    def _runs_user_code(self) -> bool:
        transform = self.image_data_generator
        return transform is not None and transform.runs_user_code

    # -- plan ------------------------------------------------------------------------------

    def _plan(
        self,
        place: Place,
        state: State,
        taken: tuple[np.ndarray, Place, np.random.RandomState],
    ) -> PlannedBatch:
        """Draw what the batch needs, in Keras's order."""
        indices, after, stream = taken
        x = np.empty((len(indices), *self._hwc_shape), self.dtype)
        batch = PlannedBatch(place, state, after, stream, indices, x)
        transform = self.image_data_generator
        if transform is not None and self._runs_user_code:
            batch.images = [None] * len(indices)
            self._plan_for_user_code(batch, transform)
        elif transform is not None:
            augmentation = batch.augmentation = transform.augmentation()
            if augmentation.is_identity:
                stream.random_sample(2 * len(indices))  # Keras draws for both flips even so
            else:
                shape = self._hwc_shape
                batch.parameters = [augmentation.draw(stream, shape) for _ in indices]
        if self._saving.folder is not None and not self._runs_user_code:
            batch.suffixes = self._draw_suffixes(stream, len(indices))
        return batch

    def _plan_for_user_code(self, batch: PlannedBatch, transform: ImageTransform) -> None:
        """As if the function drew nothing, which `_run_user_code` looks after."""
        batch.states.append(state_of(batch.stream))
        if self._function_draws:
            return
        augmentation = batch.augmentation = transform.augmentation()
        batch.parameters = []
        for _ in batch.indices:
            batch.parameters.append(augmentation.draw(batch.stream, self._hwc_shape))
            batch.states.append(state_of(batch.stream))
        if self._saving.folder is not None:  # so that the next plan starts after them
            self._draw_suffixes(batch.stream, len(batch.indices))

    def _draw_suffixes(self, stream: Any, count: int) -> list[int]:
        return [int(stream.randint(self._saving.names)) for _ in range(count)]

    # -- pixels ----------------------------------------------------------------------------

    def _start(self, batch: PlannedBatch) -> None:
        """Give the batch's images to the pool, a few to a task."""
        count = self._options.workers
        rows = len(batch.indices)
        if count == 0 or rows == 0:
            self._fill(batch, range(rows))
            return
        tasks = min(rows, processors() if count is None else count)
        bounds = [rows * task // tasks for task in range(tasks + 1)]
        pool = workers(count)
        batch.parts = [
            pool.submit(self._fill, batch, range(start, stop)) for start, stop in pairwise(bounds)
        ]

    def _fill(self, batch: PlannedBatch, rows: range) -> None:
        transform = self.image_data_generator
        rescale = self._quick_rescale(batch)
        for row in rows:
            image_hwc = self._read(int(batch.indices[row]))
            if rescale is not None and image_hwc.dtype == np.uint8:
                np.multiply(image_hwc, rescale, out=batch.x[row])
            elif batch.images:  # the rest is done while it is handed out
                batch.images[row] = self._augmented(image_hwc, batch, row)
            elif transform is not None:
                image_hwc = self._augmented(image_hwc, batch, row)
                self._put_standardized(batch, row, image_hwc)
            else:
                self._put(batch, row, image_hwc)

    def _quick_rescale(self, batch: PlannedBatch) -> np.float32 | None:
        """The factor where it is all that happens to an image: one pass over bytes then does it."""
        transform = self.image_data_generator
        if batch.parameters is not None or batch.images or self.dtype != np.float32:
            return None
        rescale = 1 if transform is None else transform.only_rescale
        if type(rescale) not in (int, float):  # a NumPy number counts with its own precision
            return None
        return np.float32(rescale or 1)

    def _augmented(self, image_hwc: np.ndarray, batch: PlannedBatch, row: int) -> np.ndarray:
        """An array of its own, after the transformation that was drawn for it."""
        image_hwc = image_hwc.astype(self.image_dtype)
        if batch.augmentation is None or batch.parameters is None:
            return image_hwc
        return batch.augmentation.apply(image_hwc, batch.parameters[row])

    def _put_standardized(self, batch: PlannedBatch, row: int, image_hwc: np.ndarray) -> None:
        assert self.image_data_generator is not None
        image = from_channels_last(image_hwc, self.data_format)
        image = self.image_data_generator.standardize(image)
        self._put(batch, row, to_channels_last(image, self.data_format))

    def _put(self, batch: PlannedBatch, row: int, image_hwc: np.ndarray) -> None:
        try:
            batch.x[row] = image_hwc
        except ValueError as fault:
            raise ShapeError(
                "preprocessing_function",
                f"must return an image of the shape it was given, {self.image_shape}",
                np.shape(image_hwc),
            ) from fault
