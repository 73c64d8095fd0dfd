"""Calls of functions of `ops.image` that bend, scale and compare images; a key is one call."""

from __future__ import annotations

from itertools import product

import numpy as np

RNG = np.random.default_rng(19)
IMAGES = RNG.uniform(0, 1, (2, 8, 9, 3)).astype("float32")
BYTES = RNG.integers(0, 256, (2, 8, 9, 3)).astype("uint8")
VOLUMES = RNG.uniform(0, 1, (2, 5, 6, 7, 2)).astype("float32")
OTHERS = (0.6 * IMAGES + 0.4 * RNG.uniform(0, 1, IMAGES.shape)).astype("float32")
START = np.array([[0, 0], [0, 8], [7, 0], [7, 8]], "float32")
MOVES = np.array([[[1, 0.5], [0.3, -1], [-1, 0.2], [0.6, 1]],
                  [[0, 1], [2, 0], [0.5, 0.5], [-1, -1.5]]], "float32")  # fmt: skip
END = START + MOVES
# within the array and up to two of its lengths beyond it, never a half: two ways of rounding
PLACES = RNG.uniform(-15, 22, (2, 5, 6)).astype("float32").round(2) + np.float32(0.003)
PLANE = RNG.uniform(-1, 1, (7, 6)).astype("float32")


def first(images):
    """The same images with their channels first."""
    return np.moveaxis(images, -1, -images.ndim + (images.ndim != 3))


def _cases():
    for order, mode in product((0, 1), ("constant", "nearest", "wrap", "mirror", "reflect")):
        yield (
            f"map_coordinates {order} {mode}",
            lambda o, order=order, mode=mode: o.map_coordinates(PLANE, PLACES, order, mode, 0.5),
        )
    numbers = (100 * PLANE).astype("int32")
    yield "map_coordinates int", lambda o: o.map_coordinates(numbers, PLACES, 1, "nearest")
    whole = PLACES.astype("int32")
    yield "map_coordinates at ints", lambda o: o.map_coordinates(numbers, whole, 1, "wrap")
    wide = PLANE.astype("float64")
    yield "map_coordinates wide", lambda o: o.map_coordinates(wide, PLACES, order=1)
    yield "map_coordinates line", lambda o: o.map_coordinates(PLANE[0], PLACES[:1], 1, "mirror")

    for way in ("bilinear", "nearest"):
        yield (
            f"perspective_transform {way}",
            lambda o, way=way: o.perspective_transform(
                IMAGES, np.array([START, START]), END, interpolation=way, fill_value=0.25
            ),
        )
    yield (
        "perspective_transform first",
        lambda o: o.perspective_transform(
            first(IMAGES), np.array([START, START]), END, data_format="channels_first"
        ),
    )
    yield "perspective_transform one", lambda o: o.perspective_transform(IMAGES[0], START, END[0])
    yield "perspective_transform all", lambda o: o.perspective_transform(IMAGES, START, END[1])

    methods = ("linear", "bilinear", "trilinear", "cubic", "bicubic", "tricubic", "lanczos3",
               "lanczos5")  # fmt: skip
    for method, antialias in product(methods, (True, False)):
        yield (
            f"scale_and_translate {method} {antialias}",
            lambda o, method=method, antialias=antialias: o.scale_and_translate(
                IMAGES,
                (2, 5, 12, 3),
                np.array([0.6, 1.7], "float32"),
                np.array([-0.4, 2.5], "float32"),
                (1, 2),
                method,
                antialias,
            ),
        )
    yield (
        "scale_and_translate bytes",
        lambda o: o.scale_and_translate(
            BYTES, (2, 8, 9, 3), np.array([1.3], "float32"), np.array([2], "int32"), (-2,), "cubic"
        ),
    )

    yield "ssim", lambda o: o.ssim(IMAGES, OTHERS, filter_size=5)
    yield "ssim one", lambda o: o.ssim(IMAGES[0], OTHERS[0], 2.0, 7, 1.1, 0.02, 0.05)
    yield (
        "ssim first",
        lambda o: o.ssim(first(IMAGES), first(OTHERS), filter_size=4, data_format="channels_first"),
    )
    yield "ssim wide", lambda o: o.ssim(IMAGES.astype("float64"), OTHERS, filter_size=3)
    yield "ssim equal bytes", lambda o: o.ssim(BYTES, BYTES, max_val=255, filter_size=3)

    for size, strides, rate, padding in (
        (2, None, 1, "valid"), ((1, 3, 2), None, 1, "same"), ((2, 2, 3), (1, 2, 1), 1, "valid"),
        (2, 1, 2, "valid"), (3, 2, 1, "same"),
    ):  # fmt: skip
        yield (
            f"extract_patches_3d {size} {strides} {rate} {padding}",
            lambda o, s=size, t=strides, r=rate, p=padding: o.extract_patches_3d(
                VOLUMES, s, t, r, p
            ),
        )
    yield "extract_patches_3d one", lambda o: o.extract_patches_3d(VOLUMES[0], (2, 3, 3))
    yield "extract_patches of volumes", lambda o: o.extract_patches(VOLUMES, (2, 3, 3))
    yield (
        "extract_patches_3d first",
        lambda o: o.extract_patches_3d(first(VOLUMES), (2, 3, 3), data_format="channels_first"),
    )


CASES = dict(_cases())
