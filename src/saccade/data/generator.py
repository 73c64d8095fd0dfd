"""`ImageDataGenerator`: what happens to an image between its file and its batch."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, NoReturn

import numpy as np

from saccade.data.directory import DirectoryIterator, check_data_format, check_dtype
from saccade.errors import InvalidArgument, NotSupported

_BUILT = frozenset(
    {"rescale", "preprocessing_function", "data_format", "validation_split", "dtype"}
)


class ImageDataGenerator:
    """Make batches from images, with Keras's arguments, order and numbers.

    Law, for each image::

        decode and resize -> float32 HWC -> preprocessing_function -> * rescale -> batch

    The arguments are Keras's, in Keras's order. The augmenting and normalising ones are refused by
    name until they are built; these are obeyed:

    Args:
        rescale: multiply every value by this; None or 0 leaves them.
        preprocessing_function: called with one float32 image HWC after resizing and before
            `rescale`; returns an image of the same shape.
        data_format: None or "channels_last".
        validation_split: the share of each class's files, the first in the order of names, that
            `subset="validation"` gets; in (0, 1), or 0 for none.
        dtype: of the batches; None is float32.

    Raises:
        NotSupported: another argument differs from its default.
        InvalidArgument: a value that cannot work.

    Example:
        >>> import tempfile; from PIL import Image
        >>> folder = tempfile.mkdtemp()
        >>> for name in ("cat", "dog"):
        ...     os.mkdir(f"{folder}/{name}")
        ...     Image.new("RGB", (40, 30), "white").save(f"{folder}/{name}/1.png")
        >>> generator = ImageDataGenerator(rescale=1 / 255)
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
    ):
        _refuse_unbuilt(locals())
        self.rescale = _check_rescale(rescale)
        if preprocessing_function is not None and not callable(preprocessing_function):
            raise InvalidArgument(
                "preprocessing_function", "must be a function of an image", preprocessing_function
            )
        self.preprocessing_function = preprocessing_function
        self.data_format = check_data_format(data_format)
        self.validation_split = _check_validation_split(validation_split)
        self.dtype = check_dtype(dtype)

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
            save_to_dir: refused, not built yet. `save_prefix`, `save_format` belong to it.
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

    def flow(self, *arguments: Any, **options: Any) -> NoReturn:
        """Refused: batches from arrays are not built yet; `fit` takes arrays directly."""
        raise NotSupported(
            "ImageDataGenerator", "flow is not built yet", do="Give the arrays to fit(x, y)."
        )

    def flow_from_dataframe(self, *arguments: Any, **options: Any) -> NoReturn:
        """Refused: not built yet."""
        raise NotSupported(
            "ImageDataGenerator",
            "flow_from_dataframe is not built yet",
            do="Put the files in one folder for each class and use flow_from_directory.",
        )

    def fit(self, *arguments: Any, **options: Any) -> NoReturn:
        """Refused: it serves the featurewise options and ZCA, which are not built yet."""
        raise NotSupported(
            "ImageDataGenerator",
            "fit is not built yet (it serves featurewise_center and its like)",
            do="Use rescale or preprocessing_function.",
        )

    def standardize(self, x: np.ndarray) -> np.ndarray:
        """Apply preprocessing_function and rescale to one image, in place where it can.

        Args:
            x: float image HWC.

        Returns:
            The image; x itself, changed, unless the function made another array.
        """
        if self.preprocessing_function is not None:
            x = np.asarray(self.preprocessing_function(x))
        if self.rescale:
            if x.dtype.kind != "f":  # a function that returns uint8 cannot be rescaled in place
                x = x.astype(np.float32)
            x *= self.rescale
        return x

    @property
    def draws_between_images(self) -> bool:
        """Whether the user's function may draw from NumPy's stream between two images' draws."""
        return self.preprocessing_function is not None

    def skip_draws(self, count: int) -> None:
        """Use up what Keras draws for `count` images even when nothing is random: two flips each.

        Without a seed the next pass's order comes from the same stream, after these.
        """
        np.random.random(2 * count)


def _refuse_unbuilt(given: dict[str, Any]) -> None:
    for name, parameter in inspect.signature(ImageDataGenerator.__init__).parameters.items():
        if name == "self" or name in _BUILT:
            continue
        if not np.array_equal(given[name], parameter.default):
            raise NotSupported(
                "ImageDataGenerator",
                f"{name} is not built yet",
                repr(given[name]),
                "Leave it out; to change images yourself, use preprocessing_function.",
            )


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
