"""A layer that bends images, as if they were drawn on rubber."""

from __future__ import annotations

from typing import Any

import torch

from saccade.layers.augmentation.draws import Draws
from saccade.layers.augmentation.factors import factor_range
from saccade.layers.augmentation.light import OfKnownRange
from saccade.layers.augmentation.random_transform import is_each
from saccade.layers.core.checks import one_of
from saccade.numerics.images.bending import bent
from saccade.numerics.images.sampling import BORDERS
from saccade.numerics.images.warping import INTERPOLATIONS


class RandomElasticTransform(OfKnownRange):
    """While training, each image is bent at random, with a probability of U(lower, upper).

    Each pixel looks at a place near its own, as its neighbours do; see
    `numerics/images/bending.py`. With d of `scale`, one for the batch, shifts are as smooth as
    0.05 d of the shorter side and 0.1 d of the longer side times that. The result is cut to
    `value_range`.

    Args:
        factor: the probability: f in [0, 1] for (0, f), or (lower, upper), drawn for each image.
        scale: how far, the same way: f in [0, 1] for (0, f), or (lower, upper).
        interpolation: "bilinear" or "nearest".
        fill_mode: what is seen beyond the border of a b c d: "reflect" d c b a, "mirror" c b a,
            "wrap" a b c d, "nearest" d d d d, "constant" `fill_value`.
        fill_value: in the units of the pixels.
        value_range: the darkest and the brightest value that a pixel may have.
        seed: for a stream of its own; None draws from torch's.
        data_format: "channels_last" or "channels_first".

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same shape.

    Example:
        >>> x_nhwc = torch.rand(2, 16, 16, 3) * 255
        >>> RandomElasticTransform((1.0, 1.0), (0.5, 1.0), seed=1)(x_nhwc).shape
        torch.Size([2, 16, 16, 3])

    Source: Simard et al. (2003); `keras.layers.RandomElasticTransform`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, seed, data_format, **placement)
        self.factor = factor_range(self, "factor", factor, 0, 1)
        self.scale = factor_range(self, "scale", scale, 0, 1)
        one_of(self, "interpolation", interpolation, INTERPOLATIONS)
        one_of(self, "fill_mode", fill_mode, BORDERS)
        self.interpolation, self.fill_mode, self.fill_value = interpolation, fill_mode, fill_value

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any] | None:
        if not (self.factor[1] and self.scale[1]):
            return None
        probability = draws.uniform((shape[0],), *self.factor)
        return {
            "apply_transform": draws.uniform((shape[0],)) < probability,
            "distortion_factor": draws.number(*self.scale),
            "noise": draws.normal((*shape[:3], 2)),
        }

    def get_elastic_transform_params(
        self, height: int, width: int, factor: float
    ) -> tuple[float, float]:
        """How far and how smooth, in pixels: alpha and sigma of `bending.bent`."""
        return 0.1 * factor * max(height, width), 0.05 * factor * min(height, width)

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        if transformation is None:
            return x_nhwc
        factor = float(transformation["distortion_factor"])
        height, width = x_nhwc.shape[1:3]
        alpha, sigma = self.get_elastic_transform_params(height, width, factor)
        y_nhwc = bent(
            x_nhwc,
            transformation["noise"].to(x_nhwc),
            alpha,
            sigma,
            self.interpolation == "bilinear",
            self.fill_mode,
            self.fill_value,
        )
        is_bent = is_each(transformation["apply_transform"], x_nhwc)
        return torch.where(is_bent, y_nhwc, x_nhwc).clamp(*self.value_range)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "factor": self.factor,
            "scale": self.scale,
            "interpolation": self.interpolation,
            "fill_mode": self.fill_mode,
            "fill_value": self.fill_value,
        }
