"""Layers that make images higher, lower, wider or narrower, as tf.keras 2 has them."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.layers.augmentation.draws import Draws
from saccade.layers.augmentation.factors import Range
from saccade.layers.augmentation.random_transform import RandomTransform
from saccade.layers.sizes.batch_resampling import INTERPOLATIONS, resize_nhwc
from saccade.names import unknown_name


class _RandomSize(RandomTransform):
    """One factor for a batch, by which one side of its images is stretched."""

    _side: int  # the axis of (batch, height, width, channels)

    def __init__(
        self, factor: Any, interpolation: str = "bilinear", seed: int | None = None,
        **placement: Any,
    ):  # fmt: skip
        super().__init__(seed, **placement)
        self.factor = list(factor) if isinstance(factor, tuple) else factor
        self._range = self._ends(factor)
        if interpolation not in INTERPOLATIONS:
            raise unknown_name(
                f"{type(self).__name__} interpolation", interpolation, INTERPOLATIONS
            )
        self.interpolation = interpolation

    def _ends(self, factor: Any) -> Range:
        ends = factor if isinstance(factor, (list, tuple)) else (-factor, factor)
        if len(ends) != 2 or ends[0] > ends[1] or ends[0] < -1:
            needed = "factor must be a number in [0, 1], or two from -1 up, the smaller first"
            raise InvalidArgument(self.where, needed, repr(factor))
        return ends[0], ends[1]

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> int:
        """The new size, in pixels."""
        low, high = self._range
        # on the CPU, for it decides about a size
        factor = low + (high - low) * float(torch.rand((), generator=draws.stream)) + 1
        return max(1, int(factor * shape[self._side]))

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        sizes = [x_nhwc.shape[1], x_nhwc.shape[2]]
        sizes[self._side - 1] = transformation
        return resize_nhwc(x_nhwc, sizes[0], sizes[1], self.interpolation)

    def shape_after(self, shape: Any) -> Any:
        place = len(shape) - 4 + self._side
        return (*shape[:place], None, *shape[place + 1 :])

    def get_config(self) -> dict[str, Any]:
        config = {key: one for key, one in super().get_config().items() if key != "data_format"}
        return {**config, "factor": self.factor, "interpolation": self.interpolation}


class RandomHeight(_RandomSize):
    """While training, images of another height: one factor for all of a batch.

    Args:
        factor: two numbers, the least and the largest change as a share of the height; (0.2, 0.3)
            makes images 20 to 30 % higher, 0.2 is (-0.2, 0.2).
        interpolation: as of `Resizing`.
        seed: for a stream of its own; None draws from torch's.

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same in another height, which a model does not know before.

    Example:
        >>> RandomHeight((0.5, 0.5))(torch.zeros(1, 4, 4, 3)).shape
        torch.Size([1, 6, 4, 3])

    Source: `tf.keras.layers.RandomHeight` of TensorFlow 2.15; Keras 3 has none.
    """

    keras_module = "keras.layers"
    _side = 1


class RandomWidth(_RandomSize):
    """While training, images of another width: one factor for all of a batch.

    Args:
        factor: two numbers, the least and the largest change as a share of the width; 0.2 is
            (-0.2, 0.2).
        interpolation: as of `Resizing`.
        seed: for a stream of its own; None draws from torch's.

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same in another width, which a model does not know before.

    Example:
        >>> RandomWidth((0.5, 0.5))(torch.zeros(1, 4, 4, 3)).shape
        torch.Size([1, 4, 6, 3])

    Source: `tf.keras.layers.RandomWidth` of TensorFlow 2.15; Keras 3 has none.
    """

    keras_module = "keras.layers"
    _side = 2
