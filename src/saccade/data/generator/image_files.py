"""ImageFiles: the files of a data set by place, each decoded to the same shape, kept if asked."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from saccade.data.generator.image_reading import ImageReading
from saccade.data.pixel_store import PixelStore, stamp_of, store_name


class ImageFiles:
    """Images to read: `files[i]` decodes the i-th, or takes it from the store.

    Args:
        directory: stands in front of every name.
        names: the files.
        reading: how each is read.
        cache: "auto", True, False or a folder; see `FlowOptions`.
    """

    def __init__(
        self,
        directory: str,
        names: Sequence[str],
        reading: ImageReading,
        cache: bool | str = "auto",
    ):
        self.directory, self.names, self.reading = directory, names, reading
        self._store: PixelStore | None = None
        if cache is not False and len(names):
            self._store = PixelStore(len(names), reading.image_shape, cache, self._name)

    def __len__(self) -> int:
        return len(self.names)

    def path(self, place: int) -> str:
        """The file at a place."""
        return os.path.join(self.directory, self.names[place])

    def __getitem__(self, place: int) -> np.ndarray:
        """The image at a place, HWC, uint8 (or 16- and 32-bit greyscale); not to be written to.

        Raises:
            NoSuchFile, UnreadableImage: the file is gone, or is no image.
        """
        path = self.path(place)
        if self._store is None:
            return self.reading.read(path)
        image_hwc = self._store.get(place, path)
        if image_hwc is None:
            image_hwc = self.reading.read(path)
            self._store.keep(place, path, image_hwc)
        return image_hwc

    def stamps(self) -> np.ndarray:
        """int64 (files, 2): size and time of every file now, zeros where there is none."""
        stamps = [stamp_of(self.path(place)) or (0, 0) for place in range(len(self))]
        return np.array(stamps, dtype=np.int64).reshape(len(self), 2)

    @property
    def filling(self) -> bool:
        """Whether images are being kept that later epochs need not decode."""
        return self._store is not None and not self._store.is_full

    def _name(self) -> str:
        return store_name([self.path(i) for i in range(len(self))], self.reading)
