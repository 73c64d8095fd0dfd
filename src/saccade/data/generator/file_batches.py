"""FileBatches: what batches from folders and from tables of file names have in common."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from saccade.data.files.decode import check_target_size
from saccade.data.folders.walk import GENERATOR_EXTENSIONS
from saccade.data.generator.flow_options import FlowOptions
from saccade.data.generator.image_batches import ImageBatches
from saccade.data.generator.image_files import ImageFiles
from saccade.data.generator.image_reading import ImageReading, encode_labels
from saccade.data.generator.image_transform import ImageTransform
from saccade.data.generator.saved_batches import Saving
from saccade.data.generator.setting_checks import check_dtype, check_subset
from saccade.data.pixel_store import store_name
from saccade.data_formats import as_data_format
from saccade.names import unknown_name
from saccade.old_arguments import old_name_of


class FileBatches(ImageBatches):
    """Batches of image files; a subclass has found the files and their labels.

    Attributes:
        samples (and n): how many files. filenames, filepaths: their names, and with the folder.
        image_shape, target_size, color_mode, interpolation, keep_aspect_ratio, class_mode, dtype,
            data_format, subset, directory: as given.

    Source: Keras 3, legacy/preprocessing/image.py, BatchFromFilesMixin.
    """

    white_list_formats = GENERATOR_EXTENSIONS  # Keras's; here more kinds of pictures count
    allowed_class_modes: frozenset[str | None]
    class_mode: str | None
    class_indices: dict[str, int]
    directory: str | os.PathLike[str]
    sample_weight: np.ndarray | None = None
    nb_sample = old_name_of("samples", "Iterator")

    def _settle(
        self,
        transform: ImageTransform | None,
        class_mode: str | None,
        subset: str | None,
        data_format: str | None,
        dtype: str | type | np.dtype | None,
        target_size: Sequence[int],
        **how_to_read: Any,
    ) -> tuple[ImageReading, FlowOptions]:
        """Check and keep what every iterator over files takes; how its files are to be read."""
        options = getattr(transform, "options", FlowOptions())
        self.data_format = as_data_format(data_format)
        self.dtype = check_dtype(dtype)
        if class_mode not in self.allowed_class_modes:
            raise unknown_name("class_mode", class_mode, map(str, self.allowed_class_modes))
        self.class_mode = class_mode
        self.subset = check_subset(subset, transform is not None)
        size = check_target_size(target_size)
        reading = ImageReading(size, **how_to_read, exif=options.exif, fast=options.fast_decode)
        return reading, options

    def __init__(
        self,
        directory: str | os.PathLike[str],
        filenames: list[str],
        reading: ImageReading,
        transform: ImageTransform | None,
        batch_size: int,
        shuffle: bool,
        seed: int | None,
        saving: Saving,
        options: FlowOptions,
    ):
        self.directory = directory
        self.filenames = filenames
        self.samples = len(filenames)
        self.image_data_generator = transform
        self.save_to_dir = saving.folder
        self.save_prefix, self.save_format = saving.prefix, saving.format
        self._reading = reading
        self._files = ImageFiles(os.fspath(directory), filenames, reading, options.cache)
        super().__init__(
            self.samples,
            batch_size,
            shuffle,
            seed,
            hwc_shape=reading.image_shape,
            saving=saving,
            options=options,
        )

    @property
    def filepaths(self) -> list[str]:
        """The files with the folder in front, in the order of `filenames`."""
        return [self._files.path(i) for i in range(self.samples)]

    def last_files(self) -> list[str]:
        """The files of the batch that was handed out last, in its order."""
        places = () if self._handed_out is None else self._handed_out
        return [self._files.path(int(place)) for place in places]

    @property
    def labels(self) -> Any:
        """The class number of each file: another name of `classes`."""
        return self.classes  # type: ignore[attr-defined]

    @property
    def target_size(self) -> tuple[int, int]:
        """(height, width) of an image."""
        return self._reading.target_size

    @property
    def color_mode(self) -> str:
        """ "rgb", "rgba" or "grayscale"."""
        return self._reading.color_mode

    @property
    def interpolation(self) -> str:
        """The filter that resizes."""
        return self._reading.interpolation

    @property
    def keep_aspect_ratio(self) -> bool:
        """Whether the centre is cropped instead of distorting."""
        return self._reading.keep_aspect_ratio

    @property
    def fills_cache(self) -> bool:
        """Whether this epoch decodes what later ones find in memory."""
        return self._files.filling

    def _read(self, i: int) -> np.ndarray:
        return self._files[i]

    @property
    def _gives_images_alone(self) -> bool:
        return self.class_mode != "input"

    def images_name(self) -> bytes:
        return store_name(self.filepaths, self._reading).encode()

    def images_stamps(self) -> np.ndarray:
        return self._files.stamps()

    def _package(self, x: np.ndarray, indices: np.ndarray) -> Any:
        if self.class_mode is None:
            return x
        y = x.copy() if self.class_mode == "input" else self._targets(indices)
        if self.sample_weight is None:
            return x, y
        return x, y, self.sample_weight[indices]

    def _targets(self, indices: np.ndarray) -> Any:
        assert self.class_mode is not None
        labels: Sequence[Any] = self.labels
        chosen = [labels[i] for i in indices]
        return encode_labels(chosen, self.class_mode, len(self.class_indices), self.dtype)
