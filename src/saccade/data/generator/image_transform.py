"""ImageTransform: what a generator does to one image, random and not."""

from __future__ import annotations

import functools
import inspect
import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from saccade.data.generator.augmentation import Augmentation
from saccade.data.generator.flow_checks import check_dtype, check_switch
from saccade.data.generator.flow_options import FlowOptions
from saccade.data.generator.statistics import EPSILON, measure
from saccade.data.generator.transform_checks import (
    check_function,
    check_rescale,
    check_validation_split,
    check_zoom,
    note_functions,
    sample_of,
)
from saccade.data_formats import check_channels_last
from saccade.errors import InvalidArgument, ShapeError
from saccade.names import unknown_name
from saccade.notes import note_once
from saccade.old_arguments import takes_dim_ordering

_SWITCHES = (
    "featurewise_center",
    "samplewise_center",
    "featurewise_std_normalization",
    "samplewise_std_normalization",
    "zca_whitening",
)
_OWN_METHODS = ("get_random_transform", "apply_transform", "random_transform", "standardize")


class ImageTransform:
    """The half of `ImageDataGenerator` that knows images one by one; it describes the arguments.

    Law of one image: `apply_transform(x, get_random_transform(x.shape))`, then `standardize`.

    Source: Keras 3, legacy/preprocessing/image.py, ImageDataGenerator.
    """

    @functools.partial(takes_dim_ordering, where="ImageDataGenerator")
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
        **misspelt: Any,
    ):
        for name in misspelt:
            known = set(inspect.signature(ImageTransform.__init__).parameters)
            raise unknown_name("ImageDataGenerator", name, known - {"self", "misspelt"})
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
        self.zoom_range = check_zoom(zoom_range)
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = check_switch("horizontal_flip", horizontal_flip)
        self.vertical_flip = check_switch("vertical_flip", vertical_flip)
        self.rescale = check_rescale(rescale)
        self.preprocessing_function = check_function(preprocessing_function)
        self.data_format = check_channels_last(data_format)
        self.row_axis, self.col_axis, self.channel_axis = 1, 2, 3
        self.validation_split = check_validation_split(validation_split)
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
        note_functions({name: getattr(self, name) for name in _SWITCHES})
        self._settle_normalisations()

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
        if not isinstance(transform_parameters, Mapping):
            needed = "transform_parameters must be what get_random_transform returned, a dict"
            raise InvalidArgument("apply_transform", needed, repr(transform_parameters))
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
            given = x.shape
            x = np.asarray(self.preprocessing_function(x))
            if x.ndim == 0:  # it would fill the batch without a word
                raise ShapeError(
                    "preprocessing_function",
                    f"must return an image of the shape it was given, {given}",
                    "None" if x.dtype == object else "one number",
                    "Does it end with return?",
                )
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
            if math.prod(x.shape[-3:]) != len(matrix):
                raise ShapeError(
                    "zca_whitening",
                    f"needs images of {len(matrix)} values, as those given to fit",
                    x.shape,
                )
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
        sample_nhwc = sample_of(x, self.dtype)
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
    def only_rescale(self) -> float | None:
        """The factor that is all `standardize` applies, 0 for none; None where it does more."""
        does_more = (
            self.preprocessing_function is not None
            or self.has_custom_methods
            or self.samplewise_center
            or self.samplewise_std_normalization
            or self.featurewise_center
            or self.featurewise_std_normalization
            or self.zca_whitening
        )
        return None if does_more else self.rescale or 0

    @property
    def runs_user_code(self) -> bool:
        """Whether something runs on an image that may draw random numbers, or not bear threads.

        A function with the attribute `draws_nothing = True`, as `preprocess_input` has it, does
        neither.
        """
        function = self.preprocessing_function
        draws = function is not None and getattr(function, "draws_nothing", False) is not True
        return draws or self.has_custom_methods

    @property
    def has_custom_methods(self) -> bool:
        """Whether a subclass changes what happens to an image."""
        return any(
            getattr(type(self), name) is not getattr(ImageTransform, name) for name in _OWN_METHODS
        )

    def _measured(self, option: str, value: np.ndarray | None) -> bool:
        if value is None and not callable(getattr(self, option)):  # of which more was said
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
