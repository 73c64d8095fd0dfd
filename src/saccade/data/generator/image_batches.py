"""ImageBatches: batches of images, handed out as Keras would; or their images, one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np

from saccade.data.generator.iterator import Place
from saccade.data.generator.iterator_images import IteratorImages
from saccade.data.generator.planned_batches import PlannedBatch, PlannedBatches
from saccade.data.generator.random_stream import (
    State,
    global_state,
    same_state,
    set_global_state,
    state_of,
    stream_from,
)
from saccade.data.pool import processors
from saccade.data.sources.fixed_images import FixedImages
from saccade.data_formats import from_channels_last, to_channels_last
from saccade.names import is_overridden


class ImageBatches(PlannedBatches):
    """`PlannedBatches` that are handed out, in order, ahead of time or by number.

    Where every pass has the same images, they can be read by place too, without touching where the
    iterator stands.
    """

    _handed_out: np.ndarray | None = None  # the images of the last batch

    @property
    def augments(self) -> bool:
        """Whether an image may look different each time."""
        transform = self.image_data_generator
        return transform is not None and not transform.augmentation().is_identity

    def __next__(self) -> Any:
        if is_overridden(self, "_get_batches_of_transformed_samples"):
            return super().__next__()
        return next(self.read_ahead(1))

    def __getitem__(self, i: int) -> Any:
        """Batch i of the present order (drawn now if there is none); counts as a batch seen.

        Raises:
            InvalidArgument: there is no batch i in a pass.
        """
        if is_overridden(self, "_get_batches_of_transformed_samples"):
            return super().__getitem__(i)
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
                with self.lock:  # other threads may take batches of this iterator, too
                    # 1. Is what was prepared still what comes next? The first batch was planned
                    #    for a place and, without a seed, for a state of numpy.random. Where the
                    #    user has moved either, all plans that follow from it are wrong.
                    place, state = self._place(), global_state()
                    if coming and not self._follows(coming[0], place, state):
                        while coming:
                            coming.popleft().drop()
                    # 2. Plan as far ahead as is allowed, each batch from where the one before it
                    #    will leave the iterator and the stream. Nothing of either moves now:
                    #    the user sees the place of the batch that he has.
                    while len(coming) < min(left, 1 + self._look_ahead()):
                        if coming:
                            place = coming[-1].after
                            state = state_of(coming[-1].stream)
                        coming.append(self._plan(place, state, self._take(place, state)))
                        self._start(coming[-1])  # the threads begin with its pixels
                    # 3. Hand out the first: now the iterator and numpy.random move to where
                    #    Keras would leave them, and a function of the user's runs, for it draws.
                    batch = coming.popleft()
                    self._arrive(batch)
                # 4. Wait for its pixels, without the lock: they depend on nothing that can move.
                yield self._complete(batch)
        finally:
            # 5. The caller has stopped in the middle: nobody will ask for what is on its way.
            for batch in coming:
                batch.drop()

    def _look_ahead(self) -> int:
        """How many batches after the next one can be planned already."""
        return 0 if self._function_draws and self.seed is None else self._options.prefetch

    def _follows(self, batch: PlannedBatch, place: Place, state: State) -> bool:
        if not batch.place.same_as(place):
            return False
        return self.seed is not None or same_state(batch.state, state)

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
        self._handed_out = batch.indices
        if batch.suffixes is not None:
            self._saving.write(batch.x, batch.indices, batch.suffixes)
        return self._package(from_channels_last(batch.x, self.data_format), batch.indices)

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
                image = from_channels_last(image_hwc, self.data_format)
                parameters = transform.get_random_transform(image.shape)
                image = transform.apply_transform(image, parameters)
                self._put_standardized(batch, row, to_channels_last(image, self.data_format))
                continue
            state = batch.states[row + 1]
            set_global_state(state)
            self._put_standardized(batch, row, image_hwc)
            drew = not same_state(state, global_state())
        self._function_draws = drew
        if self._saving.folder is not None:
            batch.suffixes = self._draw_suffixes(np.random, len(batch.indices))

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
            self._handed_out = batch.indices
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
                    self._put_standardized(batch, row, image_hwc)
                yield from_channels_last(batch.x, self.data_format)
        finally:
            for batch in coming:
                batch.drop()

    def _of_places(self, places: np.ndarray) -> PlannedBatch:
        """A batch that nobody will hand out."""
        x = np.empty((len(places), *self._hwc_shape), self.dtype)
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
