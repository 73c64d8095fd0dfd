"""Image boxes: rectangles (top, left, bottom, right) as parts of the height and width."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import UnknownName
from saccade.tensorflow_alias.parts.tensors.tensors import sizes_of, tensor_of


def crop_and_resize(
    image: Any, boxes: Any, box_indices: Any, crop_size: Any, method: str = "bilinear",
    extrapolation_value: float = 0.0, name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """Boxes cut out of a batch of images and brought to one size.

    The corners of a box lie on the middles of pixels, unlike those of `tf.image.resize`.

    Args:
        image: NHWC.
        boxes: one a row.
        box_indices: of which image each box is.
        crop_size: (height, width).
        method: "bilinear" or "nearest".
        extrapolation_value: for what lies outside.
    """
    if method not in ("bilinear", "nearest"):
        raise UnknownName("tf.image.crop_and_resize", "method is bilinear or nearest", repr(method))
    x_nhwc = tensor_of(image).float()
    sizes, found = sizes_of(crop_size), []
    owners = tensor_of(box_indices).tolist()
    for corners, owner in zip(tensor_of(boxes).float(), owners, strict=True):
        picture = x_nhwc[owner]
        lines = [
            _line(float(corners[axis]), float(corners[axis + 2]), picture.shape[axis], sizes[axis])
            for axis in (0, 1)
        ]
        rows, columns = lines
        if method == "nearest":
            cut = picture[_whole(rows, picture.shape[0])][:, _whole(columns, picture.shape[1])]
        else:
            cut = _between(_between(picture, rows, 0), columns, 1)
        outside = _outside(rows, picture.shape[0])[:, None] | _outside(columns, picture.shape[1])
        found.append(torch.where(outside[..., None], float(extrapolation_value), cut))
    return torch.stack(found)


def _line(start: float, stop: float, n: int, count: int) -> torch.Tensor:
    """Where in n pixels the numbers of a cut of `count` are taken from."""
    if count == 1:
        return torch.tensor([(start + stop) * (n - 1) / 2])
    step = (stop - start) * (n - 1) / (count - 1)
    return start * (n - 1) + torch.arange(count, dtype=torch.float32) * step


def _whole(line: torch.Tensor, n: int) -> torch.Tensor:
    return (line + 0.5).floor().long().clamp(0, n - 1)


def _outside(line: torch.Tensor, n: int) -> torch.Tensor:
    return (line < 0) | (line > n - 1)


def _between(x: torch.Tensor, line: torch.Tensor, axis: int) -> torch.Tensor:
    """Straight between the two nearest pixels along an axis."""
    n = x.shape[axis]
    low = line.floor().long().clamp(0, n - 1)
    high = line.ceil().long().clamp(0, n - 1)
    share = (line - line.floor()).reshape([-1 if one == axis else 1 for one in range(x.ndim)])
    first, second = x.index_select(axis, low), x.index_select(axis, high)
    return first + (second - first) * share


def non_max_suppression(
    boxes: Any, scores: Any, max_output_size: Any, iou_threshold: float = 0.5,
    score_threshold: float = float("-inf"), name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The numbers of the boxes to keep, the best first; none that overlaps a better one much."""
    corners, marks = tensor_of(boxes), tensor_of(scores)
    areas = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
    kept: list[int] = []
    for number in marks.argsort(descending=True, stable=True).tolist():
        if len(kept) == int(max_output_size) or float(marks[number]) <= score_threshold:
            break
        low = torch.maximum(corners[kept, :2], corners[number, :2])
        high = torch.minimum(corners[kept, 2:], corners[number, 2:])
        shared = (high - low).clamp(min=0).prod(-1)
        overlap = shared / (areas[kept] + areas[number] - shared)
        if not bool((overlap > iou_threshold).any()):
            kept.append(number)
    return torch.tensor(kept, dtype=torch.int32)
