"""Image boxes: rectangles (top, left, bottom, right) as parts of the height and width."""

from __future__ import annotations

from typing import Any, NamedTuple

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
    kept: list[int] = []
    for number in marks.argsort(descending=True, stable=True).tolist():
        if len(kept) == int(max_output_size) or float(marks[number]) <= score_threshold:
            break
        if not bool((_overlaps(corners[kept], corners[number]) > iou_threshold).any()):
            kept.append(number)
    return torch.tensor(kept, dtype=torch.int32)


def non_max_suppression_with_scores(
    boxes: Any, scores: Any, max_output_size: Any, iou_threshold: float = 0.5,
    score_threshold: float = float("-inf"), soft_nms_sigma: float = 0.0, name: str | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    """The numbers of the boxes to keep, and their scores.

    Args:
        soft_nms_sigma: above 0, a box that overlaps a better one is not left out: its score is
            multiplied by exp(-overlap^2 / (2 sigma)).

    Source: Bodla et al. (2017), "Soft-NMS".
    """
    corners, marks = tensor_of(boxes), tensor_of(scores)
    if not soft_nms_sigma:
        kept = non_max_suppression(corners, marks, max_output_size, iou_threshold, score_threshold)
        return kept, marks[kept.long()]
    left, chosen, values = marks.clone(), [], []
    while len(chosen) < int(max_output_size):
        best = int(left.argmax())
        if float(left[best]) <= score_threshold or float(left[best]) == float("-inf"):
            break
        chosen.append(best)
        values.append(left[best].clone())
        overlap = _overlaps(corners, corners[best])
        lower = torch.exp(-overlap.square() / (2 * soft_nms_sigma))
        left = torch.where(overlap > iou_threshold, torch.zeros_like(left), left * lower)
        left[chosen] = float("-inf")
    return torch.tensor(chosen, dtype=torch.int32), torch.stack(values) if values else marks[:0]


def _overlaps(boxes: torch.Tensor, one: torch.Tensor) -> torch.Tensor:
    """What each box shares with one of them, as a part of both together."""
    low, high = torch.maximum(boxes[:, :2], one[:2]), torch.minimum(boxes[:, 2:], one[2:])
    shared = (high - low).clamp(min=0).prod(-1)
    return shared / ((boxes[:, 2:] - boxes[:, :2]).prod(-1) + (one[2:] - one[:2]).prod() - shared)


class CombinedNonMaxSuppression(NamedTuple):
    """What `combined_non_max_suppression` gives; rows without a box are zeros."""

    nmsed_boxes: torch.Tensor
    nmsed_scores: torch.Tensor
    nmsed_classes: torch.Tensor
    valid_detections: torch.Tensor


def combined_non_max_suppression(
    boxes: Any, scores: Any, max_output_size_per_class: Any, max_total_size: Any,
    iou_threshold: float = 0.5, score_threshold: float = float("-inf"),
    pad_per_class: bool = False, clip_boxes: bool = True, name: str | None = None,
) -> CombinedNonMaxSuppression:  # fmt: skip
    """`non_max_suppression` of each class of each image; of all classes the best boxes.

    Args:
        boxes: (images, boxes, 1 or classes, 4).
        scores: (images, boxes, classes).
        max_total_size: boxes of an image.
        pad_per_class: fewer rows, where the classes together may have no more.
        clip_boxes: to between 0 and 1.
    """
    places, marks = tensor_of(boxes).float(), tensor_of(scores).float()
    classes, most = marks.shape[2], int(max_total_size)
    if pad_per_class:
        most = min(most, int(max_output_size_per_class) * classes)
    rows = []
    for place, mark in zip(places, marks, strict=True):
        found = []
        for number in range(classes):
            own = place[:, number if place.shape[1] > 1 else 0]
            kept = non_max_suppression(
                own, mark[:, number], max_output_size_per_class, iou_threshold, score_threshold
            )
            found += [(float(mark[one, number]), number, own[one]) for one in kept.tolist()]
        found = sorted(found, key=lambda one: -one[0])[:most]
        empty = [(0.0, 0, torch.zeros(4))] * (most - len(found))
        score, number, corners = zip(*found, *empty, strict=True)
        rows.append((torch.stack(corners), torch.tensor(score), torch.tensor(number), len(found)))
    corners, score, number, valid = zip(*rows, strict=True)
    stacked = torch.stack(corners)
    return CombinedNonMaxSuppression(
        stacked.clamp(0, 1) if clip_boxes else stacked, torch.stack(score),
        torch.stack(number).float(), torch.tensor(valid, dtype=torch.int32),
    )  # fmt: skip


_COLORS = (
    *((1, 1, 0, 1), (0, 0, 1, 1), (1, 0, 0, 1), (0, 1, 0, 1), (0.5, 0, 0.5, 1)),
    *((0.5, 0.5, 0, 1), (0.5, 0, 0, 1), (0, 0, 0.5, 1), (0, 1, 1, 1), (1, 0, 1, 1)),
)


def draw_bounding_boxes(
    images: Any, boxes: Any, colors: Any = None, name: str | None = None
) -> torch.Tensor:
    """Images with the edges of boxes drawn in them, one pixel wide.

    Args:
        images: NHWC of 1, 3 or 4 channels.
        boxes: (images, boxes, 4); what lies outside is not drawn.
        colors: (colours, channels), taken in turn; None takes TensorFlow's ten.
    """
    x_nhwc = tensor_of(images).clone()
    height, width, channels = x_nhwc.shape[1:]
    given = None if colors is None else tensor_of(colors)
    table = torch.tensor(_COLORS) if given is None or not given.numel() else given
    if channels == 1 and given is None:
        table[:, 0] = 1
    for image, rows in zip(x_nhwc, tensor_of(boxes), strict=True):
        for number, (top, left, bottom, right) in enumerate(rows.tolist()):
            color = table[number % len(table), :channels].to(image)
            low, high = int(top * (height - 1)), int(bottom * (height - 1))
            first, last = int(left * (width - 1)), int(right * (width - 1))
            is_empty = low > high or first > last
            if is_empty or low >= height or high < 0 or first >= width or last < 0:
                continue
            across = slice(max(first, 0), min(last, width - 1) + 1)
            down = slice(max(low, 0), min(high, height - 1) + 1)
            for row in (low, high):
                if 0 <= row < height:
                    image[row, across] = color
            for column in (first, last):
                if 0 <= column < width:
                    image[down, column] = color
    return x_nhwc
