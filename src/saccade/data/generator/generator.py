"""`ImageDataGenerator`: batches of images from folders, arrays and tables."""

from __future__ import annotations

import inspect
import os
from collections.abc import Sequence
from typing import Any

from saccade.data.generator.array_batches import NumpyArrayIterator
from saccade.data.generator.dataframe_batches import DataFrameIterator
from saccade.data.generator.directory_batches import DirectoryIterator
from saccade.data.generator.image_transform import ImageTransform
from saccade.names import unknown_name
from saccade.notes import note_old_word
from saccade.script_door import is_script_door_open


class ImageDataGenerator(ImageTransform):
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
            image by image, in order, on one thread; with an attribute `draws_nothing`, in many.
        data_format: "channels_last" or "channels_first": of arrays that are given, of batches, and
            of the images that a function or a method sees. None: what
            `saccade.config.image_data_format()` says.
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
        extensions: endings that count as images beside those of every picture that Pillow reads.
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
        return NumpyArrayIterator(**self._with_own(locals()))

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
        return DirectoryIterator(**self._with_own(locals()))

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
        keep_aspect_ratio: bool = False,
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
            keep_aspect_ratio: crop the centre instead of distorting.
            **outdated: `has_ext`, `sort`, `drop_duplicates` of old scripts, without effect.

        Returns:
            A `DataFrameIterator`.

        Raises:
            DataError: no such image, or labels of the wrong kind. UnknownName: no such column.
        """
        given = {name: value for name, value in locals().items() if name != "outdated"}
        for name in outdated:
            if name not in ("has_ext", "sort", "drop_duplicates") and not is_script_door_open():
                known = inspect.signature(self.flow_from_dataframe).parameters
                raise unknown_name("flow_from_dataframe", name, set(known) - {"outdated"})
            note_old_word(
                f"flow_from_dataframe: {name} has had no effect since Keras 2.3; leave it out."
            )
        if class_mode == "other":
            note_old_word('flow_from_dataframe: class_mode="other" is called "raw" now.')
            given["class_mode"] = "raw"
        return DataFrameIterator(**self._with_own(given))

    def _with_own(self, given: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a method, by name, with what its iterator takes from the generator."""
        given = {name: value for name, value in given.items() if name != "self"}
        own = {"data_format": self.data_format, "dtype": self.dtype}
        return {**given, "image_data_generator": self, **own}
