"""Batches from arrays of images: Keras's `NumpyArrayIterator`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from saccade.data.generator.flow_options import FlowOptions
from saccade.data.generator.image_batches import ImageBatches
from saccade.data.generator.image_transform import ImageTransform
from saccade.data.generator.saved_batches import Saving
from saccade.data.generator.setting_checks import check_dtype, check_subset
from saccade.data.sources.fixed_images import digest_of
from saccade.data_formats import as_data_format, to_channels_last
from saccade.errors import DataError, InvalidArgument, NotSupported, ShapeError
from saccade.notes import note_once


class NumpyArrayIterator(ImageBatches):
    """The batches of images that are in memory; `ImageDataGenerator.flow` makes it.

    A batch is x, (x, y) or (x, y, sample_weight); with further inputs x is a list of the images and
    the rows of each. `ImageDataGenerator.flow` describes the arguments.

    Attributes:
        x: the images NHWC; each becomes the generator's dtype when its batch is made.
        x_misc: the further inputs. y, sample_weight: as given, or None.

    Source: Keras 3, legacy/preprocessing/image.py, NumpyArrayIterator.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: ImageTransform,
        batch_size: int = 32,
        shuffle: bool = False,
        sample_weight: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        ignore_class_split: bool = False,
        dtype: str | type | np.dtype | None = None,
    ):
        self.data_format = as_data_format(data_format)
        self.dtype = check_dtype(dtype)
        if self.dtype.kind == "f":
            self.image_dtype = self.dtype
        self.image_data_generator = image_data_generator
        images, further = _inputs(x)
        parts = [images, *further]
        targets = None if y is None else _rows("y", y)
        weights = None if sample_weight is None else _rows("sample_weight", sample_weight)
        for name, part in [("x", p) for p in further] + [("y", targets), ("weight", weights)]:
            if part is not None and len(part) != len(images):
                raise DataError(
                    "flow",
                    f"{name} must have one row for each of the {len(images)} images",
                    f"{len(part)} rows",
                )
        is_first = self.data_format == "channels_first"
        if images.ndim != 4:
            axes = "channels, height, width" if is_first else "height, width, channels"
            raise ShapeError("flow", f"images must be (samples, {axes})", images.shape)
        channels, other = images.shape[1 if is_first else 3], images.shape[3 if is_first else 1]
        if channels not in (1, 3, 4):
            axis = "first axis of an image" if is_first else "last axis"
            note = f"flow: images of {channels} channels (the {axis}); pictures have 1, 3 or 4."
            if other in (1, 3, 4):
                word = "channels_last" if is_first else "channels_first"
                note += f' At the other end: ImageDataGenerator(data_format="{word}").'
            note_once(note)
        chosen = slice(None)
        if subset is not None:
            chosen = _choose(subset, len(images), targets, image_data_generator, ignore_class_split)
        self.x, self.x_misc = parts[0][chosen], [part[chosen] for part in parts[1:]]
        self.y = None if targets is None else targets[chosen]
        self.sample_weight = None if weights is None else weights[chosen]
        self.subset = subset
        self.save_to_dir, self.save_prefix, self.save_format = save_to_dir, save_prefix, save_format
        super().__init__(
            len(self.x),
            batch_size,
            shuffle,
            seed,
            hwc_shape=to_channels_last(self.x[:1], self.data_format).shape[1:],
            saving=Saving(save_to_dir, save_prefix, save_format, names=10**4),
            options=getattr(image_data_generator, "options", FlowOptions()),
        )

    def _read(self, i: int) -> np.ndarray:
        return to_channels_last(self.x[i], self.data_format)

    @property
    def _gives_images_alone(self) -> bool:
        return not self.x_misc

    def images_name(self) -> bytes:
        return digest_of(self.x)

    def _package(self, x: np.ndarray, indices: np.ndarray) -> Any:
        inputs = [x, *(part[indices] for part in self.x_misc)] if self.x_misc else x
        if self.y is None:
            return inputs
        if self.sample_weight is None:
            return inputs, self.y[indices]
        return inputs, self.y[indices], self.sample_weight[indices]


def _inputs(x: Any) -> tuple[np.ndarray, list[np.ndarray]]:
    """The images, and what else the model takes beside them: x, or (x, one) or (x, [one, two])."""
    further: Sequence[Any] = []
    if isinstance(x, (tuple, list)):
        if len(x) != 2:
            raise DataError(
                "flow",
                "x must be an array of images, or (images, further inputs)",
                f"{len(x)} items",
                "Stack a list of images: numpy.stack(x).",
            )
        x, others = x
        further = others if isinstance(others, list) else [others]
    images = np.asarray(x)
    if images.dtype.kind not in "biuf":
        do = "For files there is flow_from_directory." if images.dtype.kind in "US" else ""
        raise DataError("flow", "images must be an array of numbers", str(images.dtype), do)
    return images, [np.asarray(one) for one in further]


def _choose(
    subset: str,
    count: int,
    y: np.ndarray | None,
    transform: ImageTransform,
    ignore_class_split: bool,
) -> slice:
    """The rows of a subset: the first int(share * count) validate."""
    check_subset(subset, has_generator=True)
    if transform.options.split != "first":
        raise NotSupported(
            "flow",
            f'split="{transform.options.split}" orders files by their names, and arrays have none',
            do="Split them with sklearn.model_selection.train_test_split(stratify=y).",
        )
    if not transform.validation_split:
        raise InvalidArgument(
            "subset",
            "needs a share that validates",
            "a generator without validation_split",
            "Give ImageDataGenerator(validation_split=0.25).",
        )
    cut = int(count * transform.validation_split)
    if y is not None and not ignore_class_split:
        held_out, rest = np.unique(y[:cut]), np.unique(y[cut:])
        if not np.array_equal(held_out, rest):
            raise InvalidArgument(
                "subset",
                "both subsets must have images of every class",
                f"{len(held_out)} classes in the first {cut} images, {len(rest)} in the others",
                "Shuffle the arrays first, or say ignore_class_split=True.",
            )
    return slice(0, cut) if subset == "validation" else slice(cut, None)


def _rows(name: str, values: Any) -> np.ndarray:
    """An array with a first axis.

    Raises:
        DataError: rows of different lengths, or one value.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:  # a list of lists of different lengths
        raise DataError("flow", f"{name} must have rows of one length", str(error)) from error
    if array.ndim == 0:
        raise DataError("flow", f"{name} must have one row for each image", "a single value")
    return array
