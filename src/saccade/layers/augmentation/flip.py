"""A layer that turns images over."""

from __future__ import annotations

from typing import Any

import torch

from saccade.layers.augmentation.draws import Draws
from saccade.layers.augmentation.random_transform import RandomTransform, is_each
from saccade.names import unknown_name

_AXES = {"horizontal": (2,), "vertical": (1,), "horizontal_and_vertical": (1, 2)}


class RandomFlip(RandomTransform):
    """While training, every second image, by chance, is turned over.

    Args:
        mode: "horizontal" for left to right, "vertical" for top to bottom, or
            "horizontal_and_vertical" for both at once, which turns an image by half.
        seed: for a stream of its own; None draws from torch's.
        data_format: "channels_last" or "channels_first".

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same shape.

    Example:
        >>> layer = RandomFlip("horizontal")
        >>> x_hwc = torch.tensor([1.0, 2, 3]).reshape(1, 3, 1)
        >>> layer.transform_images(x_hwc, {"flips": torch.tensor([True])}).flatten().tolist()
        [3.0, 2.0, 1.0]

    Source: `keras.layers.RandomFlip`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(seed, data_format, **placement)
        if mode not in _AXES:
            raise unknown_name(f"{self.where} mode", mode, _AXES)
        self.mode = mode

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        return {"flips": draws.uniform((shape[0], 1, 1, 1)) <= 0.5, "input_shape": shape}

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        flipped = x_nhwc.flip(_AXES[self.mode])
        return torch.where(is_each(transformation["flips"], x_nhwc), flipped, x_nhwc)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mode": self.mode}
