"""`ImageDataGenerator`: what happens to an image between its file and its batch."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

import numpy as np

from saccade.data.array_batches import NumpyArrayIterator
from saccade.data.augmentation import Augmentation
from saccade.data.dataframe import DataFrameIterator
from saccade.data.directory import DirectoryIterator
from saccade.data.flow_checks import check_data_format, check_dtype
from saccade.data.flow_options import FlowOptions
from saccade.data.statistics import EPSILON, measure
from saccade.errors import InvalidArgument, ShapeError
from saccade.names import unknown_name
from saccade.notes import note_once

_OWN_METHODS = ("get_random_transform", "apply_transform", "random_transform", "standardize")


class ImageDataGenerator:
    """Make batches from images, with Keras's arguments, order and numbers.

    Law, for each image::

        decode and resize -> float32 HWC
        -> rotate, shift, shear, zoom (one warp) -> channel shift -> flips -> brightness
        -> contrast -> blur -> sharpen -> noise                      (saccade's own, drawn last)
        -> preprocessing_function -> * rescale
        -> - its mean -> / (its std + 1e-6) -> - sample's mean -> / (sample's std + 1e-6) -> ZCA

    With a seed, batch number b is a function of the seed and b alone, whatever the number of
    threads; see `BatchIterator`. The first 23 arguments are Keras's, in Keras's order.

    Args:
        featurewise_center, featurewise_std_normalization: subtract the mean of the sample given to
            `fit`, divide by its standard deviation, per channel.
        samplewise_center, samplewise_std_normalization: the same with the image's own, over all
            its values.
        zca_whitening: multiply by the whitening matrix of the sample given to `fit`.
        zca_epsilon: what keeps that matrix finite.
        rotation_range: degrees; an angle from [-r, r].
        width_shift_range, height_shift_range: below 1 a share of the width (height), else pixels:
            a float s draws from [-s, s], an integer n a whole number of pixels below n, a list
            one of its numbers, to either side.
        brightness_range: (low, high); a factor, 1 leaves the image as it is.
        shear_range: degrees.
        zoom_range: z for [1 - z, 1 + z], or (low, high); rows and columns are drawn apart, and a
            factor below 1 enlarges.
        channel_shift_range: grey levels added to all channels, from [-c, c].
        fill_mode: what lies outside: "nearest", "reflect", "wrap" or "constant", as in SciPy.
        cval: the value of "constant".
        horizontal_flip, vertical_flip: mirror every second image, on average.
        rescale: multiply every value by this; None or 0 leaves them.
        preprocessing_function: called with one float32 image HWC after augmentation and before
            `rescale`; returns an image of the same shape. It may draw from `numpy.random`, and runs
            image by image, in order, on one thread.
        data_format: None or "channels_last".
        validation_split: the share of each class's files that `subset="validation"` gets; in
            (0, 1), or 0 for none.
        interpolation_order: of the warp: 1 is bilinear, 0 nearest, 3 cubic.
        dtype: of the batches; None is float32.
        contrast_range: (low, high), or c for (1 - c, 1 + c); a factor about the mean grey.
        blur_range: (low, high) or b for (0, b); the Gaussian's standard deviation in pixels.
        sharpen_range: (low, high) or s for (0, s); how much of the difference to a blurred copy is
            added.
        noise_range: (low, high) or n for (0, n); standard deviation in grey levels.
        unchanged: the share of images left as they are, on average.
        split: "first", Keras's rule: the first files of each class validate, in the order of their
            names, which is not random; "random": by a hash of `split_seed` and the file's name.
        split_seed: another integer gives another random split.
        extensions: endings that count as images beside Keras's (".webp", ".gif").
        exif: turn photos upright, as the camera noted.
        on_error: "raise" the error of a file that cannot be decoded when its batch comes, or "skip"
            such files: all are decoded once at the start, and left out before the split.
        fast_decode: decode JPEGs that are much larger than needed at a reduced scale.
        workers: threads that read and change images; None: one for each processor; 0: none.
        prefetch: batches that `fit` has made ahead.
        cache: keep decoded images for the next epoch: "auto" as many as the memory budget holds (a
            quarter of the memory, 4 GiB at most, shared by all iterators), True all, False none; a
            folder keeps there what is beyond the budget.

    Raises:
        InvalidArgument: a value that cannot work.

    Example:
        >>> import tempfile; from PIL import Image
        >>> folder = tempfile.mkdtemp()
        >>> for name in ("cat", "dog"):
        ...     os.mkdir(f"{folder}/{name}")
        ...     Image.new("RGB", (40, 30), "white").save(f"{folder}/{name}/1.png")
        >>> generator = ImageDataGenerator(rescale=1 / 255, rotation_range=20)
        >>> flow = generator.flow_from_directory(folder, target_size=(8, 8), class_mode="sparse")
        Found 2 images belonging to 2 classes.
        >>> x, y = next(flow)
        >>> x.shape, float(x.max()), sorted(y.tolist())
        ((2, 8, 8, 3), 1.0, [0.0, 1.0])

    Source: Keras 3, legacy/preprocessing/image.py, ImageDataGenerator.
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: float | int | Sequence[float] = 0.0,
        height_shift_range: float | int | Sequence[float] = 0.0,
        brightness_range: Sequence[float] | None = None,
        shear_range: float = 0.0,
        zoom_range: float | Sequence[float] = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[np.ndarray], np.ndarray] | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: str | type | np.dtype | None = None,
        *,
        contrast_range: float | Sequence[float] | None = None,
        blur_range: float | Sequence[float] | None = None,
        sharpen_range: float | Sequence[float] | None = None,
        noise_range: float | Sequence[float] | None = None,
        unchanged: float = 0.0,
        split: str = "first",
        split_seed: int = 0,
        extensions: Sequence[str] | None = None,
        exif: bool = False,
        on_error: str = "raise",
        fast_decode: bool = False,
        workers: int | None = None,
        prefetch: int = 2,
        cache: bool | str | os.PathLike[str] = "auto",
    ):
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.brightness_range = brightness_range
        self.shear_range = shear_range
        self.zoom_range = _check_zoom(zoom_range)
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = _check_rescale(rescale)
        if preprocessing_function is not None and not callable(preprocessing_function):
            raise InvalidArgument(
                "preprocessing_function", "must be a function of an image", preprocessing_function
            )
        self.preprocessing_function = preprocessing_function
        self.data_format = check_data_format(data_format)
        self.row_axis, self.col_axis, self.channel_axis = 1, 2, 3
        self.validation_split = _check_validation_split(validation_split)
        self.interpolation_order = interpolation_order
        self.dtype = check_dtype(dtype)
        self.contrast_range = contrast_range
        self.blur_range = blur_range
        self.sharpen_range = sharpen_range
        self.noise_range = noise_range
        self.unchanged = unchanged
        self.options = FlowOptions.checked(
            split=split,
            split_seed=split_seed,
            extensions=extensions,
            exif=exif,
            on_error=on_error,
            fast_decode=fast_decode,
            workers=workers,
            prefetch=prefetch,
            cache=cache,
        )
        self.mean: np.ndarray | None = None
        self.std: np.ndarray | None = None
        self.zca_whitening_matrix: np.ndarray | None = None
        self.augmentation()  # its settings are checked now, not in the first batch
        self._settle_normalisations()

    # -- ways in ---------------------------------------------------------------------------

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        ignore_class_split: bool = False,
        subset: str | None = None,
    ) -> NumpyArrayIterator:
        """Take images from an array.

        Args:
            x: images (samples, height, width, channels); or (images, further) with one array or a
                list of arrays that the model takes beside them.
            y: labels, any shape with one row for each image; None gives batches of x alone.
            batch_size, shuffle, seed: as in `flow_from_directory`.
            sample_weight: one weight for each image.
            save_to_dir: a folder to write every batch to, as pictures PREFIX_INDEX_NUMBER.FORMAT.
            save_prefix, save_format: their names and format ("png" or "jpeg").
            ignore_class_split: let a subset miss a class.
            subset: "training" or "validation": the first int(validation_split * samples) images
                validate. None: all.

        Returns:
            A `NumpyArrayIterator`.

        Raises:
            DataError, ShapeError, InvalidArgument: arrays that do not fit together.
        """
        return NumpyArrayIterator(
            x,
            y,
            self,
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            ignore_class_split=ignore_class_split,
            dtype=self.dtype,
        )

    def flow_from_directory(
        self,
        directory: str | os.PathLike[str],
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
    ) -> DirectoryIterator:
        """Read a folder with one subfolder for each class; prints how many images it found.

        Args:
            directory: the folder; `saccade.data.index_folder` tells which files count.
            target_size: (height, width) in pixels of every image.
            color_mode: "rgb", "rgba" or "grayscale".
            classes: the class folders to use, in the order that numbers them; None: all, sorted.
            class_mode: the form of the labels, always of the generator's dtype: "categorical"
                (batch, classes) of 0 and 1; "sparse" and "binary" (batch,) of class numbers;
                "input" the images themselves; None no labels.
            batch_size: images in a batch; the last of a pass may have fewer.
            shuffle: a new order for every pass; False keeps the order of `filenames`.
            seed: makes every batch a function of the seed and of its number.
            save_to_dir: a folder to write every batch to, as pictures PREFIX_INDEX_NUMBER.FORMAT.
            save_prefix, save_format: their names and format ("png" or "jpeg").
            follow_links: enter folders that are symbolic links.
            subset: "training" or "validation" of the generator's `validation_split`; None: all.
            interpolation: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos".
            keep_aspect_ratio: crop the centre instead of distorting.

        Returns:
            A `DirectoryIterator`; `len(it)` calls of `next(it)` are one pass.

        Raises:
            NoSuchFile, DataError: the folder is missing or has no images.
            InvalidArgument: an argument is wrong (UnknownName for a misspelt word).
        """
        return DirectoryIterator(
            directory,
            self,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            follow_links=follow_links,
            subset=subset,
            interpolation=interpolation,
            keep_aspect_ratio=keep_aspect_ratio,
            dtype=self.dtype,
        )

    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: str | os.PathLike[str] | None = None,
        x_col: str = "filename",
        y_col: str | Sequence[str] = "class",
        weight_col: str | None = None,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
        **outdated: Any,
    ) -> DataFrameIterator:
        """Read the images that a table names; prints how many it found.

        Args:
            dataframe: a pandas frame, or anything whose `dataframe[column]` is a column.
            directory: what the names are relative to; None: the working folder.
            x_col: the column of file names.
            y_col: the column of labels; a list of columns for "raw" and "multi_output".
            weight_col: a column of sample weights.
            target_size, color_mode, batch_size, shuffle, seed, save_to_dir, save_prefix,
                save_format, interpolation: as in `flow_from_directory`.
            classes: the classes to use, in the order that numbers them; other rows are left out.
            class_mode: "categorical" (a label, or a list of labels a row), "binary", "sparse";
                "raw" the columns as they are, "multi_output" a list of them; "input", None.
            subset: "training" or "validation": the first int(validation_split * rows) validate.
            validate_filenames: look whether each file is there; rows without are left out.
            **outdated: `has_ext`, `sort`, `drop_duplicates` of old scripts, without effect.

        Returns:
            A `DataFrameIterator`.

        Raises:
            DataError: no such image, or labels of the wrong kind. UnknownName: no such column.
        """
        for name in outdated:
            if name not in ("has_ext", "sort", "drop_duplicates"):
                raise unknown_name(
                    "flow_from_dataframe", name, ["has_ext", "sort", "drop_duplicates"]
                )
            note_once(
                f"flow_from_dataframe: {name} has had no effect since Keras 2.3; leave it out."
            )
        if class_mode == "other":
            note_once('flow_from_dataframe: class_mode="other" is called "raw" now.')
            class_mode = "raw"
        return DataFrameIterator(
            dataframe,
            directory,
            self,
            x_col=x_col,
            y_col=y_col,
            weight_col=weight_col,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            interpolation=interpolation,
            dtype=self.dtype,
            validate_filenames=validate_filenames,
        )

    # -- one image -------------------------------------------------------------------------

    def augmentation(self) -> Augmentation:
        """What is drawn and done at random, from the attributes as they are now."""
        return Augmentation(
            rotation_range=self.rotation_range,
            width_shift_range=self.width_shift_range,
            height_shift_range=self.height_shift_range,
            brightness_range=self.brightness_range,
            shear_range=self.shear_range,
            zoom_range=self.zoom_range,
            channel_shift_range=self.channel_shift_range,
            fill_mode=self.fill_mode,
            cval=self.cval,
            horizontal_flip=self.horizontal_flip,
            vertical_flip=self.vertical_flip,
            interpolation_order=self.interpolation_order,
            contrast_range=self.contrast_range,
            blur_range=self.blur_range,
            sharpen_range=self.sharpen_range,
            noise_range=self.noise_range,
            unchanged=self.unchanged,
        )

    def get_random_transform(
        self, img_shape: Sequence[int], seed: int | None = None
    ) -> dict[str, Any]:
        """Draw one image's transformation from `numpy.random`.

        Args:
            img_shape: (height, width, channels).
            seed: seeds `numpy.random` first.

        Returns:
            Its parameters: theta and shear in degrees, tx and ty in pixels along rows and columns,
            zx and zy, flip_horizontal, flip_vertical, channel_shift_intensity, brightness; and
            contrast, blur, sharpen, noise where they are asked for.
        """
        if seed is not None:
            np.random.seed(seed)
        return self.augmentation().draw(np.random, tuple(img_shape))

    def apply_transform(self, x: np.ndarray, transform_parameters: dict[str, Any]) -> np.ndarray:
        """Apply a transformation to one image HWC; parameters that are left out change nothing."""
        return self.augmentation().apply(x, transform_parameters)

    def random_transform(self, x: np.ndarray, seed: int | None = None) -> np.ndarray:
        """Draw a transformation and apply it to one image HWC."""
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def standardize(self, x: np.ndarray) -> np.ndarray:
        """Normalise one image, or a batch, in place where it can.

        Law: preprocessing_function, * rescale, - mean(x), / (std(x) + 1e-6), - mean of the sample,
        / (std of the sample + 1e-6), whitening; each only if it was asked for.

        Args:
            x: float image HWC, or batch NHWC.

        Returns:
            The result; x itself, changed, unless the function made another array.
        """
        if self.preprocessing_function is not None:
            x = np.asarray(self.preprocessing_function(x))
        normalises = (
            self.rescale
            or self.samplewise_center
            or self.samplewise_std_normalization
            or self.featurewise_center
            or self.featurewise_std_normalization
        )
        if normalises and x.dtype.kind != "f":  # a function may return uint8
            x = x.astype(np.float32)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + EPSILON
        if self.featurewise_center and self._measured("featurewise_center", self.mean):
            x -= self.mean
        if self.featurewise_std_normalization and self._measured(
            "featurewise_std_normalization", self.std
        ):
            x /= self.std + EPSILON  # type: ignore[operator]
        if self.zca_whitening and self._measured("zca_whitening", self.zca_whitening_matrix):
            matrix = self.zca_whitening_matrix
            assert matrix is not None
            x = (x.reshape(-1, len(matrix)) @ matrix).reshape(x.shape)
        return x

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Measure what the featurewise options and ZCA need on a sample of images.

        Args:
            x: images (samples, height, width, channels), before `rescale`, which is applied first.
            augment: measure on randomly transformed images.
            rounds: how many times each image is transformed.
            seed: seeds `numpy.random` first.

        Raises:
            ShapeError: x is no batch of images.
        """
        sample_nhwc = np.array(x, dtype=self.dtype)
        if sample_nhwc.ndim != 4 or not len(sample_nhwc):
            raise ShapeError(
                "ImageDataGenerator.fit",
                "images must be (samples, height, width, channels), one at least",
                sample_nhwc.shape,
            )
        if seed is not None:
            np.random.seed(seed)
        if self.rescale:
            sample_nhwc *= self.rescale
        if augment:
            sample_nhwc = np.stack(
                [self.random_transform(image) for _ in range(rounds) for image in sample_nhwc]
            ).astype(self.dtype)
        statistics = measure(
            sample_nhwc,
            self.featurewise_center,
            self.featurewise_std_normalization,
            self.zca_whitening,
            self.zca_epsilon,
        )
        if statistics.mean is not None:
            self.mean = statistics.mean
        if statistics.std is not None:
            self.std = statistics.std
        if statistics.whitening is not None:
            self.zca_whitening_matrix = statistics.whitening

    @property
    def runs_user_code(self) -> bool:
        """Whether something runs on an image that is not saccade's."""
        return self.preprocessing_function is not None or self.has_own_methods

    @property
    def has_own_methods(self) -> bool:
        """Whether a subclass changes what happens to an image."""
        return any(
            getattr(type(self), name) is not getattr(ImageDataGenerator, name)
            for name in _OWN_METHODS
        )

    def _measured(self, option: str, value: np.ndarray | None) -> bool:
        if value is None:
            note_once(
                f"ImageDataGenerator: {option} has no effect before fit(images) has measured a "
                "sample; call it with some of the training images."
            )
        return value is not None

    def _settle_normalisations(self) -> None:
        """Keras's rules for options that imply or exclude one another, each with a note."""
        if self.zca_whitening and self.featurewise_std_normalization:
            note_once("ImageDataGenerator: zca_whitening excludes featurewise_std_normalization.")
            self.featurewise_std_normalization = False
        for option, implied in (
            ("zca_whitening", "featurewise_center"),
            ("featurewise_std_normalization", "featurewise_center"),
            ("samplewise_std_normalization", "samplewise_center"),
        ):
            if getattr(self, option) and not getattr(self, implied):
                note_once(f"ImageDataGenerator: {option} implies {implied}.")
                setattr(self, implied, True)


def _check_zoom(zoom_range: float | Sequence[float]) -> list[float]:
    """[low, high] of a zoom range."""
    if isinstance(zoom_range, Real):
        return [1 - zoom_range, 1 + zoom_range]  # type: ignore[operator, list-item]
    if len(zoom_range) == 2 and all(isinstance(one, Real) for one in zoom_range):  # type: ignore[arg-type]
        return list(zoom_range)  # type: ignore[arg-type]
    raise InvalidArgument("zoom_range", "must be a number or two numbers", repr(zoom_range))


def _check_rescale(rescale: float | None) -> float | None:
    if rescale is not None and not isinstance(rescale, Real):
        raise InvalidArgument("rescale", "must be a number or None", repr(rescale))
    return rescale


def _check_validation_split(validation_split: float) -> float:
    if not validation_split:  # None and False are Keras's other ways to say none
        return 0.0
    if not isinstance(validation_split, Real) or not 0 < validation_split < 1:
        raise InvalidArgument(
            "validation_split", "must lie strictly between 0 and 1", repr(validation_split)
        )
    return float(validation_split)
