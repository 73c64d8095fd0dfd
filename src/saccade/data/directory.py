"""Batches from a folder that has one subfolder for each class: Keras's `DirectoryIterator`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import numpy as np

from saccade.data.batches import BatchIterator, check_batch_size, check_seed
from saccade.data.decode import check_target_size
from saccade.data.folder_notes import folder_notes
from saccade.data.index import EXTENSIONS, FolderIndex, index_folder, require_images
from saccade.data.reading import CLASS_MODES, ImageReading, encode_labels
from saccade.data.split import keras_split
from saccade.errors import InvalidArgument, NotSupported, ShapeError
from saccade.names import unknown_name
from saccade.notes import note_once

SUBSETS = ("training", "validation")


class ImageTransform(Protocol):
    """What the iterator asks of the ImageDataGenerator that made it."""

    @property
    def validation_split(self) -> float: ...

    @property
    def draws_between_images(self) -> bool: ...

    def skip_draws(self, count: int) -> None: ...

    def standardize(self, x: np.ndarray) -> np.ndarray: ...


class DirectoryIterator(BatchIterator):
    """The batches (x, y) of a folder's images, or of one subset of them.

    x is (batch, height, width, channels), y as `class_mode` says: "categorical" (batch, classes),
    "sparse" and "binary" (batch,), "input" a copy of x; None gives x alone. Both have `dtype`.
    `ImageDataGenerator.flow_from_directory` makes it and describes its arguments.

    Attributes:
        samples (and n), num_classes, filenames, filepaths, class_indices: what was found.
        classes (and labels): the class number of each file, int32 (n,), in the order of
            `filenames`, the order of the predictions when `shuffle=False`.
        image_shape, target_size, color_mode, class_mode, interpolation, keep_aspect_ratio,
            data_format, subset, directory, dtype: as given.

    Source: Keras 3, legacy/preprocessing/image.py, DirectoryIterator.
    """

    allowed_class_modes = frozenset(CLASS_MODES)
    white_list_formats = EXTENSIONS
    sample_weight = None  # files in folders carry none

    def __init__(
        self,
        directory: str | os.PathLike[str],
        image_data_generator: ImageTransform | None,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: str | type | np.dtype | None = None,
    ):
        self.data_format = check_data_format(data_format)
        self.dtype = check_dtype(dtype)
        self.class_mode = _check_class_mode(class_mode)
        self.subset = _check_subset(subset, image_data_generator)
        if save_to_dir is not None:
            raise NotSupported(
                "flow_from_directory",
                "save_to_dir is not built yet",
                repr(save_to_dir),
                "Take a batch and write it with saccade.preprocessing.image.save_img.",
            )
        # Without save_to_dir these two have no effect in Keras either.
        self.save_to_dir, self.save_prefix, self.save_format = None, save_prefix, save_format
        self._reading = ImageReading(
            check_target_size(target_size), color_mode, interpolation, keep_aspect_ratio
        )
        check_batch_size(batch_size)
        check_seed(seed)
        self.image_data_generator = image_data_generator

        index = index_folder(
            directory, classes=classes, follow_links=follow_links, allow_empty=True
        )
        chosen = self._choose(index)
        self.directory = directory
        self.class_indices = index.class_indices
        self.num_classes = len(index.class_names)
        self.filenames = [index.paths[i] for i in chosen]
        self.classes = index.labels[chosen]
        self.samples = len(chosen)
        super().__init__(self.samples, batch_size, shuffle, seed)

        sys.stdout.write(f"Found {self.samples} images belonging to {self.num_classes} classes.\n")
        require_images(index)
        for note in [*folder_notes(index), *self._notes(index)]:
            note_once(note)

    @property
    def filepaths(self) -> list[str]:
        """The files with the folder in front, in the order of `filenames`."""
        return [os.path.join(self.directory, name) for name in self.filenames]

    @property
    def labels(self) -> np.ndarray:
        """The class number of each file: another name of `classes`."""
        return self.classes

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of an image."""
        return self._reading.image_shape

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

    def _choose(self, index: FolderIndex) -> np.ndarray:
        if self.subset is None or self.image_data_generator is None:
            return np.arange(len(index))
        return keras_split(index, self.image_data_generator.validation_split)[self.subset]

    def _notes(self, index: FolderIndex) -> list[str]:
        notes = []
        if self.samples == 0 and self.image_data_generator is not None:
            notes.append(
                f'"{index.directory}": the {self.subset} subset is empty, as validation_split='
                f"{self.image_data_generator.validation_split} of each class's files is rounded "
                "down."
            )
        if self.class_mode == "binary" and self.num_classes != 2:
            notes.append(
                f'"{index.directory}": class_mode="binary" with {self.num_classes} classes labels '
                'them by number, as "sparse" does.'
            )
        return notes

    def _prepare(self, indices: np.ndarray) -> Callable[[], object]:
        transform = self.image_data_generator
        if transform is not None and transform.draws_between_images:
            batch = self._build(indices, draw=True)
            return lambda: batch
        if transform is not None:
            transform.skip_draws(len(indices))
        return partial(self._build, indices)

    def _build(
        self, indices: np.ndarray, draw: bool = False
    ) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
        transform = self.image_data_generator
        x_nhwc = np.zeros((len(indices), *self.image_shape), self.dtype)
        for row, i in enumerate(indices):
            image_hwc = self._reading.read(os.path.join(self.directory, self.filenames[i]))
            if transform is not None:
                if draw:
                    transform.skip_draws(1)
                image_hwc = transform.standardize(image_hwc)
            try:
                x_nhwc[row] = image_hwc
            except ValueError as fault:
                raise ShapeError(
                    "preprocessing_function",
                    f"must keep the image's shape {self.image_shape}",
                    np.shape(image_hwc),
                ) from fault
        if self.class_mode is None:
            return x_nhwc
        if self.class_mode == "input":
            return x_nhwc, x_nhwc.copy()
        labels = self.classes[indices]
        return x_nhwc, encode_labels(labels, self.class_mode, self.num_classes, self.dtype)


def check_data_format(data_format: str | None) -> str:
    """ "channels_last", or the error for anything else."""
    if data_format == "channels_first":
        raise NotSupported(
            "data_format",
            "images are (height, width, channels)",
            repr(data_format),
            "Leave it out, and move the axis yourself where you need it: numpy.moveaxis(x, -1, 1).",
        )
    if data_format not in (None, "channels_last"):
        raise unknown_name("data_format", data_format, ["channels_last"])
    return "channels_last"


def check_dtype(dtype: str | type | np.dtype | None) -> np.dtype:
    """The dtype of a batch, float32 for None; raise InvalidArgument unless NumPy's numbers."""
    try:
        checked = np.dtype("float32" if dtype is None else dtype)
    except TypeError:
        checked = np.dtype(object)
    if checked.kind not in "fiu":
        raise InvalidArgument("dtype", "must be a NumPy type of real numbers", repr(dtype))
    return checked


def _check_class_mode(class_mode: str | None) -> str | None:
    if class_mode not in CLASS_MODES:
        raise unknown_name("class_mode", class_mode, [str(mode) for mode in CLASS_MODES])
    return class_mode


def _check_subset(subset: str | None, transform: ImageTransform | None) -> str | None:
    if subset is not None and subset not in SUBSETS:
        raise unknown_name("subset", subset, SUBSETS)
    if subset is not None and transform is None:
        raise InvalidArgument("subset", "needs an ImageDataGenerator with a validation_split")
    return subset
