"""Image draws: random changes of images that are a function of a seed, and of JPEG's quality."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.tensorflow_alias.parts.images import changes, files, sizes
from saccade.tensorflow_alias.parts.images.changes import convert_image_dtype
from saccade.tensorflow_alias.parts.tensors.draws import one_seed
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of


def _stateless(function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """A function whose last argument, `seed`, is two integers; the same ones draw the same."""

    def drawn(image: Any, *args: Any, seed: Any = None, **settings: Any) -> torch.Tensor:
        if seed is None:
            args, seed = args[:-1], args[-1]
        return function(image, *args, seed=one_seed(seed), **settings)

    return drawn


def random_jpeg_quality(
    image: Any, min_jpeg_quality: int, max_jpeg_quality: int, seed: Any = None
) -> torch.Tensor:
    """An image as a JPEG of some quality leaves it.

    Raises:
        InvalidArgument: not 0 <= min < max <= 100.
    """
    if not 0 <= min_jpeg_quality < max_jpeg_quality <= 100:
        got = f"{min_jpeg_quality} and {max_jpeg_quality}"
        raise InvalidArgument("tf.image.random_jpeg_quality", "needs 0 <= min < max <= 100", got)
    stream = None if seed is None else torch.Generator().manual_seed(int(seed))
    quality = torch.randint(min_jpeg_quality, max_jpeg_quality, (), generator=stream)
    return adjust_jpeg_quality(image, int(quality))


def adjust_jpeg_quality(image: Any, jpeg_quality: Any, name: str | None = None) -> torch.Tensor:
    """An image as a JPEG of this quality leaves it, in its own dtype and range."""
    value = tensor_of(image)
    file = files.encode_jpeg(
        convert_image_dtype(value, torch.uint8, saturate=True), quality=int(jpeg_quality)
    )
    again = files.decode_jpeg(file, channels=value.shape[-1])
    return convert_image_dtype(again, value.dtype, saturate=True)


stateless_random_brightness = _stateless(changes.random_brightness)
stateless_random_contrast = _stateless(changes.random_contrast)
stateless_random_crop = _stateless(sizes.random_crop)
stateless_random_flip_left_right = _stateless(changes.random_flip_left_right)
stateless_random_flip_up_down = _stateless(changes.random_flip_up_down)
stateless_random_hue = _stateless(changes.random_hue)
stateless_random_jpeg_quality = _stateless(random_jpeg_quality)
stateless_random_saturation = _stateless(changes.random_saturation)
