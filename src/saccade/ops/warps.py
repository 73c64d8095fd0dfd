"""Warps: images seen through maps, and arrays at places, in the words of `keras.ops.image`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade import random
from saccade.errors import InvalidArgument, NotSupported, ShapeError
from saccade.layers.operations.unwritten_operation import also_on_symbols
from saccade.numerics.images.bending import bent
from saccade.numerics.images.sampling import BORDERS, sample, scaled_and_moved
from saccade.numerics.images.warping import (
    FILL_MODES,
    INTERPOLATIONS,
    perspective_maps,
    warp_nhwc,
)
from saccade.numerics.tensors.tensor_functions import convert_to_tensor
from saccade.ops.image_axes import as_word, on_batches


@also_on_symbols("ops.image")
def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> torch.Tensor:
    """Each image through its map from places of the result to places of the image.

    Args:
        transform: (8,) or (batch, 8): a0, a1, a2, b0, b1, b2, c0, c1 of
            ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k = c0 x + c1 y + 1.
        fill_mode: "constant", "nearest", "reflect" or "wrap".
    """
    x, as_given = on_batches("affine_transform", images, data_format)
    maps = convert_to_tensor(transform)
    y = warp_nhwc(x.float(), maps, interpolation, fill_mode, fill_value).to(x.dtype)
    return as_given(y)


@also_on_symbols("ops.image")
def perspective_transform(
    images: Any,
    start_points: Any,
    end_points: Any,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> torch.Tensor:
    """Each image through the map that brings four points to four others.

    Args:
        start_points, end_points: (4, 2), or (batch, 4, 2): x and y of each point, in pixels.
        interpolation: "bilinear" or "nearest".
        fill_value: what lies beyond the border.
    """
    where = "perspective_transform"
    x, as_given = on_batches(where, images, data_format)
    as_word(where, "interpolation", interpolation, INTERPOLATIONS)
    points = []
    for name, given in (("start_points", start_points), ("end_points", end_points)):
        one = convert_to_tensor(given).float()
        if one.ndim not in (2, 3) or tuple(one.shape[-2:]) != (4, 2):
            raise ShapeError(
                where, f"{name} must be (4, 2) or (batch, 4, 2)", str(tuple(one.shape))
            )
        points.append(one.reshape(-1, 4, 2))
    if points[0].shape != points[1].shape:
        shapes = " and ".join(str(tuple(one.shape)) for one in points)
        raise ShapeError(where, "start_points and end_points must have one shape", shapes)
    maps = perspective_maps(*points)
    return as_given(warp_nhwc(x, maps, interpolation, "constant", fill_value))


@also_on_symbols("ops.image")
def map_coordinates(
    inputs: Any, coordinates: Any, order: int, fill_mode: str = "constant", fill_value: float = 0
) -> torch.Tensor:
    """An array at places between its elements.

    Args:
        coordinates: (axes of the array, ...): where to look along each axis, in elements.
        order: 0, the nearest element, or 1, between those around.
        fill_mode: beyond the border of a b c d is, to the right, with "constant" k k k k, with
            "nearest" d d d d, with "wrap" a b c d, with "mirror" c b a b, with "reflect" d c b a.
        fill_value: k.

    Returns:
        The shape of the coordinates without their first axis, the dtype of the array.
    """
    where = "map_coordinates"
    x = convert_to_tensor(inputs)
    places = [convert_to_tensor(one) for one in coordinates]
    if len(places) != x.ndim or not places[0].ndim:
        shape = (len(places), *places[0].shape)
        needed = f"coordinates must be ({x.ndim}, ...), one row for each axis of the array"
        raise ShapeError(where, needed, str(shape))
    as_word(where, "fill_mode", fill_mode, tuple(BORDERS))
    if order not in (0, 1):
        raise NotSupported(where, "order must be 0 or 1", repr(order))
    return sample(x, places, order == 1, fill_mode, fill_value)


@also_on_symbols("ops.image")
def elastic_transform(
    images: Any,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> torch.Tensor:
    """Each image bent at random: each pixel looks at a place near its own, as its neighbours do.

    Args:
        alpha: how far, as a factor.
        sigma: how smooth the shifts are: the width of the bell that smooths them, in pixels.
        interpolation: "bilinear" or "nearest".
        fill_mode: "reflect", "constant", "wrap" or "nearest".
        seed: an integer or a `SeedGenerator`; None draws from torch's stream.

    Source: Simard et al. (2003), "Best Practices for Convolutional Neural Networks".
    """
    where = "elastic_transform"
    x, as_given = on_batches(where, images, data_format)
    as_word(where, "interpolation", interpolation, INTERPOLATIONS)
    as_word(where, "fill_mode", fill_mode, FILL_MODES)
    noise = random.normal((*x.shape[:3], 2), seed=seed).to(x.device)
    return as_given(
        bent(x, noise, alpha, sigma, interpolation == "bilinear", fill_mode, fill_value)
    )


_KERNEL_OF = {"linear": "linear", "bilinear": "linear", "trilinear": "linear", "cubic": "cubic",
              "bicubic": "cubic", "tricubic": "cubic", "lanczos3": "lanczos3",
              "lanczos5": "lanczos5"}  # fmt: skip


@also_on_symbols("ops.image")
def scale_and_translate(
    images: Any,
    output_shape: Sequence[int],
    scale: Any,
    translation: Any,
    spatial_dims: Sequence[int],
    method: str,
    antialias: bool = True,
) -> torch.Tensor:
    """An array scaled and moved along some of its axes: place p goes to scale p + translation.

    Args:
        output_shape: of the result, as many axes as the array.
        scale, translation: one number for each of `spatial_dims`.
        spatial_dims: the axes.
        method: "linear", "cubic", "lanczos3" or "lanczos5"; bi- and tri- mean the same.
        antialias: whether a smaller scale looks at as many elements as make one.

    Returns:
        `output_shape`, the dtype of the array; integers are rounded, within the array's range.

    Source: `jax.image.scale_and_translate`.
    """
    where = "scale_and_translate"
    x = convert_to_tensor(images)
    as_word(where, "method", method, tuple(_KERNEL_OF))
    factors, shifts = (convert_to_tensor(one) for one in (scale, translation))
    if not len(factors) == len(shifts) == len(spatial_dims):
        given = f"{len(factors)}, {len(shifts)} and {len(spatial_dims)}"
        raise InvalidArgument(where, "scale, translation and spatial_dims must be as many", given)
    wide = torch.promote_types(factors.dtype, shifts.dtype)
    wide = wide if wide.is_floating_point else torch.float32
    y = x if x.is_floating_point() else x.float()
    for factor, shift, axis in zip(factors.to(wide), shifts.to(wide), spatial_dims, strict=True):
        axis = axis % x.ndim
        size = output_shape[axis]
        y = scaled_and_moved(y, axis, size, factor, shift, _KERNEL_OF[method], antialias)
    if x.is_floating_point() or not len(spatial_dims):
        return y.to(x.dtype)
    return y.round().clamp(x.min(), x.max()).to(x.dtype)
