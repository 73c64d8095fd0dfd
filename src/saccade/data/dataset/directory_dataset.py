"""`image_dataset_from_directory`: a folder of images as a Dataset, with Keras's arguments."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from saccade.data.dataset import AUTOTUNE, Dataset
from saccade.data.files.fitted_image import FittedImage
from saccade.data.folders.class_folders import check_split, list_images, split_off
from saccade.data.folders.walk import DATASET_EXTENSIONS
from saccade.data_formats import is_channels_first
from saccade.errors import DataError, InvalidArgument
from saccade.names import unknown_name

LABEL_MODES = ("int", "categorical", "binary")
_BUFFER_BATCHES = 8
_BUFFER_IMAGES = 1024


def image_dataset_from_directory(
    directory: str | os.PathLike[str],
    labels: str | Sequence[int] | None = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: int | Sequence[int] = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """The images of a folder, in batches, read from the files in every pass.

    Law: files in Keras's order (`list_images`), shuffled by the seed; the last
    int(validation_split * n) of them validate. In every pass they are shuffled again, through a
    buffer of 8 batches (1024 images where there are no batches), each is decoded and resized
    without antialiasing, and two batches are read ahead. Files, labels and split are Keras's to
    the bit; the order of a pass is a function of the seed and the pass, not tf.data's.

    Args:
        directory: has a subfolder for each class, where the labels are inferred.
        labels: "inferred", None (images alone), or a number for each file in the order of their
            names: its class, or what is to be learnt of it, as an age.
        label_mode: "int" (the numbers: int32, or float32 where one has a fraction), "categorical"
            (float32, a column for each class), "binary" (float32, one column of 0 and 1), or None
            (images alone).
        class_names: the subfolders to read, in the order that numbers them; None: all.
        color_mode: "rgb", "rgba" or "grayscale".
        batch_size: images to a batch; None gives images one by one.
        image_size: (height, width) in pixels, or one number for both.
        shuffle: another order in every pass; False keeps that of the names.
        seed: of the split and the orders; None draws one from NumPy's stream, as Keras does.
        validation_split: the share that validates, in (0, 1); needs `subset`.
        subset: "training", "validation", or "both" for a list of the two.
        interpolation: "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian"
            or "mitchellcubic".
        follow_links: enter folders that are symbolic links.
        crop_to_aspect_ratio: cut to the proportions instead of distorting.
        pad_to_aspect_ratio: put black on two sides instead of distorting.
        data_format: "channels_last" or "channels_first".
        format: "tf" or "grain"; both give a saccade `Dataset`, which needs neither.
        verbose: print how many files were found.

    Returns:
        A `Dataset` of images, or of (images, labels); images float32 (batch, height, width,
        channels), or channels first, in [0, 255]. It has `class_names` and `file_paths`. With
        subset="both" a list of two.

    Raises:
        InvalidArgument: an argument that cannot work.
        NoSuchFile, DataError: no such folder, no images, or labels that are no class numbers.
        UnreadableImage: while iterating, a file that is no image.

    Example:
        >>> import pathlib, tempfile; from PIL import Image
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> for name in ("lemon", "lime"):
        ...     (folder / name).mkdir()
        ...     Image.new("RGB", (40, 30), "green").save(folder / name / "1.png")
        >>> ds = image_dataset_from_directory(folder, image_size=(8, 8), shuffle=False)
        Found 2 files belonging to 2 classes.
        >>> for images, labels in ds:
        ...     print(images.shape, [ds.class_names[label] for label in labels])
        torch.Size([2, 8, 8, 3]) ['lemon', 'lime']

    Source: Keras 3, utils/image_dataset_utils.py.
    """
    _check_labels(labels, label_mode, class_names)
    if labels is None or label_mode is None:
        labels = label_mode = None
    reading = FittedImage(
        _as_size(image_size),
        color_mode,
        str(interpolation).lower(),
        bool(crop_to_aspect_ratio),
        bool(pad_to_aspect_ratio),
    )
    if format not in ("tf", "grain"):
        raise unknown_name("format", format, ("tf", "grain"))
    is_first = is_channels_first(data_format)
    _check_batch_size(batch_size)
    check_split(validation_split, subset, shuffle, seed)
    if seed is None:
        seed = int(np.random.randint(10**6))  # Keras's draw: the user's stream goes on as there
    paths, numbers, names = list_images(
        directory, labels, class_names, seed if shuffle else None, follow_links, verbose
    )
    if label_mode == "categorical" and numbers is not None:
        _check_classes(numbers, len(names or ()))
    if label_mode == "binary" and len(names or ()) != 2:
        raise InvalidArgument("label_mode", '"binary" needs exactly 2 classes', str(names))

    def part(name: str | None, shuffled: bool) -> Dataset:
        some_paths, some_numbers = split_off(paths, numbers, validation_split, name)
        if not some_paths:
            which = f"{name} images" if subset == "both" else "images"
            endings = f"{', '.join(DATASET_EXTENSIONS)} and the like"
            raise DataError(f'"{os.fspath(directory)}"', f"must hold {which} ({endings})", "none")
        build = _read(some_paths, some_numbers, label_mode, names, reading, batch_size, is_first)
        ds = build(seed if shuffled else None)
        ds.class_names, ds.file_paths = names, some_paths
        return ds

    if subset == "both":
        return [part("training", shuffle), part("validation", False)]
    return part(subset, shuffle)


def _read(
    paths: list[str],
    numbers: np.ndarray | None,
    label_mode: str | None,
    class_names: list[str] | None,
    reading: FittedImage,
    batch_size: int | None,
    is_first: bool,
) -> Any:
    """A function from the seed of the orders (or None) to the dataset."""

    def image(path: str) -> torch.Tensor:
        return in_format(torch.from_numpy(reading.read(path)))

    def images(some_paths: list[str]) -> torch.Tensor:
        x = np.empty((len(some_paths), *reading.shape), np.float32)
        for row, path in enumerate(some_paths):
            x[row] = reading.read(path)
        return in_format(torch.from_numpy(x))

    def in_format(x: torch.Tensor) -> torch.Tensor:
        return x.movedim(-1, -3) if is_first else x

    def labels_of(some: torch.Tensor) -> torch.Tensor:
        if label_mode == "binary":
            return some.float()[..., None]
        if label_mode == "categorical":  # here, and not for all files at once: 1000 columns each
            return F.one_hot(some.long(), len(class_names or ())).float()
        return some

    # A thread reads a whole batch: handing single images from thread to thread costs nearly as
    # much as decoding them.
    read = image if batch_size is None else images

    def build(seed: int | None) -> Dataset:
        labels = None if numbers is None else torch.from_numpy(numbers)
        ds = Dataset.from_tensor_slices(paths if labels is None else (paths, labels))
        if seed is not None:
            buffer = _BUFFER_IMAGES if batch_size is None else batch_size * _BUFFER_BATCHES
            ds = ds.shuffle(buffer, seed=seed)
        if batch_size is not None:
            ds = ds.batch(batch_size)
        if labels is None:
            ds = ds.map(read, num_parallel_calls=AUTOTUNE)
        else:
            ds = ds.map(lambda x, y: (read(x), labels_of(y)), num_parallel_calls=AUTOTUNE)
        return ds.prefetch(AUTOTUNE)

    return build


def _check_labels(labels: Any, label_mode: Any, class_names: Any) -> None:
    if not (labels is None or (isinstance(labels, str) and labels == "inferred")):
        if not isinstance(labels, (list, tuple)):
            raise InvalidArgument(
                "labels", 'must be "inferred", None or a list of class numbers', repr(labels)
            )
        if class_names:
            raise InvalidArgument("class_names", 'can only be given with labels="inferred"')
    if label_mode is not None and label_mode not in LABEL_MODES:
        raise unknown_name("label_mode", label_mode, LABEL_MODES)


def _check_classes(numbers: np.ndarray, classes: int) -> None:
    """Raise unless each label has a column. (Keras gives others a row of zeros.)"""
    whole = (numbers == np.round(numbers)).all()  # not of NaN either
    if whole and numbers.min(initial=0) >= 0 and numbers.max(initial=0) < classes:
        return
    raise DataError(
        "image_dataset_from_directory(labels=)",
        f'label_mode="categorical" needs class numbers from 0 to {classes - 1}, as there are '
        f"{classes} different labels",
        f"{numbers.min()} to {numbers.max()}" if whole else "fractions",
        'Number the classes from 0, or take label_mode="int", which keeps the numbers.',
    )


def _as_size(image_size: Any) -> tuple[int, int]:
    sides = (image_size, image_size) if isinstance(image_size, int) else image_size
    valid = isinstance(sides, (list, tuple)) and len(sides) == 2
    if not valid or not all(isinstance(side, (int, np.integer)) and side > 0 for side in sides):
        raise InvalidArgument(
            "image_size", "must be (height, width), two positive integers", repr(image_size)
        )
    return int(sides[0]), int(sides[1])


def _check_batch_size(batch_size: Any) -> None:
    whole = isinstance(batch_size, (int, np.integer)) and not isinstance(batch_size, bool)
    if batch_size is not None and not (whole and batch_size > 0):
        raise InvalidArgument("batch_size", "must be a positive integer or None", repr(batch_size))
