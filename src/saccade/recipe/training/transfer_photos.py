"""Transfer photos: photos, what they are and what they count, as a transfer trains on them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from saccade.data.sources.source import Batch, Source
from saccade.recipe.choices import Choices
from saccade.recipe.photos.photo_reading import window_size
from saccade.recipe.photos.photos import Photos
from saccade.recipe.photos.pixels import Pixels, PixelSource, new_views
from saccade.recipe.training.class_weights import weigh_classes


class TransferPhotos:
    """The photos of a run.

    Args:
        choices: settled.
        parts: places of the photos, by "train", "validation" and "test".

    Attributes:
        names: of the classes.
        one_hot: (photos, classes), float32.
        class_weights: (classes,), float32: what a photo of each class counts.
        training_size: (height, width) in pixels of the windows that are trained on.
    """

    def __init__(
        self, choices: Choices, photos: Photos, pixels: Pixels, parts: dict[str, np.ndarray]
    ):
        self._choices, self._rows, self._pixels = choices, photos.rows, pixels
        self.preprocessing = pixels.preprocessing
        self.names = list(photos.index.class_names)
        self.one_hot = np.eye(len(self.names), dtype=np.float32)[photos.index.labels]
        trained = photos.index.labels[parts["train"]]
        self.class_weights = weigh_classes(trained, len(self.names))
        size_hw = self.preprocessing.target_size
        self.training_size = window_size(choices.defaults, size_hw) if choices.augment else size_hw

    @property
    def shrunk(self) -> float:
        """The side of what is trained on over that of the photos."""
        return self.training_size[0] / self.preprocessing.target_size[0]

    def source(
        self, places: np.ndarray, seed: int, training: bool = False, changed: bool = False
    ) -> PixelSource:
        """Batches of photos with their targets.

        Args:
            training: in another order and, where that was chosen, with other changes each time.
            changed: changed once.
        """
        augmented = training and self._choices.augment
        return PixelSource(
            self._pixels,
            self._rows[places],
            self.one_hot[places],
            self._choices.batch_size,
            shuffle=training,
            seed=seed,
            changes=new_views(self.training_size) if changed or augmented else None,
            mixed=augmented,
            class_weights=self.class_weights if training else None,
        )


class Mirrored(Source):
    """Batches of images with left and right exchanged."""

    def __init__(self, source: Source):
        self.source, self.batches, self.samples = source, source.batches, source.samples

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        for x, y, weights in self.source.read(pass_number, start):
            yield x.flip(2), y, weights
