"""Layers that mix images of a batch, and their labels in the same measure."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.layers.augmentation.draws import Draws
from saccade.layers.augmentation.erasing import place_of_box
from saccade.layers.augmentation.factors import factor_range
from saccade.layers.augmentation.random_transform import RandomTransform, of_each
from saccade.numerics.images.boxes import boxes_mask


class _Mixing(RandomTransform):
    """Each image meets another one of the batch."""

    def transform_labels(self, labels: Any, transformation: Any, training: bool = True) -> Any:
        """y = w * label + (1 - w) * the other label, for labels of one number per class."""
        if not training or transformation is None:
            return labels
        labels = self._tensor(labels)
        if labels.ndim < 2:
            raise ShapeError(
                self.where,
                "labels must be (batch, classes)",
                str(tuple(labels.shape)),
                "Mixed labels lie between classes: saccade.utils.to_categorical writes them so.",
            )
        labels = labels if labels.dtype.is_floating_point else labels.to(self._computes_in)
        order = transformation["permutation_order"].to(labels.device, torch.long)
        weight = transformation["mix_weight"].to(labels).reshape(-1, *[1] * (labels.ndim - 1))
        return weight * labels + (1 - weight) * labels[order]


class MixUp(_Mixing):
    """While training, y = w * image + (1 - w) * another image, with w of Beta(alpha, alpha).

    Args:
        alpha: above 0; small for images of which one is hardly seen, 1 for any mixture.
        data_format: "channels_last" or "channels_first".
        seed: for a stream of its own; None draws from torch's.

    Input: {"images": (batch, height, width, channels), "labels": (batch, classes)}, or images.
    Output: the same shapes, as floats.

    Example:
        >>> images, labels = torch.zeros(2, 4, 4, 3), torch.eye(2)
        >>> mixed = MixUp(seed=1)({"images": images, "labels": labels}, training=True)
        >>> mixed["labels"].sum(1).tolist()
        [1.0, 1.0]

    Source: Zhang et al. (2018); `keras.layers.MixUp`.
    """

    keras_module = "keras.layers"
    keeps_integers = True

    def __init__(
        self,
        alpha: float = 0.2,
        data_format: str | None = None,
        seed: int | None = None,
        **placement: Any,
    ):
        super().__init__(seed, data_format, **placement)
        if not isinstance(alpha, (int, float)) or alpha <= 0:
            raise InvalidArgument(self.where, "alpha must be a number above 0", repr(alpha))
        self.alpha = alpha

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        order = draws.order(shape[0])
        return {"mix_weight": draws.beta(shape[0], self.alpha), "permutation_order": order}

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        order = torch.as_tensor(transformation["permutation_order"]).to(x_nhwc.device, torch.long)
        weight = of_each(torch.as_tensor(transformation["mix_weight"]), x_nhwc)
        return weight * x_nhwc + (1 - weight) * x_nhwc[order]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha": self.alpha}


class CutMix(_Mixing):
    """While training, a box of each image shows another image of the batch.

    The box has 1 - w of the area, with w of Beta(a, a) and a of U(lower, upper); labels are
    mixed as w and 1 - w. One image alone stays as it is.

    Args:
        factor: a: f in [0, 1] for (0, f), or (lower, upper).
        seed: for a stream of its own; None draws from torch's.
        data_format: "channels_last" or "channels_first".

    Input: {"images": (batch, height, width, channels), "labels": (batch, classes)}, or images.
    Output: the same shapes, as floats.

    Source: Yun et al. (2019); `keras.layers.CutMix`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        factor: Any = 1.0,
        seed: int | None = None,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(seed, data_format, **placement)
        self.factor = factor_range(self, "factor", factor, 0, 1)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        count, height, width, _ = shape
        alpha = float(draws.uniform((), *self.factor)) + 1e-6
        side = (1 - draws.beta(count, alpha)).sqrt()
        columns = place_of_box(draws, width, side)
        rows = place_of_box(draws, height, side)
        return {
            "permutation_order": draws.order(count),
            "batch_masks": boxes_mask(*columns, *rows, height, width).expand(shape),
            "mix_weight": 1 - side**2,
        }

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        if transformation is None:
            return x_nhwc
        order = transformation["permutation_order"].to(x_nhwc.device, torch.long)
        return torch.where(transformation["batch_masks"].to(x_nhwc.device), x_nhwc[order], x_nhwc)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}
