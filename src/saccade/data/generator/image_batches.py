"""ImageBatches: batches of images that are read, changed at random and normalised by threads.

A batch goes three ways::

    plan    every random number it needs, drawn in Keras's order        (one thread, in order)
    pixels  read -> augment -> standardize, a few images to a thread    (many threads, any order)
    hand out NumPy's stream and the iterator's place become Keras's     (the caller's thread)

Plans can be made ahead, and `read_ahead` does; the batches stay those of `next()` to the bit. A
function of the user's may itself draw from `numpy.random` and need not bear threads, so it runs
while the batch is handed out, image by image, with the stream as Keras would have it there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from saccade.data.generator.flow_options import FlowOptions
from saccade.data.generator.image_transform import ImageTransform
from saccade.data.generator.iterator import BatchIterator, Place
from saccade.data.generator.iterator_images import IteratorImages
from saccade.data.generator.planned_batch import PlannedBatch
from saccade.data.generator.random_stream import (
    State,
    global_state,
    same_state,
    set_global_state,
    state_of,
    stream_from,
)
from saccade.data.generator.saved_batches import Saving
from saccade.data.pool import processors, workers
from saccade.data.sources.fixed_images import FixedImages
from saccade.errors import ShapeError


class ImageBatches(BatchIterator):
    """An iterator over images: `_read` gives one of them, `_package` completes a batch.

    A subclass sets `image_data_generator` and `dtype` before it calls this.

    Args:
        image_shape: (height, width, channels) of every image.
        saving: where batches are written for a look at them.
        options: threads, batches ahead, and what concerns files.

    Attributes:
        image_data_generator: the generator that made the iterator; None leaves images as they are.
        dtype: of the batches.
        image_dtype: of an image while it is changed and normalised.
    """

    image_data_generator: ImageTransform | None
    dtype: np.dtype
    image_dtype = np.dtype(np.float32)

    def __init__(
        self,
        n: int,
        batch_size: int,
        shuffle: bool,
        seed: int | None,
        image_shape: tuple[int, ...],
        saving: Saving,
        options: FlowOptions,
    ):
        super().__init__(n, batch_size, shuffle, seed)
        self.image_shape = image_shape
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
    def augments(self) -> bool:
        """Whether an image may look different each time."""
        transform = self.image_data_generator
        return transform is not None and not transform.augmentation().is_identity

    def __next__(self) -> Any:
        return next(self.read_ahead(1))

    def __getitem__(self, i: int) -> Any:
        """Batch i of the present order (drawn now if there is none); counts as a batch seen.

        Raises:
            InvalidArgument: there is no batch i in a pass.
        """
        with self.lock:
            place, state = self._place(), global_state()
            batch = self._plan(place, state, self._take_number(i, place, state))
            self._start(batch)
            self._arrive(batch)
        return self._complete(batch)

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        """The batch of these images, its draws from `numpy.random` as it stands."""
        with self.lock:
            place, state = self._place(), global_state()
            taken = np.asarray(index_array), place, stream_from(state)
            batch = self._plan(place, state, taken)
            self._start(batch)
            self._arrive(batch)
        return self._complete(batch)

    def read_ahead(self, count: int) -> Iterator[Any]:
        """The next `count` batches, those of `next()`, while threads work on the ones after.

        If somebody meanwhile takes a batch, resets the iterator or draws from `numpy.random`
        (where there is no seed), what was prepared is dropped and prepared anew.
        """
        coming: deque[PlannedBatch] = deque()
        try:
            for left in range(count, 0, -1):
                with self.lock:
                    place, state = self._place(), global_state()
                    if coming and not self._follows(coming[0], place, state):
                        while coming:
                            coming.popleft().drop()
                    while len(coming) < min(left, 1 + self._look_ahead()):
                        if coming:
                            place = coming[-1].after
                            state = state_of(coming[-1].stream)
                        coming.append(self._plan(place, state, self._take(place, state)))
                        self._start(coming[-1])
                    batch = coming.popleft()
                    self._arrive(batch)
                yield self._complete(batch)  # the pixels need no lock
        finally:
            for batch in coming:
                batch.drop()

    # -- the images by their place ---------------------------------------------------------

    def fixed_images(self) -> FixedImages | str:
        """The images by place, where every pass has the same ones; else in words why not."""
        transform = self.image_data_generator
        if self.augments:
            return "the generator changes the images at random"
        if self._saving.folder is not None:
            return "every batch is written to save_to_dir"
        if transform is not None and transform.has_custom_methods:
            return "a generator of your own class may give other images each time"
        if self._function_draws:
            return "the preprocessing_function draws random numbers"
        if not self._gives_images_alone:
            return "the batches hold more than one array of images"
        return IteratorImages(self)

    def read_places(self, count: int) -> Iterator[Any]:
        """The next `count` batches with the places of the images, int64 (batch,), for the images.

        The iterator, and `numpy.random`, stand afterwards where `next()` would have left them.
        """
        for _ in range(count):
            with self.lock:
                place, state = self._place(), global_state()
                batch = self._plan(place, state, self._take(place, state))
                self._stand(batch.after)
                set_global_state(state_of(batch.stream))
            places = batch.indices.astype(np.int64)
            yield self._package(places, batch.indices)

    def read_images(self, places: np.ndarray, size: int) -> Iterator[np.ndarray]:
        """The images at these places as batches hold them, `size` at a time.

        For images that nothing changes at random: no number is drawn, and nothing here moves.
        """
        starts = iter(range(0, len(places), size))
        coming: deque[PlannedBatch] = deque()
        try:
            while True:
                while len(coming) <= self._options.prefetch:
                    start = next(starts, None)
                    if start is None:
                        break
                    coming.append(self._of_places(places[start : start + size]))
                    self._start(coming[-1])
                if not coming:
                    return
                batch = coming.popleft()
                batch.wait()
                for row, image_hwc in enumerate(batch.images):
                    assert image_hwc is not None
                    assert self.image_data_generator is not None
                    self._put(batch, row, self.image_data_generator.standardize(image_hwc))
                yield batch.x
        finally:
            for batch in coming:
                batch.drop()

    def _of_places(self, places: np.ndarray) -> PlannedBatch:
        """A batch that nobody will hand out."""
        x = np.empty((len(places), *self.image_shape), self.dtype)
        here, stream = self._place(), np.random.RandomState(0)
        batch = PlannedBatch(here, global_state(), here, stream, places, x)
        if self._runs_user_code:
            batch.images = [None] * len(places)
        return batch

    @property
    def _gives_images_alone(self) -> bool:
        """Whether x is one array of images, and y is none of them."""
        return True

    def images_name(self) -> bytes:
        """What stands for the images as they are before they are normalised."""
        raise NotImplementedError(f"{type(self).__name__} must name its images")

    def images_stamps(self) -> np.ndarray:
        """int64 (n, 2): a row that changes when the file at that place does."""
        return np.zeros((self.n, 2), dtype=np.int64)

    # -- what may be foreseen --------------------------------------------------------------

    @property
    def _runs_user_code(self) -> bool:
        transform = self.image_data_generator
        return transform is not None and transform.runs_user_code

    def _look_ahead(self) -> int:
        """How many batches after the next one can be planned already."""
        return 0 if self._function_draws and self.seed is None else self._options.prefetch

    def _follows(self, batch: PlannedBatch, place: Place, state: State) -> bool:
        if not batch.place.same_as(place):
            return False
        return self.seed is not None or same_state(batch.state, state)

    # -- plan ------------------------------------------------------------------------------

    def _plan(
        self,
        place: Place,
        state: State,
        taken: tuple[np.ndarray, Place, np.random.RandomState],
    ) -> PlannedBatch:
        """Draw what the batch needs, in Keras's order."""
        indices, after, stream = taken
        x = np.empty((len(indices), *self.image_shape), self.dtype)
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
                shape = self.image_shape
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
            batch.parameters.append(augmentation.draw(batch.stream, self.image_shape))
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
                self._put(batch, row, transform.standardize(image_hwc))
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

    def _put(self, batch: PlannedBatch, row: int, image_hwc: np.ndarray) -> None:
        try:
            batch.x[row] = image_hwc
        except ValueError as fault:
            raise ShapeError(
                "preprocessing_function",
                f"must return an image of the shape it was given, {self.image_shape}",
                np.shape(image_hwc),
            ) from fault

    # -- hand out --------------------------------------------------------------------------

    def _arrive(self, batch: PlannedBatch) -> None:
        """Stand where Keras would after this batch, its user's function run; the lock is held."""
        self._stand(batch.after)  # a batch with a fault is passed over, as in Keras
        if batch.states:
            batch.wait()
            self._run_user_code(batch)
        else:
            set_global_state(state_of(batch.stream))

    def _complete(self, batch: PlannedBatch) -> Any:
        """Wait for the pixels, and put the labels to them."""
        batch.wait()
        if batch.suffixes is not None:
            self._saving.write(batch.x, batch.indices, batch.suffixes)
        return self._package(batch.x, batch.indices)

    def _run_user_code(self, batch: PlannedBatch) -> None:
        """Standardize image by image, in order, in `numpy.random` as Keras would have it."""
        transform = self.image_data_generator
        assert transform is not None
        drew = self._function_draws
        set_global_state(batch.states[0])
        for row, i in enumerate(batch.indices):
            image_hwc = batch.images[row]
            assert image_hwc is not None
            if drew:  # what was planned for this image no longer holds
                if batch.parameters is not None:
                    image_hwc = self._read(int(i)).astype(self.image_dtype)
                parameters = transform.get_random_transform(image_hwc.shape)
                image_hwc = transform.apply_transform(image_hwc, parameters)
                self._put(batch, row, transform.standardize(image_hwc))
                continue
            state = batch.states[row + 1]
            set_global_state(state)
            self._put(batch, row, transform.standardize(image_hwc))
            drew = not same_state(state, global_state())
        self._function_draws = drew
        if self._saving.folder is not None:
            batch.suffixes = self._draw_suffixes(np.random, len(batch.indices))

    def waiting_hint(self) -> str:
        """What helps when a network waits for this iterator."""
        options, transform = self._options, self.image_data_generator
        if transform is not None and self._runs_user_code:
            return (
                "the generator's preprocessing_function runs image by image on one thread; do its "
                "work in the first layers of the model instead (Rescaling, for one)"
            )
        if options.cache is False:
            return 'give the generator cache="auto", which keeps decoded images in memory'
        if options.workers is not None and options.workers < processors():
            return "give the generator workers=None, which uses every processor"
        return (
            "make the photos smaller on disk, or give the generator cache=FOLDER (or True) if "
            "they do not fit its memory budget"
        )
