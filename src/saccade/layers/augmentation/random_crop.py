"""A layer that cuts a part out of images."""

from __future__ import annotations

from typing import Any

import torch

from saccade.layers.augmentation.draws import Draws
from saccade.layers.augmentation.random_transform import RandomTransform
from saccade.layers.core.checks import positive_integer
from saccade.layers.sizes.batch_resampling import middle_of, resize_nhwc


class RandomCrop(RandomTransform):
    """While training, a part of the given size, anywhere in the image; at rest the middle.

    All images of a batch are cut at the same place. Images that are not larger both ways than
    the part are cut in the middle and resized (bilinear). At rest the largest part around the
    middle that has the given proportions is resized.

    Args:
        height, width: of the part, in pixels.
        seed: for a stream of its own; None draws from torch's.
        data_format: "channels_last" or "channels_first".

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same in the new size.

    Example:
        >>> x_nhwc = torch.zeros(8, 6, 9, 3)
        >>> RandomCrop(4, 5)(x_nhwc).shape, RandomCrop(4, 5)(x_nhwc, training=False).shape
        (torch.Size([8, 4, 5, 3]), torch.Size([8, 4, 5, 3]))

    Source: `keras.layers.RandomCrop`; at rest as its documentation says.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: str | None = None,
        name: str | None = None,
        **placement: Any,
    ):
        super().__init__(seed, data_format, name=name, **placement)
        self.height = positive_integer(self, "height", height)
        self.width = positive_integer(self, "width", width)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> tuple[int, int]:
        """The first row and column."""
        _, rows, columns, _ = shape
        if rows > self.height and columns > self.width:
            top = draws.integers(1, 0, rows - self.height + 1)
            left = draws.integers(1, 0, columns - self.width + 1)
            return int(top), int(left)
        part = middle_of(rows, columns, self.height, self.width)
        return part[0].start, part[1].start

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        top, left = transformation
        part = x_nhwc[:, top : top + self.height, left : left + self.width]
        if part.shape[1:3] == (self.height, self.width):
            return part
        return resize_nhwc(part, self.height, self.width, "bilinear")

    def rest(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        part = middle_of(x_nhwc.shape[1], x_nhwc.shape[2], self.height, self.width)
        return resize_nhwc(x_nhwc[:, part[0], part[1]], self.height, self.width, "bilinear")

    def shape_after(self, shape: Any) -> Any:
        return (*shape[:-3], self.height, self.width, shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "height": self.height, "width": self.width}
