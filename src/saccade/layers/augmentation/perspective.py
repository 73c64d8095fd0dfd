"""A layer that shows images from the side."""

from __future__ import annotations

from typing import Any

import torch

from saccade.layers.augmentation.draws import Draws
from saccade.layers.augmentation.factors import factor_range
from saccade.layers.augmentation.random_transform import RandomTransform, is_each
from saccade.layers.core.checks import one_of
from saccade.numerics.images.warping import INTERPOLATIONS, perspective_maps, warp_nhwc


class RandomPerspective(RandomTransform):
    """While training, images are seen from the side, each with a probability of its own.

    Each corner (x, y) of the image is moved to (x + x*u, y + y*v), u and v of
    U(-scale/2, scale/2); an image is changed with the probability U(lower, upper).

    Args:
        factor: the probability: f in [0, 1] for (0, f), or (lower, upper).
        scale: how far corners move, in [0, 1].
        interpolation: "bilinear" or "nearest".
        fill_value: beyond the border, in the units of the pixels.
        seed: for a stream of its own; None draws from torch's.
        data_format: "channels_last" or "channels_first".

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same shape.

    Source: `keras.layers.RandomPerspective`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        factor: Any = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: int | None = None,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(seed, data_format, **placement)
        one_of(self, "interpolation", interpolation, INTERPOLATIONS)
        self.factor = factor_range(self, "factor", factor, 0, 1)
        self.scale = self.checked_share("scale", scale)
        self.interpolation, self.fill_value = interpolation, fill_value

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        count, height, width, _ = shape
        changed = draws.uniform((count,)) < draws.uniform((count,), *self.factor)
        right, bottom = float(width - 1), float(height - 1)
        corners = [[0.0, 0.0], [right, 0.0], [0.0, bottom], [right, bottom]]
        start = torch.tensor(corners, device=changed.device).repeat(count, 1, 1)
        moved = start * draws.uniform(start.shape, -0.5 * self.scale, 0.5 * self.scale)
        return {"apply_perspective": changed, "start_points": start, "end_points": start + moved,
                "input_shape": shape}  # fmt: skip

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        maps = perspective_maps(transformation["start_points"], transformation["end_points"])
        seen = warp_nhwc(x_nhwc, maps, self.interpolation, "constant", self.fill_value)
        return torch.where(is_each(transformation["apply_perspective"], x_nhwc), seen, x_nhwc)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "factor": self.factor,
            "scale": self.scale,
            "interpolation": self.interpolation,
            "fill_value": self.fill_value,
        }
