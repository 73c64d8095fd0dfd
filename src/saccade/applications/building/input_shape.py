"""Input shape: the sizes of image that a network takes, by Keras's rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saccade.applications.building.channels import shape_of_image, sides_of
from saccade.data_formats import image_data_format, is_channels_first
from saccade.errors import InvalidArgument
from saccade.graph import Shape, Symbol, batch_shape
from saccade.notes import note_once


def obtain_input_shape(
    where: str,
    input_shape: Sequence[int | None] | None,
    default_px: int,
    least_px: int,
    include_top: bool,
    weights: Any,
) -> Shape:
    """The shape of one image, checked; channels first where that is set.

    Law::

        top and weights="imagenet"    (default, default, 3) and nothing else
        top                           as given, no side open; else (default, default, 3)
        no top                        as given; else (None, None, 3)

    Args:
        where: how messages name the network.
        input_shape: (height, width, channels) in pixels, None for a side that varies.
        default_px, least_px: the network's own side, and the smallest that it can take.
        include_top: whether the network ends in its classifier.
        weights: as the network was given them.

    Raises:
        InvalidArgument: a shape that the network, its top or its weights can't take.
    """
    default = shape_of_image((default_px, default_px), 3)
    if not input_shape:
        return default if include_top else shape_of_image((None, None), 3)
    shape = batch_shape(f"{where}, input_shape", input_shape)
    is_imagenet = isinstance(weights, str) and weights == "imagenet"
    if is_imagenet and include_top and shape != default:
        raise InvalidArgument(
            where,
            f'with its top and weights="imagenet", input_shape must be {default}',
            str(shape),
            "include_top=False takes images of any size.",
        )
    if len(shape) != 3:
        axes = shape_of_image(("height", "width"), "channels")
        raise InvalidArgument(where, f"input_shape must be ({', '.join(axes)})", str(shape))
    channels = shape[0] if is_channels_first() else shape[-1]
    if is_imagenet and channels != 3:
        raise InvalidArgument(where, "ImageNet's images have 3 channels", str(shape))
    if any(side is not None and side < least_px for side in sides_of(shape)):
        raise InvalidArgument(
            where, f"images must be at least {least_px} x {least_px} pixels", str(shape)
        )
    if include_top and None in shape:
        raise InvalidArgument(
            where,
            "with its top the network needs an input_shape without None",
            str(shape),
            "Give both sides, or include_top=False.",
        )
    if channels not in (1, 3):
        note = f"{where} gets images of {channels} channels; 3 are usual, or 1."
        if (shape[-1] if is_channels_first() else shape[0]) in (1, 3):
            note += f' image_data_format() is "{image_data_format()}", and their shape {shape}.'
        note_once(note)
    return shape


def published_side(input_shape: Sequence[int | None] | None, sides_px: Sequence[int]) -> int:
    """The side of images that published weights of several sizes are taken for.

    Law: of a square image with one of these sides, that side; else 224

    Args:
        input_shape: (height, width, channels) in pixels, or None.
        sides_px: for which weights are published.
    """
    sides = sides_of(input_shape or ())
    return next((side for side in sides_px if sides == (side, side)), 224)


def shape_of_any_size(
    where: str, input_shape: Sequence[int | None] | None, tensor: Symbol | None
) -> Shape:
    """The shape of one image for a network whose top, too, takes images of any size.

    Args:
        where: how messages name the network.
        input_shape: of the user's; None for the tensor's own, or open sides.
        tensor: that the network is built on, if any.

    Raises:
        InvalidArgument: a shape that is none, below 32 pixels a side, or not as wide as the tensor.
    """
    if input_shape is None:
        given = tensor.shape[1:] if isinstance(tensor, Symbol) else shape_of_image((None, None), 3)
    else:
        given = batch_shape(f"{where}, input_shape", input_shape)
    if len(given) != 3:
        axes = shape_of_image(("height", "width"), "channels")
        raise InvalidArgument(where, f"input_shape must be ({', '.join(axes)})", str(given))
    wanted = sides_of(given)
    found = sides_of(tensor.shape[1:]) if isinstance(tensor, Symbol) else wanted
    if len(found) == 2 and found[1] != wanted[1]:
        raise InvalidArgument(
            where,
            f"input_tensor must be as wide as input_shape, {wanted[1]}",
            str(found[1]),
            "Give one of the two.",
        )
    if any(side is not None and side < 32 for side in wanted):
        raise InvalidArgument(where, "images must be at least 32 x 32 pixels", str(given))
    return given
