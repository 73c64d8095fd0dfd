"""A layer that covers parts of images."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.layers.augmentation.draws import Draws
from saccade.layers.augmentation.factors import factor_range
from saccade.layers.augmentation.light import OfKnownRange
from saccade.layers.augmentation.random_transform import is_each
from saccade.numerics.images.boxes import boxes_mask


class RandomErasing(OfKnownRange):
    """While training, a box of each image is covered, with a probability of its own.

    The box is sqrt(U(scale)) of the width wide and sqrt(U(scale)) of the height high, and lies
    anywhere in the image.

    Args:
        factor: the probability is U(lower, upper): f in [0, 1] for (0, f), or (lower, upper).
        scale: of the area, as above: f in [0, 1] for (0, f), or (lower, upper).
        fill_value: what covers it: a number, one for each of three channels, or None for noise,
            the brightest value times numbers of mean 0 and variance 1, cut to `value_range`.
        value_range: the darkest and the brightest value that a pixel may have.
        seed: for a stream of its own; None draws from torch's.
        data_format: "channels_last" or "channels_first".

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same shape.

    Example:
        >>> layer = RandomErasing((1.0, 1.0), scale=(0.25, 0.25), fill_value=9.0)
        >>> (layer(torch.zeros(1, 8, 8, 1)) == 9).sum().item()  # half of each side
        16

    Source: Zhong et al. (2020); `keras.layers.RandomErasing`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = (0.02, 0.33),
        fill_value: Any = None,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, seed, data_format, **placement)
        self.factor = factor_range(self, "factor", factor, 0, 1)
        self.scale = factor_range(self, "scale", scale, 0, 1)
        self.fill_value = self._checked_fill(fill_value)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        count, height, width, _ = shape
        sides = draws.uniform((count, 2), *self.scale).sqrt()
        columns = place_of_box(draws, width, sides[:, 0])
        rows = place_of_box(draws, height, sides[:, 1])
        mask = boxes_mask(*columns, *rows, height, width).expand(shape)
        probability = draws.uniform((count,), *self.factor)
        return {
            "apply_erasing": draws.uniform((count,)) < probability,
            "batch_masks": mask,
            "fill_value": self._fill(draws, shape),
        }

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        covered = transformation["batch_masks"].to(x_nhwc.device)
        covered = covered & is_each(transformation["apply_erasing"], x_nhwc)
        return torch.where(covered, transformation["fill_value"].to(x_nhwc), x_nhwc)

    def _fill(self, draws: Draws, shape: tuple[int, ...]) -> torch.Tensor:
        if self.fill_value is None:
            fill = draws.normal(shape) * self.value_range[1]
        else:
            fill = torch.tensor(self.fill_value, dtype=torch.float32, device=draws.device)
            if fill.ndim and shape[-1] != len(fill):
                raise InvalidArgument(
                    self.where, f"fill_value of {len(fill)} numbers needs as many channels",
                    str(shape[-1])
                )  # fmt: skip
        return fill.clamp(*self.value_range).expand(shape)

    def _checked_fill(self, fill_value: Any) -> Any:
        numbers = fill_value if isinstance(fill_value, (tuple, list)) else [fill_value] * 3
        if len(numbers) == 3 and all(isinstance(one, (int, float)) for one in numbers):
            return fill_value
        if fill_value is None:
            return None
        needed = "fill_value must be None, a number or three numbers"
        raise InvalidArgument(self.where, needed, repr(fill_value))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "factor": self.factor,
            "scale": self.scale,
            "fill_value": self.fill_value,
        }


def place_of_box(
    draws: Draws, length: int, share: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Where along an axis of `length` pixels a box of a share of them starts and ends."""
    size = share * length
    start = draws.uniform(share.shape) * (length - size)
    return start, start + size
