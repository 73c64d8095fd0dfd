"""Layers that bring images to one size."""

from __future__ import annotations

from typing import Any

import torch

from saccade.data_formats import as_data_format
from saccade.errors import InvalidArgument, NotSupported, ShapeError
from saccade.graph import Shape
from saccade.layers.core.checks import one_of, positive_integer
from saccade.layers.core.layer import Layer
from saccade.layers.core.pixel_layer import PixelLayer
from saccade.layers.sizes.batch_resampling import (
    INTERPOLATIONS,
    middle_of,
    pad_to_shape_of,
    resize_nhwc,
)
from saccade.names import refuse_overriding

# What Keras asks these layers as if they drew; here they compute in `call`.
_OF_AUGMENTATIONS = ("get_random_transformation", "transform_images")


class _Sized(PixelLayer, Layer):
    """A layer that gives images of a fixed height and width."""

    weightless = True

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        instead = "Override call(images)."
        refuse_overriding(cls, _Sized, "layer", _OF_AUGMENTATIONS, instead)

    def __init__(self, height: int, width: int, data_format: str | None, **placement: Any):
        super().__init__(**placement)
        self.height = positive_integer(self, "height", height)
        self.width = positive_integer(self, "width", width)
        self.data_format = as_data_format(data_format, self.where)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        self.compute_output_shape(tuple(x.shape))
        if self._gives is not None and not self._gives.is_floating_point:
            x = x.to(self._gives)  # the pixels that are there, as Keras casts them
        is_first = self.data_format == "channels_first"
        x_nhwc = x.movedim(-3, -1) if is_first else x
        y_nhwc = self.fit(x_nhwc) if x.ndim == 4 else self.fit(x_nhwc[None])[0]
        return y_nhwc.movedim(-1, -3) if is_first else y_nhwc

    def fit(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        """Images of the layer's size, channels last."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        is_first = self.data_format == "channels_first"
        if len(input_shape) not in (3, 4):
            axes = "channels, height, width" if is_first else "height, width, channels"
            raise ShapeError(
                self.where, f"input must be (batch, {axes}), or one image", str(tuple(input_shape))
            )
        if is_first:
            return (*input_shape[:-2], self.height, self.width)
        return (*input_shape[:-3], self.height, self.width, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "height": self.height,
            "width": self.width,
            "data_format": self.data_format,
        }


class Resizing(_Sized):
    """Images of another size.

    Pixels are squares, and an output pixel looks at the middle of its share of the input: with
    "bilinear" at the two nearest pixels of each axis, with "bicubic" at four, with "lanczos3" and
    "lanczos5" at six and ten, with "area" at what it covers, with "nearest" at one.

    Args:
        height, width: of the result, in pixels.
        interpolation: "bilinear", "nearest", "bicubic", "area", "lanczos3" or "lanczos5".
        crop_to_aspect_ratio: cut to the new proportions first, around the middle.
        pad_to_aspect_ratio: put a border on two sides first, so that the proportions fit.
        fill_mode: of the border, "constant".
        fill_value: of the border.
        antialias: look at more pixels when the result is smaller, so that all of them count.

    Input: (batch, height, width, channels), or one image without the batch; floats or integers.
    Output: the same in the new size; integers stay integers, rounded.

    Source: `keras.layers.Resizing`, as it computes on JAX and TensorFlow.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(height, width, data_format, **placement)
        one_of(self, "interpolation", interpolation, INTERPOLATIONS)
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise InvalidArgument(
                self.where, "crop_to_aspect_ratio and pad_to_aspect_ratio exclude each other"
            )
        if fill_mode != "constant":
            raise NotSupported(self.where, 'fill_mode must be "constant"', repr(fill_mode))
        self.interpolation = interpolation
        self.crop_to_aspect_ratio = bool(crop_to_aspect_ratio)
        self.pad_to_aspect_ratio = bool(pad_to_aspect_ratio)
        self.fill_mode, self.fill_value = fill_mode, fill_value
        self.antialias = bool(antialias)

    def fit(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        images = x_nhwc if x_nhwc.dtype.is_floating_point else x_nhwc.to(self._computes_in)
        if self.crop_to_aspect_ratio:
            rows, columns = middle_of(images.shape[1], images.shape[2], self.height, self.width)
            images = images[:, rows, columns]
        elif self.pad_to_aspect_ratio:
            images = pad_to_shape_of(images, self.height, self.width, self.fill_value)
        y = resize_nhwc(images, self.height, self.width, self.interpolation, self.antialias)
        if x_nhwc.dtype.is_floating_point:
            return y
        if x_nhwc.dtype is torch.bool:
            return y.round() > 0
        limits = torch.iinfo(x_nhwc.dtype)
        return y.round().clamp(limits.min, limits.max).to(x_nhwc.dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "interpolation": self.interpolation,
            "crop_to_aspect_ratio": self.crop_to_aspect_ratio,
            "pad_to_aspect_ratio": self.pad_to_aspect_ratio,
            "fill_mode": self.fill_mode,
            "fill_value": self.fill_value,
            "antialias": self.antialias,
        }


class CenterCrop(_Sized):
    """The middle of images.

    An image that is smaller than the part asked for is first cut to its proportions, around the
    middle, and then made larger (bilinear).

    Args:
        height, width: of the part, in pixels.

    Input: (batch, height, width, channels), or one image without the batch; integers become
    floats. Output: the same in the new size.

    Source: `keras.layers.CenterCrop`.
    """

    keras_module = "keras.layers"
    casts_integers = True

    def __init__(self, height: int, width: int, data_format: str | None = None, **placement: Any):
        super().__init__(height, width, data_format, **placement)

    def fit(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        rows, columns = x_nhwc.shape[1:3]
        top, left = (rows - self.height) // 2, (columns - self.width) // 2
        if top >= 0 and left >= 0:
            return x_nhwc[:, top : top + self.height, left : left + self.width]
        part = middle_of(rows, columns, self.height, self.width)
        return resize_nhwc(x_nhwc[:, part[0], part[1]], self.height, self.width, "bilinear")
