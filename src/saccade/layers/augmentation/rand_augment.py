"""A layer that changes images in several ways, chosen by chance."""

from __future__ import annotations

from typing import Any

import torch

from saccade.layers.augmentation.changes import eleven_changes
from saccade.layers.augmentation.color import check_channels
from saccade.layers.augmentation.draws import Draws
from saccade.layers.augmentation.factors import factor_range
from saccade.layers.augmentation.light import OfKnownRange
from saccade.layers.core.checks import one_of, positive_integer
from saccade.numerics.images.warping import INTERPOLATIONS


class RandAugment(OfKnownRange):
    """While training, `num_ops` of eleven changes, one after the other.

    They are, each as the layer of that name: shear, translation, rotation, brightness, color
    degeneration, contrast, sharpness, posterization, solarization, auto contrast and
    equalization. A batch gets the same changes, each image in a strength of its own.

    Args:
        value_range: the darkest and the brightest value that a pixel may have.
        num_ops: how many changes; one may come twice.
        factor: how strong: f in [0, 1] for (0, f), or (lower, upper), which all layers get.
        interpolation: "bilinear" or "nearest", where pixels move.
        seed: for a stream of its own; None draws from torch's.
        data_format: "channels_last" or "channels_first".

    Input: (batch, height, width, 3 or 1), or one image; integers become floats.
    Output: the same shape.

    Example:
        >>> layer, x_nhwc = RandAugment(num_ops=3, seed=1), torch.rand(2, 8, 8, 3) * 255
        >>> drawn = layer.get_random_transformation(x_nhwc)
        >>> [layer.changes[number].name for number in drawn["layer_idxes"]]
        ['random_shear', 'random_brightness', 'random_contrast']
        >>> layer.transform_images(x_nhwc, drawn).shape
        torch.Size([2, 8, 8, 3])

    Source: Cubuk et al. (2020); `keras.layers.RandAugment`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_ops: int = 2,
        factor: Any = 0.5,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, seed, data_format, **placement)
        self.num_ops = positive_integer(self, "num_ops", num_ops)
        self.factor = factor_range(self, "factor", factor, 0, 1)
        one_of(self, "interpolation", interpolation, INTERPOLATIONS)
        self.interpolation = interpolation
        # The order is Keras's: a transformation says which by its number.
        self.changes = eleven_changes(
            self.factor, self.value_range, interpolation, self.dtype_policy
        )

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        chosen = draws.integers(self.num_ops, 0, len(self.changes))
        drawn = {change.name: change.draw(draws, shape) for change in self.changes}
        return {"transforms": drawn, "layer_idxes": chosen}

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        for number in transformation["layer_idxes"].tolist():
            change = self.changes[number]
            x_nhwc = change.transform(x_nhwc, transformation["transforms"][change.name])
        return x_nhwc

    def _check_shape(self, shape: Any) -> None:
        super()._check_shape(shape)
        check_channels(self, shape, (1, 3))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_ops": self.num_ops,
            "factor": self.factor,
            "interpolation": self.interpolation,
        }
