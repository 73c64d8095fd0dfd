"""Fitness: whether a model out of a file and its preprocessing belong together, and how many
pictures it can be shown at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from saccade.errors import FileFormatError, NotFinite
from saccade.graph import symbols_in
from saccade.predictor.preprocessing import Preprocessing

MOST_CLASSES = 1_000_000
MOST_PIXELS = 1 << 28  # of a picture, where the model takes any size
MOST_NUMBERS = 1 << 30  # of one layer's outputs for one picture: 4 GB
NUMBERS_AT_A_TIME = 1 << 30  # the same for all pictures of a batch


def check_outputs(model: Any) -> int:
    """How many numbers the model gives for a picture.

    Raises:
        FileFormatError: it has several outputs, or one that is no row of classes.
    """
    shape: Any = getattr(model, "output_shape", None)
    is_row = isinstance(shape, tuple) and len(shape) == 2 and isinstance(shape[1], int)
    if not is_row or not 0 < shape[1] <= MOST_CLASSES:
        raise FileFormatError(
            "Predictor",
            f"the model must give one number for each of at most {MOST_CLASSES:,} classes",
            f"outputs of shape {shape}",
        )
    return shape[1]


def check_inputs(model: Any, preprocessing: Preprocessing, data_format: str) -> None:
    """Raise where the pictures are prepared for another model.

    Raises:
        FileFormatError: another size or number of channels, or a size that takes all memory.
    """
    height, width, channels = preprocessing.image_shape
    made = (
        (channels, height, width) if data_format == "channels_first" else (height, width, channels)
    )
    shape = getattr(model, "input_shape", None)
    sizes = shape[1:] if isinstance(shape, tuple) and len(shape) == 4 else ()
    fits = len(sizes) == 3 and all(
        size in (None, mine) for size, mine in zip(sizes, made, strict=True)
    )
    if not fits:
        raise FileFormatError(
            "preprocessing", f"must make pictures {made} into what the model takes", str(shape)
        )
    if height * width > MOST_PIXELS:
        raise FileFormatError(
            "preprocessing", f"target_size must be at most {MOST_PIXELS:,} pixels", (height, width)
        )


def most_at_a_time(model: Any) -> int:
    """How many pictures a batch may have, so that no layer's outputs take more than 4 GB.

    Raises:
        FileFormatError: one picture is too many for a layer.
    """
    largest = 1
    for layer, shape in _output_shapes(model):
        numbers = math.prod(size or 1 for size in shape[1:])
        if numbers > MOST_NUMBERS:
            raise FileFormatError(
                "Predictor",
                f"a layer must give at most {MOST_NUMBERS:,} numbers for a picture",
                f"{layer.where} with {shape}",
            )
        largest = max(largest, numbers)
    return max(1, NUMBERS_AT_A_TIME // largest)


def _output_shapes(model: Any) -> Iterator[tuple[Any, tuple[int | None, ...]]]:
    for layer in (model, *model.sublayers_within()):
        for node in getattr(layer, "nodes", ()):
            for symbol in symbols_in(node.outputs):
                yield layer, tuple(symbol.shape)


def not_finite(model: Any, where: str) -> NotFinite:
    """The error for outputs that are no numbers: the weight that is to blame, if one is.

    Args:
        where: the picture, or who asked.
    """
    import torch

    for layer in (model, *model.sublayers_within()):
        for weight in layer._weights_trained + layer._weights_kept:
            if not bool(torch.isfinite(weight.detach()).all()):
                return NotFinite(
                    where,
                    "the model's weights must be finite numbers",
                    f"NaN or infinity in {layer.where}, {weight.name}",
                    "Its training came apart: train again with a smaller learning rate, or take "
                    "an earlier file.",
                )
    return NotFinite(
        where,
        "the model's outputs must be finite numbers",
        "NaN or infinity",
        "Look for NaN in what the pictures become, or compute in float32.",
    )
