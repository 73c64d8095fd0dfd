"""Input range: whether images come as the network that takes them was trained to see them.

Only what can't be a properly prepared photo is named; where it may be one, nothing is said.
"""

from __future__ import annotations

from typing import Any

import torch

from saccade.nests import leaves
from saccade.numerics.tensors.conversion import as_tensor

# Layers, by name because they live elsewhere, that only move pixels about.
KEEPERS = frozenset(
    [
        *("CenterCrop", "Cropping2D", "Resizing", "ZeroPadding2D"),
        *("RandomCrop", "RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom"),
    ]
)
_STANDARDIZED = (-2.2, 2.7)  # what "torch" gives, widened a little
_LARGE = 10.0  # beyond what "tf" (1) and "torch" (2.7) give, even where a filter overshoots
_CONTRAST = 0.3  # below it a photo may as well be flat


def records_in(model: Any) -> list[Any]:
    """The input records that hold for what comes into a model.

    Those of the model and of networks inside it that get its very input: the first layer of a
    Sequential, what a graph calls on its inputs. Layers that only move pixels about may stand
    before it; a network behind a Rescaling or any other layer does not count.

    Args:
        model: of any kind; a layer is asked for its `input_record`.

    Returns:
        The records, each once.

    Example:
        >>> records_in(object())
        []
    """
    found: list[Any] = []
    for record in _records(model):
        if record not in found:
            found.append(record)
    return found


def _records(layer: Any) -> list[Any]:
    own = getattr(layer, "input_record", None)
    graph = getattr(layer, "_network", None)
    if graph is None:
        if own is None:
            return [record for first in _first_layers(layer) for record in _records(first)]
        return [own]
    given = {id(symbol) for symbol in graph.input_symbols}
    direct = []
    for node in graph.calls:
        if any(id(one) in given for one in node.inputs):
            if _keeps_range(node.layer):
                given |= {id(one) for one in leaves(node.outputs)}
            else:
                direct.append(node.layer)
    records = [record for one in direct for record in _records(one)]
    # A network built on another layer's output has that layer in front of what was trained: the
    # layers say which of them takes the image, the model does not.
    if own is None or any(getattr(one, "input_record", None) for one in graph.layers):
        return records
    return [own]


def _first_layers(layer: Any) -> list[Any]:
    """The first layer of a stack; of other kinds nobody can tell."""
    stack = getattr(layer, "_stack", None)
    if not isinstance(stack, list):
        return []
    return [one for one in stack if not _keeps_range(one)][:1]


def _keeps_range(layer: Any) -> bool:
    if getattr(layer, "input_record", None) is not None:
        return False  # a network's own first layer, such as ResNet's padding
    kind = type(layer)
    return kind.__name__ in KEEPERS and kind.__module__.startswith("saccade.layers.")


def range_notes(records: list[Any], x: Any) -> list[str]:
    """What is wrong with the range of a first batch, a sentence for each record.

    Args:
        records: with `mode` ("caffe", "tf", "torch" or "raw"), `low`, `high` and
            `preprocess_input`, the dotted name of the function, as `records_in` gives them.
        x: images (batch, height, width, 3), a tensor or an array; anything else is passed over.

    Returns:
        Sentences that name the fix; none where the images may be right.

    Example:
        >>> from types import SimpleNamespace
        >>> record = SimpleNamespace(mode="tf", low=-1.0, high=1.0, preprocess_input="a.prepare")
        >>> range_notes([record], torch.full((1, 2, 2, 3), 200.0))[0][:58]
        'The first images have values from 200 to 200, which are ra'
        >>> range_notes([record], torch.full((1, 2, 2, 3), -1.0))
        []
    """
    images_nhwc = _images(x) if records else None
    if images_nhwc is None:
        return []
    low = images_nhwc.amin((1, 2)).float().cpu()  # of each image and channel
    high = images_nhwc.amax((1, 2)).float().cpu()
    sentences: list[str] = []
    for record in records:
        if record.mode == "raw":
            fault = _raw_fault(images_nhwc, low, high)
        else:
            fault = (_caffe_fault if record.mode == "caffe" else _small_fault)(record, low, high)
        if fault is not None:
            sentences.append(_sentence(record, float(low.min()), float(high.max()), *fault))
    return sentences


def _images(x: Any) -> torch.Tensor | None:
    """The one array of photos in a batch, or None."""
    arrays = [array for array in leaves(x) if array is not None]
    if len(arrays) != 1 or len(getattr(arrays[0], "shape", ())) != 4:
        return None
    images = as_tensor(arrays[0]).detach()
    if images.shape[-1] != 3 and images.shape[1] == 3:  # channels first
        images = images.movedim(1, -1)
    return images if images.numel() and images.shape[-1] == 3 else None


def _caffe_fault(record: Any, low: torch.Tensor, high: torch.Tensor) -> tuple[str, str] | None:
    """(what the images are, what to do first) for pixels minus means; None for what may be so."""
    least, most = float(low.min()), float(high.max())
    slack = 0.05 * (record.high - record.low)
    contrast = float((high.amax(0) - low.amin(0)).max())  # within a channel
    if least >= 0 and most > record.high + slack:
        return _RAW
    if least < record.low - slack and most <= record.high + slack:
        return _TWICE
    # Whole pixels that all lie so near the means have one value in a channel, or two or three: so
    # much contrast between them is none that a photo can have.
    if least >= 0 and most <= 1 and contrast > _CONTRAST:
        return _RESCALED
    if least > record.low / 250 and most < record.high / 250 and contrast > _CONTRAST:
        return "its result times 1/255", "leave rescale out and "
    if least >= -1 and most <= 1 and contrast > 1.1:
        return _SCALED
    if least >= _STANDARDIZED[0] and most <= _STANDARDIZED[1] and contrast > 3.5:
        return _STANDARD
    return None


def _small_fault(record: Any, low: torch.Tensor, high: torch.Tensor) -> tuple[str, str] | None:
    """The same for ranges of a few units, "tf" and "torch"."""
    least, most = float(low.min()), float(high.max())
    width = record.high - record.low
    if least >= 0 and most > _LARGE:
        return _RAW
    if least < -_LARGE:
        return _FOREIGN
    if record.low - 0.05 * width < least < record.low - 0.002 * width:
        return _TWICE if most < record.low + 0.15 * width else None
    # Bright photos that are right lie above 0, too. But no whole pixel becomes 0 (that is grey
    # 127.5 for "tf"), and black is 0 where pixels were only rescaled.
    contrast = float((high.amax(0) - low.amin(0)).max())
    if least == 0 and most <= 1 and contrast > _CONTRAST:
        return _RESCALED
    return None


def _raw_fault(
    images: torch.Tensor, low: torch.Tensor, high: torch.Tensor
) -> tuple[str, str] | None:
    """The same for a network that takes pixels from 0 to 255 as they are.

    Filters and noise may overshoot on both sides; a photo that is almost black may have no
    pixel above 1, but only whole ones.
    """
    least, most = float(low.min()), float(high.max())
    contrast = float((high.amax(0) - low.amin(0)).max())
    if least >= 0 and most <= 1 and contrast > _CONTRAST and bool((images % 1 != 0).any()):
        return _RESCALED
    if -1 <= least < 0 and most <= 1 and contrast > 1.1:
        return _SCALED
    if least >= _STANDARDIZED[0] and most <= _STANDARDIZED[1] and contrast > 3.5:
        return _STANDARD
    if least < -60 and most < 160:
        return _FOREIGN
    return None


_SCALED = "which were scaled to -1 to 1", "leave that scaling out and "
_STANDARD = "which were standardized", "leave that out and "
_FOREIGN = "as another network's function makes them", "leave that function out and "
_RAW = "which are raw pixels", ""
_RESCALED = "as rescale=1/255 makes them", "leave rescale out and "
_TWICE = "as if it had been applied twice", "apply it once: "
_WITHOUT_FUNCTION = {
    "tf": "x / 127.5 - 1, values from -1 to 1",
    "torch": "x / 255 minus ImageNet's mean, by its deviation, values from -2.1 to 2.6",
}


def _sentence(record: Any, least: float, most: float, kind: str, do: str) -> str:
    if record.mode == "raw":
        return (
            f"The first images have values from {least:.3g} to {most:.3g}, {kind}, and the network "
            f"was trained on pixels from 0 to 255, which it scales itself: {do}give it the pixels "
            "as they are."
        )
    name = record.preprocess_input
    if not name:  # a network whose own first layers were left out
        return (
            f"The first images have values from {least:.3g} to {most:.3g}, {kind}, and the "
            "network, built with include_preprocessing=False, was trained on "
            f"{_WITHOUT_FUNCTION[record.mode]}: {do}scale pixels from 0 to 255 so, or leave "
            "include_preprocessing out."
        )
    short = name.rpartition(".")[2]
    return (
        f"The first images have values from {least:.3g} to {most:.3g}, {kind}, and the network was "
        f"trained on what {name} makes of pixels from 0 to 255 ({record.low:.3g} to "
        f"{record.high:.3g}): {do}use ImageDataGenerator(preprocessing_function={short}), or "
        f"{short}(x) on arrays."
    )
