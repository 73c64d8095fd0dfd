"""IteratorImages: what an iterator of images has, by place, where every pass has the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np

_NORMALISES_BY = (  # the settings of a generator that decide what becomes of an image
    "samplewise_center",
    "samplewise_std_normalization",
    "featurewise_center",
    "featurewise_std_normalization",
    "zca_whitening",
    "rescale",
)
_MEASURED = ("mean", "std", "zca_whitening_matrix")


class IteratorImages:
    """The `FixedImages` of an iterator, which stays where it stands."""

    def __init__(self, iterator: Any):
        self.iterator, self.count = iterator, iterator.n
        transform = iterator.image_data_generator
        self.is_known = transform is None or not transform.runs_user_code

    def read(self, places: np.ndarray, size: int) -> Iterator[np.ndarray]:
        return self.iterator.read_images(places, size)

    def name(self) -> bytes:
        iterator, transform = self.iterator, self.iterator.image_data_generator
        whole = hashlib.blake2b(iterator.images_name())
        settings: list[Any] = [str(iterator.dtype), iterator.image_shape]
        if transform is not None:
            settings += [repr(getattr(transform, name)) for name in _NORMALISES_BY]
            function = transform.preprocessing_function
            # Two functions of one name may differ, so an unknown one stands for itself alone.
            module = getattr(function, "__module__", "")
            settings += [module, getattr(function, "__qualname__", "")]
            settings += [None if str(module).startswith("saccade.") else id(function)]
            for name in _MEASURED:
                value = getattr(transform, name)
                whole.update(b"" if value is None else np.ascontiguousarray(value).tobytes())
        whole.update(repr(settings).encode())
        return whole.digest()

    def stamps(self) -> np.ndarray:
        return self.iterator.images_stamps()
