"""Image distortion: a part of an image drawn at random, as networks for ImageNet are trained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of


class DistortedBox(NamedTuple):
    """`begin` and `size` for `tf.slice`, and the box (1, 1, 4) as parts of height and width."""

    begin: torch.Tensor
    size: torch.Tensor
    bboxes: torch.Tensor


def sample_distorted_bounding_box(
    image_size: Any,
    bounding_boxes: Any,
    seed: Any = 0,
    min_object_covered: float = 0.1,
    aspect_ratio_range: Sequence[float] | None = None,
    area_range: Sequence[float] | None = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> DistortedBox:
    """A rectangle of a drawn shape and place that covers enough of one of the boxes.

    Args:
        image_size: (height, width, channels).
        bounding_boxes: (1, n, 4): top, left, bottom, right in 0..1.
        seed: other than 0 for the same rectangle in every process.
        min_object_covered: the least part of a box that lies inside.
        aspect_ratio_range: of width / height; (0.75, 1.33) when None.
        area_range: of the rectangle's part of the image; (0.05, 1) when None.
        max_attempts: draws, after which the whole image is taken; 100 when None.
        use_image_if_no_bounding_boxes: the whole image counts as a box where there is none.

    Source: `tf.image.sample_distorted_bounding_box`.
    """
    generator = torch.Generator().manual_seed(int(seed)) if seed else None
    return _drawn(
        image_size, bounding_boxes, generator, min_object_covered, aspect_ratio_range,
        area_range, max_attempts,
    )  # fmt: skip


def stateless_sample_distorted_bounding_box(
    image_size: Any,
    bounding_boxes: Any,
    seed: Any,
    min_object_covered: float = 0.1,
    aspect_ratio_range: Sequence[float] | None = None,
    area_range: Sequence[float] | None = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> DistortedBox:
    """The same, drawn from a seed of two integers: one seed, one rectangle."""
    first, second = (int(one) for one in tensor_of(seed).reshape(-1))
    generator = torch.Generator().manual_seed((first << 32) ^ (second & 0xFFFFFFFF))
    return _drawn(
        image_size, bounding_boxes, generator, min_object_covered, aspect_ratio_range,
        area_range, max_attempts,
    )  # fmt: skip


def _drawn(
    image_size: Any, boxes: Any, generator: Any, covered: float, ratios: Any, areas: Any,
    attempts: Any,
) -> DistortedBox:  # fmt: skip
    height, width = (int(one) for one in tensor_of(image_size).reshape(-1)[:2])
    known = np.asarray(tensor_of(boxes), np.float64).reshape(-1, 4)
    known = known if len(known) else np.array([[0.0, 0.0, 1.0, 1.0]])
    low, high = (0.75, 1.33) if ratios is None else (float(ratios[0]), float(ratios[1]))
    least, most = (0.05, 1.0) if areas is None else (float(areas[0]), float(areas[1]))
    for _ in range(100 if attempts is None else int(attempts)):
        ratio, share, down, right = torch.rand(4, generator=generator).tolist()
        ratio = low + (high - low) * ratio
        # The least and greatest height that this shape may have.
        smallest = math.sqrt(least * height * width / ratio)
        greatest = min(math.sqrt(most * height * width / ratio), height, width / ratio)
        if smallest > greatest:
            continue
        rows = max(1, round(smallest + (greatest - smallest) * share))
        columns = max(1, min(round(rows * ratio), width))
        if not least <= rows * columns / (height * width) <= most:
            continue
        top = int(down * (height - rows + 1))
        left = int(right * (width - columns + 1))
        if _covers(top, left, rows, columns, known * [height, width, height, width], covered):
            return _as_box(top, left, rows, columns, height, width)
    return _as_box(0, 0, height, width, height, width)


def _covers(
    top: int, left: int, rows: int, columns: int, boxes: np.ndarray, covered: float
) -> bool:
    """Whether a rectangle holds enough of any box."""
    tall = np.minimum(boxes[:, 2], top + rows) - np.maximum(boxes[:, 0], top)
    wide = np.minimum(boxes[:, 3], left + columns) - np.maximum(boxes[:, 1], left)
    sizes = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    inside = np.clip(tall, 0, None) * np.clip(wide, 0, None)
    return bool((inside >= covered * sizes).any())


def _as_box(top: int, left: int, rows: int, columns: int, height: int, width: int) -> DistortedBox:
    box = [top / height, left / width, (top + rows) / height, (left + columns) / width]
    begin, size = torch.tensor([top, left, 0]), torch.tensor([rows, columns, -1])
    return DistortedBox(
        begin.to(torch.int32), size.to(torch.int32), torch.tensor([[box]], dtype=torch.float32)
    )
