"""RandomTransform: what the layers share that change images at random while a model trains."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.data_formats import as_data_format
from saccade.errors import NotSupported, ShapeError
from saccade.layers.augmentation.draws import Draws
from saccade.layers.core.checks import refuse
from saccade.layers.core.pixel_layer import PixelLayer
from saccade.layers.regularization.noise import Noise
from saccade.numerics.tensors.conversion import as_tensor

_BESIDE_IMAGES = ("bounding_boxes", "segmentation_masks")


class RandomTransform(PixelLayer, Noise):
    """A layer that first draws a transformation, then applies it.

    Called with training=True, or outside of a model without `training`, as Keras has it, each
    image of a batch gets a draw of its own; with training=False images stay as they are.

    A subclass writes `draw`, and `transform` of float images. The two steps are public, so that
    one transformation can be applied to several things: `get_random_transformation`, then
    `transform_images` and `transform_labels`.

    Args:
        seed: for a stream of its own; None draws from torch's.
        data_format: "channels_last" or "channels_first"; a layer's own methods see channels last,
            of which the others are a view.
        bounding_box_format: refused; saccade classifies whole images.

    Input: (batch, height, width, channels), or one image without the batch, or a dict with
    "images" and "labels". Integers become floats.
    """

    casts_integers = False
    supports_masking = False
    keeps_integers = False  # at rest: Keras's layers differ, and ours do as each of them does
    integers_come_back = False  # after the transformation

    def __init__(self, seed: int | None, data_format: str | None = None, **placement: Any):
        boxes = placement.pop("bounding_box_format", None)
        super().__init__(seed, **placement)
        refuse(self, bounding_box_format=boxes)
        self.data_format = as_data_format(data_format, self.where)

    # -- two steps ---------------------------------------------------------------------------

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: int | None = None
    ) -> Any:
        """What is to be done to these images; None at rest.

        Args:
            data: images, one image, or a dict with "images".
            training: whether anything is to be done.
            seed: for this draw alone.
        """
        if not training:
            return None
        images = self._tensor(data["images"] if isinstance(data, dict) else data)
        shape = self._nhwc_shape(images.shape)
        self._check_shape(shape)
        stream = self.stream if seed is None else torch.Generator().manual_seed(seed)
        return self.draw(Draws(stream, images.device), shape if images.ndim == 4 else (1, *shape))

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> Any:
        """A transformation for images of the shape (batch, height, width, channels)."""
        return None

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> torch.Tensor:
        """Images, or one image, after the transformation; in training they are floats, but where
        `integers_come_back`.

        Args:
            images: a batch, or one image, in the layer's data format.
            transformation: what `get_random_transformation` gave.
            training: False leaves images as they are.
        """
        x = self._tensor(images)
        given = x.dtype
        self._check_shape(self._nhwc_shape(x.shape))
        if self._is_first:
            x = x.movedim(-3, -1)
        if training or not self.keeps_integers:
            x = x.to(self._computes_in)
        x_nhwc = x if x.ndim == 4 else x[None]
        y_nhwc = self.transform(x_nhwc, transformation) if training else self.rest(x_nhwc)
        y = y_nhwc if x.ndim == 4 else y_nhwc[0]
        if self.integers_come_back and not given.is_floating_point:
            y = y.to(given)
        return y.movedim(-1, -3) if self._is_first else y

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        """Float images after the transformation; written by each layer."""
        raise NotImplementedError(f"{self.where} has no transform(): write one.")

    def rest(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        """Images at rest: as they are."""
        return x_nhwc

    def transform_labels(self, labels: Any, transformation: Any, training: bool = True) -> Any:
        """Labels of transformed images: the same, unless the layer mixes images."""
        return labels

    # -- a call ------------------------------------------------------------------------------

    def call(self, data: Any, training: bool = True) -> Any:
        transformation = self.get_random_transformation(data, training=training)
        if not isinstance(data, dict):
            return self.transform_images(data, transformation, training=training)
        for name in _BESIDE_IMAGES:
            if name in data:
                do = "saccade classifies whole images: give images and labels."
                raise NotSupported(self.where, f"{name} are not supported", None, do)
        images = self.transform_images(data["images"], transformation, training)
        result = {**data, "images": images}
        if "labels" in data:
            labels = data["labels"]
            if data["images"].ndim == 3:  # one image: its label is a batch of one
                labels = self._tensor(labels)[None]
                result["labels"] = self.transform_labels(labels, transformation, training)[0]
            else:
                result["labels"] = self.transform_labels(labels, transformation, training)
        return result

    def compute_output_shape(self, input_shape: Any) -> Any:
        if isinstance(input_shape, dict):
            return {**input_shape, "images": self.compute_output_shape(input_shape["images"])}
        shape = self._nhwc_shape(input_shape)
        self._check_shape(shape)
        after = self.shape_after(shape)
        return (*after[:-3], after[-1], *after[-3:-1]) if self._is_first else after

    def shape_after(self, shape: Any) -> Any:
        """The shape of images after the transformation, channels last."""
        return shape

    @property
    def _is_first(self) -> bool:
        return self.data_format == "channels_first"

    def _nhwc_shape(self, shape: Any) -> tuple[Any, ...]:
        """A shape of the layer's data format with the channels last."""
        if self._is_first and len(shape) in (3, 4):
            return (*shape[:-3], *shape[-2:], shape[-3])
        return tuple(shape)

    def _check_shape(self, shape: Any) -> None:
        if len(shape) not in (3, 4):
            axes = "channels, height, width" if self._is_first else "height, width, channels"
            raise ShapeError(
                self.where, f"input must be (batch, {axes}), or one image", str(tuple(shape))
            )

    def _tensor(self, array: Any) -> torch.Tensor:
        if torch.is_tensor(array):
            return array
        return as_tensor(np.asarray(array), device=self.device)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "data_format": self.data_format}


def of_each(numbers: torch.Tensor, x_nhwc: torch.Tensor) -> torch.Tensor:
    """One number for each image, in a shape and type that go with the images."""
    return numbers.to(x_nhwc).reshape(-1, 1, 1, 1)


def is_each(flags: torch.Tensor, x_nhwc: torch.Tensor) -> torch.Tensor:
    """The same for one truth value for each image."""
    return flags.to(x_nhwc.device).reshape(-1, 1, 1, 1)
