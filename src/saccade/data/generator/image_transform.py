"""ImageTransform: what a generator does to one image: draws, changes, standardizes."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from saccade.data.generator.augmentation import SETTINGS, Augmentation
from saccade.data.generator.flow_options import OPTIONS, FlowOptions
from saccade.data.generator.setting_checks import (
    check_dtype,
    check_function,
    check_rescale,
    check_switch,
    check_validation_split,
    check_zoom,
    note_functions,
    sample_of,
)
from saccade.data.generator.setting_ranges import check_number
from saccade.data.generator.standardization import SWITCHES, Standardization, measure
from saccade.data_formats import as_data_format, from_channels_last, to_channels_last
from saccade.errors import InvalidArgument
from saccade.names import unknown_name
from saccade.old_arguments import takes_dim_ordering

_OWN_METHODS = ("get_random_transform", "apply_transform", "random_transform", "standardize")


class ImageTransform(Standardization):
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
        given = dict(locals())  # each setting by its name
        for name in misspelt:
            known = set(inspect.signature(ImageTransform.__init__).parameters)
            raise unknown_name("ImageDataGenerator", name, known - {"self", "misspelt"})
        for name in (*SWITCHES, "zca_epsilon", *SETTINGS):
            setattr(self, name, given[name])
        if zca_whitening or zca_epsilon is not None:
            check_number("zca_epsilon", zca_epsilon)
        self.zoom_range = check_zoom(zoom_range)
        self.horizontal_flip = check_switch("horizontal_flip", horizontal_flip)
        self.vertical_flip = check_switch("vertical_flip", vertical_flip)
        self.rescale = check_rescale(rescale)
        self.preprocessing_function = check_function(preprocessing_function)
        self.data_format = as_data_format(data_format)
        is_first = self.data_format == "channels_first"
        self.channel_axis = 1 if is_first else 3
        self.row_axis, self.col_axis = (2, 3) if is_first else (1, 2)
        self.validation_split = check_validation_split(validation_split)
        self.dtype = check_dtype(dtype)
        self.options = FlowOptions.checked(**{name: given[name] for name in OPTIONS})
        self.mean = self.std = self.zca_whitening_matrix = None
        self.augmentation()  # its settings are checked now, not in the first batch
        note_functions({name: getattr(self, name) for name in SWITCHES})
        self._settle_normalisations()

    # -- one image -------------------------------------------------------------------------

    def augmentation(self) -> Augmentation:
        """What is drawn and done at random, from the attributes as they are now."""
        return Augmentation(**{name: getattr(self, name) for name in SETTINGS})

    def get_random_transform(
        self, img_shape: Sequence[int], seed: int | None = None
    ) -> dict[str, Any]:
        """Draw one image's transformation from `numpy.random`.

        Args:
            img_shape: (height, width, channels), or as the generator's data format has it.
            seed: seeds `numpy.random` first.

        Returns:
            Its parameters: theta and shear in degrees, tx and ty in pixels along rows and columns,
            zx and zy, flip_horizontal, flip_vertical, channel_shift_intensity, brightness; and
            contrast, blur, sharpen, noise where they are asked for.
        """
        if seed is not None:
            np.random.seed(seed)
        sizes = (img_shape[self.row_axis - 1], img_shape[self.col_axis - 1])
        return self.augmentation().draw(np.random, sizes)

    def apply_transform(self, x: np.ndarray, transform_parameters: dict[str, Any]) -> np.ndarray:
        """Apply a transformation to one image; parameters that are left out change nothing."""
        if not isinstance(transform_parameters, Mapping):
            needed = "transform_parameters must be what get_random_transform returned, a dict"
            raise InvalidArgument("apply_transform", needed, repr(transform_parameters))
        x_hwc = to_channels_last(x, self.data_format)
        y_hwc = self.augmentation().apply(x_hwc, transform_parameters)
        return from_channels_last(y_hwc, self.data_format)

    def random_transform(self, x: np.ndarray, seed: int | None = None) -> np.ndarray:
        """Draw a transformation and apply it to one image."""
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Measure what the featurewise options and ZCA need on a sample of images.

        Args:
            x: images (samples, height, width, channels), or as the generator's data format has it,
                before `rescale`, which is applied first.
            augment: measure on randomly transformed images.
            rounds: how many times each image is transformed.
            seed: seeds `numpy.random` first.

        Raises:
            ShapeError: x is no batch of images.
        """
        sample = sample_of(x, self.dtype)
        if seed is not None:
            np.random.seed(seed)
        if self.rescale:
            sample *= self.rescale
        if augment:
            sample = np.stack(
                [self.random_transform(image) for _ in range(rounds) for image in sample]
            ).astype(self.dtype)
        statistics = measure(
            sample,
            self.featurewise_center,
            self.featurewise_std_normalization,
            self.zca_whitening,
            self.zca_epsilon,
            self.channel_axis,
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
        """Whether something runs on an image that may draw numbers, or must not run in threads.

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
