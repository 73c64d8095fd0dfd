"""The settings of augmentation, what is drawn from them for one image, and what that does to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from numbers import Integral
from typing import Any

import numpy as np

from saccade.data.files.opencv import opencv
from saccade.data.generator.setting_ranges import (
    Range,
    around_one,
    check_number,
    from_zero,
    pair,
    rising,
    shift_range,
)
from saccade.data.transforms.affine import affine_matrix, check_fill, warp
from saccade.data.transforms.focus import blur, sharpen
from saccade.data.transforms.light import brighten, change_contrast, shift_channels
from saccade.data.transforms.noise import add_noise
from saccade.errors import InvalidArgument
from saccade.names import unknown_name

# A transformation that changes nothing, by Keras's names; and the names of what Keras lacks.
IDENTITY: Mapping[str, Any] = {
    "theta": 0,
    "tx": 0,
    "ty": 0,
    "shear": 0,
    "zx": 1,
    "zy": 1,
    "flip_horizontal": False,
    "flip_vertical": False,
    "channel_shift_intensity": None,
    "brightness": None,
}
MOST_BLUR_PX = 1000  # whose bell is 8,001 px wide, wider than any photo
ADDED = ("contrast", "blur", "sharpen", "noise")


@dataclass(frozen=True)
class Augmentation:
    """How much images may change at random: `ImageDataGenerator`'s settings, checked.

    Law: `draw` says which distribution each parameter comes from, `apply` in which order they act.

    Args:
        rotation_range: degrees r; the angle is U(-r, r).
        width_shift_range: a fraction of the width below 1, px from 1 on; an int n is drawn from
            0 to n - 1 and a list from its items, each with a sign. In Keras, and so here, what is
            drawn for the width moves the image up and down (`affine_matrix` says why).
        height_shift_range: the same of the height; what is drawn moves it left and right.
        brightness_range: (lowest, highest) factor; None changes nothing.
        shear_range: degrees.
        zoom_range: (lowest, highest), or z for (1 - z, 1 + z); below 1 enlarges.
        channel_shift_range: grey levels.
        fill_mode: what lies outside: "nearest", "reflect", "constant" or "wrap".
        cval: the value outside, with "constant".
        horizontal_flip: left and right change places in half of the images.
        vertical_flip: top and bottom change places in half of the images.
        interpolation_order: 0 to 5, of the spline between pixels.
        contrast_range: (lowest, highest) factor, or c for (1 - c, 1 + c).
        blur_range: px of sigma, (lowest, highest), or b for (0, b).
        sharpen_range: amount, (lowest, highest), or a for (0, a).
        noise_range: grey levels of standard deviation, (lowest, highest), or s for (0, s).
        unchanged: the fraction of images that stay as they are.

    Raises:
        InvalidArgument: a setting that cannot work.

    Example:
        >>> augmentation = Augmentation(rotation_range=20, horizontal_flip=True)
        >>> image_hwc = np.zeros((32, 32, 3), "float32")
        >>> parameters = augmentation.draw(np.random.RandomState(1), image_hwc.shape)
        >>> augmentation.apply(image_hwc, parameters).shape
        (32, 32, 3)

    Source: Keras 3, legacy/preprocessing/image.py; contrast and what follows it are saccade's.
    """

    rotation_range: float = 0
    width_shift_range: Range = 0.0
    height_shift_range: Range = 0.0
    brightness_range: Sequence[float] | None = None
    shear_range: float = 0.0
    zoom_range: Range = 0.0
    channel_shift_range: float = 0.0
    fill_mode: str = "nearest"
    cval: float = 0.0
    horizontal_flip: bool = False
    vertical_flip: bool = False
    interpolation_order: int = 1
    contrast_range: Range | None = None
    blur_range: Range | None = None
    sharpen_range: Range | None = None
    noise_range: Range | None = None
    unchanged: float = 0.0

    def __post_init__(self) -> None:
        for name in ("rotation_range", "shear_range", "channel_shift_range", "cval"):
            check_number(name, getattr(self, name))
        for name in ("width_shift_range", "height_shift_range"):
            self._settle(name, shift_range(name, getattr(self, name)))
        if self.brightness_range is not None:
            self._settle("brightness_range", pair("brightness_range", self.brightness_range))
        self._settle("zoom_range", pair("zoom_range", self.zoom_range, around_one))
        check_fill(self.fill_mode, self.interpolation_order)
        for name in ADDED:
            setting = f"{name}_range"
            if getattr(self, setting) is not None:
                spread = around_one if name == "contrast" else from_zero
                self._settle(setting, rising(setting, getattr(self, setting), spread))
                if name == "blur" and not getattr(self, setting)[1] <= MOST_BLUR_PX:
                    needed = f"must be at most {MOST_BLUR_PX} px"
                    raise InvalidArgument(setting, needed, getattr(self, setting))
        check_number("unchanged", self.unchanged)
        if not 0 <= self.unchanged <= 1:
            raise InvalidArgument("unchanged", "must be a fraction from 0 to 1", self.unchanged)

    def _settle(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)  # the one moment in which a frozen one may change

    @property
    def is_identity(self) -> bool:
        """Nothing is drawn but the two numbers of the flips, and no image ever changes."""
        return all(
            getattr(self, field.name) == getattr(_NOTHING, field.name)
            for field in fields(self)
            if field.name not in ("fill_mode", "cval", "interpolation_order", "unchanged")
        )

    def draw(self, stream: Any, image_shape: Sequence[int]) -> dict[str, Any]:
        """Draw what is to happen to one image.

        Law, in this order: theta ~ U(-r, r); tx, ty ~ U(-s, s), or choice(s) * choice(-1, 1) where
        s is an int or a list, times height, width where max(s) < 1; shear ~ U; zx, zy ~ U(lo, hi);
        each flip: U(0, 1) < 1/2, drawn whether it is asked for or not; channel shift ~ U(-c, c);
        brightness ~ U(lo, hi); contrast, blur, sharpen, noise ~ U(lo, hi), noise_seed; and last
        U(0, 1) < unchanged, which undoes all of it. What is not asked for is not drawn.

        Args:
            stream: `numpy.random`, or a RandomState.
            image_shape: (height, width, ...) in px.

        Returns:
            theta, shear in degrees; tx, ty in px; zx, zy; flip_horizontal, flip_vertical;
            channel_shift_intensity and brightness or None; contrast, blur, sharpen, noise and
            noise_seed where they were asked for.
        """
        height, width = image_shape[0], image_shape[1]
        drawn = dict(IDENTITY)
        if self.rotation_range:
            drawn["theta"] = stream.uniform(-self.rotation_range, self.rotation_range)
        drawn["tx"] = _draw_shift(stream, self.height_shift_range, height)
        drawn["ty"] = _draw_shift(stream, self.width_shift_range, width)
        if self.shear_range:
            drawn["shear"] = stream.uniform(-self.shear_range, self.shear_range)
        if self.zoom_range != (1, 1):
            low, high = pair("zoom_range", self.zoom_range)
            drawn["zx"], drawn["zy"] = stream.uniform(low, high, 2)
        drawn["flip_horizontal"] = (stream.random_sample() < 0.5) and bool(self.horizontal_flip)
        drawn["flip_vertical"] = (stream.random_sample() < 0.5) and bool(self.vertical_flip)
        if self.channel_shift_range != 0:
            limit = self.channel_shift_range
            drawn["channel_shift_intensity"] = stream.uniform(-limit, limit)
        if self.brightness_range is not None:
            drawn["brightness"] = stream.uniform(*self.brightness_range)
        added = [name for name in ADDED if getattr(self, f"{name}_range") is not None]
        for name in added:
            drawn[name] = stream.uniform(*getattr(self, f"{name}_range"))
        if "noise" in added:
            drawn["noise_seed"] = int(stream.randint(2**31))
        # Last, and after all other draws: the stream does not depend on how it falls.
        if self.unchanged and not self.is_identity and stream.random_sample() < self.unchanged:
            return {**IDENTITY, **dict.fromkeys(added)}
        return drawn

    def apply(self, image_hwc: np.ndarray, parameters: Mapping[str, Any]) -> np.ndarray:
        """Do to one image what was drawn for it.

        Order: rotation, shift, shear and zoom in one; channel shift; horizontal flip; vertical
        flip; brightness; contrast; blur; sharpening; noise. The last four leave a fourth channel,
        which is alpha, as it is.

        Args:
            image_hwc: (height, width, channels), float32; values as read from the file, [0, 255].
                Other dtypes pass, and are kept where Keras keeps them.
            parameters: as from `draw`; what is missing changes nothing.

        Returns:
            A new array, or `image_hwc` itself where nothing is to be done to it.

        Raises:
            UnknownName: a parameter that is not one of `draw`'s.
            ShapeError: not one image with three axes.
        """
        known = (*IDENTITY, *ADDED, "noise_seed")
        for name in parameters:
            if name not in known:
                raise unknown_name("apply_transform", name, known)
        theta, tx, ty = (parameters.get(name, 0) for name in ("theta", "tx", "ty"))
        shear, zx, zy = parameters.get("shear", 0), parameters.get("zx", 1), parameters.get("zy", 1)
        height, width = image_hwc.shape[:2]
        matrix = affine_matrix(theta, tx, ty, shear, zx, zy, height, width)
        if matrix is not None:
            image_hwc = warp(image_hwc, matrix, self.fill_mode, self.cval, self.interpolation_order)
        if (intensity := parameters.get("channel_shift_intensity")) is not None:
            image_hwc = shift_channels(image_hwc, intensity)
        if parameters.get("flip_horizontal"):
            image_hwc = _flip(image_hwc, axis=1)
        if parameters.get("flip_vertical"):
            image_hwc = _flip(image_hwc, axis=0)
        if (brightness := parameters.get("brightness")) is not None:
            image_hwc = brighten(image_hwc, brightness)
        if all(parameters.get(name) is None for name in ADDED):
            return image_hwc
        if image_hwc.shape[2] == 4:
            colours_hwc = _apply_added(np.ascontiguousarray(image_hwc[..., :3]), parameters)
            return np.concatenate([colours_hwc, image_hwc[..., 3:]], axis=-1)
        return _apply_added(image_hwc, parameters)


def _flip(image_hwc: np.ndarray, axis: int) -> np.ndarray:
    if image_hwc.dtype != np.float32 or image_hwc.shape[2] not in (1, 3, 4):
        return np.ascontiguousarray(np.flip(image_hwc, axis))
    flipped = opencv().flip(np.ascontiguousarray(image_hwc), axis)  # eight times as fast
    return flipped.reshape(image_hwc.shape)


def _apply_added(image_hwc: np.ndarray, parameters: Mapping[str, Any]) -> np.ndarray:
    if (contrast := parameters.get("contrast")) is not None:
        image_hwc = change_contrast(image_hwc, contrast)
    if sigma_px := parameters.get("blur"):
        image_hwc = blur(image_hwc, sigma_px)
    if amount := parameters.get("sharpen"):
        image_hwc = sharpen(image_hwc, amount)
    if std := parameters.get("noise"):
        image_hwc = add_noise(image_hwc, std, parameters.get("noise_seed") or 0)
    return image_hwc


def _draw_shift(stream: Any, limit: Range, size_px: int) -> float:
    """Keras tries a choice and takes U(-s, s) where NumPy refuses, which draws nothing."""
    if not limit:
        return 0
    if isinstance(limit, Sequence) or (isinstance(limit, Integral) and limit > 0):
        shift = stream.choice(limit) * stream.choice([-1, 1])
    else:
        shift = stream.uniform(-limit, limit)
    return shift * size_px if np.max(limit) < 1 else shift


_NOTHING = Augmentation()
SETTINGS = tuple(field.name for field in fields(Augmentation))
