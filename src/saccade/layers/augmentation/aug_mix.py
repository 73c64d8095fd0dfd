"""A layer that mixes images with several changed ones of themselves."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.layers.augmentation.changes import eleven_changes
from saccade.layers.augmentation.color import check_channels
from saccade.layers.augmentation.draws import Draws
from saccade.layers.augmentation.factors import factor_range
from saccade.layers.augmentation.light import OfKnownRange
from saccade.layers.core.checks import one_of, positive_integer
from saccade.numerics.images.warping import INTERPOLATIONS

_LEFT_OUT = (  # of the changes that a test set of spoilt images may hold
    "random_brightness",
    "random_color_degeneration",
    "random_contrast",
    "random_sharpness",
)


class AugMix(OfKnownRange):
    """While training, each image is mixed with `num_chains` changed ones of itself.

    Each chain is up to `chain_depth` changes, one after the other, of the eleven of `RandAugment`
    or of none. With shares s of Dirichlet(alpha), one for each chain, and w of Beta(alpha, alpha)::

        y = w * x + (1 - w) * (s1 * chain1(x) + s2 * chain2(x) + ...)

    cut to `value_range`. A batch gets the same changes and shares, each image in a strength of its
    own.

    Args:
        value_range: the darkest and the brightest value that a pixel may have.
        num_chains: how many chains, from 1.
        chain_depth: the most changes of a chain, from 0; each is none with the same chance as any
            other.
        factor: how strong: f in [0, 1] for (0, f), or (lower, upper), which all layers get.
        alpha: positive; shares are more equal where it is large.
        all_ops: False leaves out brightness, color degeneration, contrast and sharpness.
        interpolation: "bilinear" or "nearest", where pixels move.
        seed: for a stream of its own; None draws from torch's.
        data_format: "channels_last" or "channels_first".

    Input: (batch, height, width, 3 or 1), or one image, any number of channels without `all_ops`;
    integers become floats. Output: the same shape.

    Example:
        >>> layer, x_nhwc = AugMix(num_chains=2, seed=1), torch.rand(2, 8, 8, 3) * 255
        >>> drawn = layer.get_random_transformation(x_nhwc)
        >>> [[step["layer_name"] for step in chain] for chain in drawn["chain_transforms"]]
        [['random_translation', 'random_shear'], ['random_translation', 'random_shear']]

    Source: Hendrycks et al. (2020); `keras.layers.AugMix`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: Any = 0.3,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, seed, data_format, **placement)
        self.num_chains = positive_integer(self, "num_chains", num_chains)
        self.chain_depth = 0
        if chain_depth != 0:
            self.chain_depth = positive_integer(self, "chain_depth", chain_depth)
        self.factor = factor_range(self, "factor", factor, 0, 1)
        if not alpha > 0:
            raise InvalidArgument(self.where, "alpha must be positive", repr(alpha))
        one_of(self, "interpolation", interpolation, INTERPOLATIONS)
        self.alpha, self.all_ops, self.interpolation = alpha, bool(all_ops), interpolation
        every = eleven_changes(self.factor, self.value_range, interpolation, self.dtype_policy)
        self.changes = {
            change.name: change for change in every if all_ops or change.name not in _LEFT_OUT
        }

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        names = list(self.changes)
        chains = []
        for _ in range(self.num_chains):
            chosen = draws.integers(self.chain_depth, 0, len(names) + 1).tolist()
            chain = [names[number] for number in chosen if number < len(names)]
            chains.append(
                [
                    {"layer_name": name, "transformation": self.changes[name].draw(draws, shape)}
                    for name in chain
                ]
            )
        return {
            "chain_mixing_weights": draws.dirichlet(self.num_chains, self.alpha),
            "weight_sample": draws.beta(1, self.alpha)[0],
            "chain_transforms": chains,
        }

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        shares = transformation["chain_mixing_weights"].to(x_nhwc)
        mixed_nhwc = torch.zeros_like(x_nhwc)
        for share, chain in zip(shares, transformation["chain_transforms"], strict=True):
            y_nhwc = x_nhwc
            for step in chain:
                change = self.changes[step["layer_name"]]
                y_nhwc = change.transform(y_nhwc, step["transformation"])
            mixed_nhwc += share * y_nhwc
        whole = transformation["weight_sample"].to(x_nhwc)
        return (whole * x_nhwc + (1 - whole) * mixed_nhwc).clamp(*self.value_range)

    def _check_shape(self, shape: Any) -> None:
        super()._check_shape(shape)
        if self.all_ops:
            check_channels(self, shape, (1, 3))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_chains": self.num_chains,
            "chain_depth": self.chain_depth,
            "factor": self.factor,
            "alpha": self.alpha,
            "all_ops": self.all_ops,
            "interpolation": self.interpolation,
        }
