"""Layers that move the pixels of images: turned, nearer, shifted, slanted."""

from __future__ import annotations

from typing import Any

import torch

from saccade.layers.augmentation.draws import Draws
from saccade.layers.augmentation.factors import factor_range, shift_range
from saccade.layers.augmentation.random_transform import RandomTransform
from saccade.layers.core.checks import one_of
from saccade.numerics.images.warping import (
    FILL_MODES,
    INTERPOLATIONS,
    rotation_maps,
    warp_nhwc,
)


class _Warping(RandomTransform):
    """Images seen through a map of the plane each; see `numerics/images/warping.py`."""

    def __init__(
        self,
        fill_mode: str,
        interpolation: str,
        fill_value: float,
        seed: int | None,
        data_format: str | None,
        **placement: Any,
    ):
        super().__init__(seed, data_format, **placement)
        one_of(self, "fill_mode", fill_mode, FILL_MODES)
        one_of(self, "interpolation", interpolation, INTERPOLATIONS)
        self.fill_mode, self.interpolation, self.fill_value = fill_mode, interpolation, fill_value

    def maps(self, transformation: Any, height: int, width: int) -> torch.Tensor:
        """Eight numbers for each image."""
        raise NotImplementedError

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        maps = self.maps(transformation, *x_nhwc.shape[1:3])
        return warp_nhwc(x_nhwc, maps, self.interpolation, self.fill_mode, self.fill_value)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "fill_mode": self.fill_mode,
            "interpolation": self.interpolation,
            "fill_value": self.fill_value,
        }


class RandomRotation(_Warping):
    """While training, each image is turned around its middle, by U(lower, upper) full turns.

    Args:
        factor: as a share of a full turn, counter-clockwise: f for (-f, f), or (lower, upper);
            0.1 is up to 36 degrees either way.
        fill_mode: what is seen beyond the border of a b c d: "reflect" d c b a, "wrap" a b c d,
            "nearest" d d d d, "constant" `fill_value`.
        interpolation: "bilinear" or "nearest".
        seed: for a stream of its own; None draws from torch's.
        fill_value: in the units of the pixels.
        data_format: "channels_last" or "channels_first".

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same shape.

    Example:
        >>> x_hwc = torch.tensor([[1.0, 2], [3, 4]])[..., None]
        >>> RandomRotation((0.25, 0.25))(x_hwc)[..., 0].round(decimals=3).tolist()
        [[2.0, 4.0], [1.0, 3.0]]

    Source: `keras.layers.RandomRotation`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(fill_mode, interpolation, fill_value, seed, data_format, **placement)
        self.factor = factor_range(self, "factor", factor, -1, 1)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        count, height, width, _ = shape
        angle = draws.uniform((count,), *(360 * end for end in self.factor))
        maps = rotation_maps(angle, height, width)
        return {"angle": angle, "rotation_matrix": maps, "image_height": height,
                "image_width": width, "batch_size": count}  # fmt: skip

    def maps(self, transformation: Any, height: int, width: int) -> torch.Tensor:
        return transformation["rotation_matrix"]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class RandomZoom(_Warping):
    """While training, each image is brought nearer or moved away, around its middle.

    A pixel of the result looks (1 + U(lower, upper)) times as far from the middle: +0.2 shows a
    fifth more of the plane, -0.2 a fifth less.

    Args:
        height_factor: of rows: f in (-1, 1] for (-f, f), or (lower, upper).
        width_factor: of columns; None for the same draw as that of rows, which keeps shapes.
        fill_mode, interpolation, seed, fill_value, data_format: as of `RandomRotation`.

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same shape.

    Example:
        >>> x_hwc = torch.tensor([1.0, 2, 3, 4]).reshape(1, 4, 1)
        >>> RandomZoom(0, (1.0, 1.0), fill_mode="constant")(x_hwc).flatten().tolist()
        [0.0, 1.5, 3.5, 0.0]

    Source: `keras.layers.RandomZoom`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(fill_mode, interpolation, fill_value, seed, data_format, **placement)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._rows = shift_range(self, "height_factor", height_factor, -1, open_least=True)
        self._columns = None
        if width_factor is not None:
            self._columns = shift_range(self, "width_factor", width_factor, -1, open_least=True)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        rows = 1 + draws.uniform((shape[0], 1), *self._rows)
        columns = rows
        if self._columns is not None:
            columns = 1 + draws.uniform((shape[0], 1), *self._columns)
        return {"height_zoom": rows, "width_zoom": columns, "input_shape": shape}

    def maps(self, transformation: Any, height: int, width: int) -> torch.Tensor:
        x, y = transformation["width_zoom"][:, 0], transformation["height_zoom"][:, 0]
        zero = torch.zeros_like(x)
        middle_x, middle_y = (width - 1) / 2 * (1 - x), (height - 1) / 2 * (1 - y)
        return torch.stack((x, zero, middle_x, zero, y, middle_y, zero, zero), 1)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "height_factor": self.height_factor,
            "width_factor": self.width_factor,
        }


class RandomTranslation(_Warping):
    """While training, each image is shifted by U(lower, upper) of its height and of its width.

    Args:
        height_factor: downwards, as a share of the height: f in [-1, 1] for (-f, f), or
            (lower, upper).
        width_factor: to the right, as a share of the width.
        fill_mode, interpolation, seed, fill_value, data_format: as of `RandomRotation`.

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same shape.

    Example:
        >>> x_hwc = torch.tensor([1.0, 2, 3, 4]).reshape(1, 4, 1)
        >>> RandomTranslation(0, (0.25, 0.25))(x_hwc).flatten().round(decimals=4).tolist()
        [1.0, 1.0, 2.0, 3.0]

    Source: `keras.layers.RandomTranslation`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(fill_mode, interpolation, fill_value, seed, data_format, **placement)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._rows = shift_range(self, "height_factor", height_factor, -1)
        self._columns = shift_range(self, "width_factor", width_factor, -1)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        count, height, width, _ = shape
        rows = draws.uniform((count, 1), *self._rows) * height
        columns = draws.uniform((count, 1), *self._columns) * width
        return {"translations": torch.cat((columns, rows), 1), "input_shape": shape}

    def maps(self, transformation: Any, height: int, width: int) -> torch.Tensor:
        x, y = (-transformation["translations"]).unbind(1)
        one, zero = torch.ones_like(x), torch.zeros_like(x)
        return torch.stack((one, zero, x, zero, one, y, zero, zero), 1)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "height_factor": self.height_factor,
            "width_factor": self.width_factor,
        }


class RandomShear(_Warping):
    """While training, each image is slanted: x_in = x + sx*y and y_in = y + sy*x.

    sx and sy are U(lower, upper), both with the same sign, which is drawn too.

    Args:
        x_factor: of columns: f in [0, 1] for (-f, f), or (lower, upper) in [0, 1].
        y_factor: of rows.
        interpolation, fill_mode, fill_value, data_format, seed: as of `RandomRotation`.

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same shape.

    Source: `keras.layers.RandomShear`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        x_factor: Any = 0.0,
        y_factor: Any = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: int | None = None,
        **placement: Any,
    ):
        super().__init__(fill_mode, interpolation, fill_value, seed, data_format, **placement)
        self.x_factor = shift_range(self, "x_factor", _given(x_factor), 0)
        self.y_factor = shift_range(self, "y_factor", _given(y_factor), 0)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        sign = torch.where(draws.uniform((shape[0], 1)) > 0.5, -1.0, 1.0)
        y = draws.uniform((shape[0], 1), *self.y_factor)
        x = draws.uniform((shape[0], 1), *self.x_factor)
        return {"shear_factor": torch.cat((x, y), 1) * sign, "input_shape": shape}

    def maps(self, transformation: Any, height: int, width: int) -> torch.Tensor:
        x, y = transformation["shear_factor"].unbind(1)
        one, zero = torch.ones_like(x), torch.zeros_like(x)
        return torch.stack((one, x, zero, y, one, zero, zero, zero), 1)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "x_factor": _given(self.x_factor),
            "y_factor": _given(self.y_factor),
        }


def _given(factor: Any) -> Any:
    """The number f that stands for (-f, f): Keras writes two into configs, but reads only one."""
    pair = isinstance(factor, (tuple, list)) and len(factor) == 2
    return factor[1] if pair and factor[0] == -factor[1] != 0 else factor
