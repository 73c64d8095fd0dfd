"""What networks trained on ImageNet share: the numbers that go in, the classes that come out."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from saccade.applications.building.geometry import stepping_border
from saccade.applications.building.input_shape import obtain_input_shape as _checked_shape
from saccade.data_formats import as_data_format, default_data_format, is_channels_first
from saccade.disk.regular_file import read_text
from saccade.errors import InvalidArgument, ShapeError
from saccade.files.published.kept_file import kept_file
from saccade.files.published.remote_file import RemoteFile
from saccade.graph import Symbol
from saccade.layers import Concatenate, Cropping2D, Permute, Rescaling
from saccade.layers.operations.symbol_arithmetic import as_function
from saccade.names import auto_name, unknown_name
from saccade.old_arguments import takes_dim_ordering

CLASS_INDEX = RemoteFile(
    "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json",
    "c2c37ea517e94d9795004a39431a14cb",
)
"""The names of ImageNet's classes."""

_MODES = ("caffe", "tf", "torch")
_CAFFE_MEANS_BGR = (103.939, 116.779, 123.68)
_TORCH_MEANS_RGB, _TORCH_DEVIATIONS_RGB = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None, mode: str = "caffe") -> Any:
    """Bring pixels into the range that a network was trained on.

    Law, for a pixel (r, g, b) in [0, 255]::

        caffe   (b - 103.939, g - 116.779, r - 123.68)
        tf      value / 127.5 - 1
        torch   (value / 255 - mean) / deviation
                mean (0.485, 0.456, 0.406), deviation (0.229, 0.224, 0.225)

    Args:
        x: an image or batch, channels last unless `data_format` says otherwise. NumPy's floats are
            changed in place, as in Keras; integers become float32; a symbol becomes layers.
        data_format: "channels_last" (None too) or "channels_first".
        mode: "caffe", "tf" or "torch".

    Returns:
        The same kind of thing.

    Raises:
        InvalidArgument: not an image of three channels, or an unknown word.

    Example:
        >>> import numpy as np
        >>> preprocess_input(np.array([[[0, 255, 255]]], "uint8"), mode="tf").tolist()
        [[[-1.0, 1.0, 1.0]]]

    Source: `keras.applications.imagenet_utils.preprocess_input`.
    """
    where = "preprocess_input"
    if mode not in _MODES:
        raise unknown_name(f"{where}, mode", mode, _MODES)
    channels_first = is_channels_first(data_format, where)
    if not isinstance(x, (Symbol, np.ndarray, torch.Tensor)):
        raise InvalidArgument(
            where, "needs an array of pixels", type(x).__name__, "Use img_to_array(image)."
        )
    axis = len(x.shape) - 3 if channels_first else len(x.shape) - 1
    if mode != "tf":
        _check_channels(where, x, axis)
    if isinstance(x, Symbol):
        return _of_symbol(x, axis, mode)
    if isinstance(x, np.ndarray):
        return _of_array(x, axis, mode)
    return _of_tensor(x, axis, mode)


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads


def _check_channels(where: str, x: Any, axis: int) -> None:
    if len(x.shape) < 3 or x.shape[axis] != 3:
        raise ShapeError(
            where,
            "an image must have 3 channels",
            f"an array of shape {tuple(x.shape)}",
            "Read grey images with color_mode='rgb'.",
        )


def _of_array(x: np.ndarray, axis: int, mode: str) -> np.ndarray:
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype("float32")
    elif not x.flags.writeable:
        x = x.copy()
    if mode == "tf":
        x /= 127.5
        x -= 1.0
        return x
    if mode == "caffe":
        x = np.flip(x, axis)  # a view
        means, deviations = _CAFFE_MEANS_BGR, (1.0, 1.0, 1.0)
    else:
        x /= 255.0
        means, deviations = _TORCH_MEANS_RGB, _TORCH_DEVIATIONS_RGB
    for channel in range(3):  # a plane at a time: NumPy is slow where the last axis is 3
        plane = np.moveaxis(x, axis, 0)[channel]
        plane -= means[channel]
        if mode == "torch":
            plane /= deviations[channel]
    return x


def _of_tensor(x: torch.Tensor, axis: int, mode: str) -> torch.Tensor:
    if not x.is_floating_point():
        x = x.float()
    if mode == "tf":
        return x / 127.5 - 1.0

    def along_channels(values: tuple[float, ...]) -> torch.Tensor:
        return torch.tensor(values, dtype=x.dtype, device=x.device).reshape(
            [3 if place == axis else 1 for place in range(x.ndim)]
        )

    if mode == "caffe":
        return x.flip(axis) - along_channels(_CAFFE_MEANS_BGR)
    return (x / 255.0 - along_channels(_TORCH_MEANS_RGB)) / along_channels(_TORCH_DEVIATIONS_RGB)


def _of_symbol(x: Symbol, axis: int, mode: str) -> Symbol:
    """The same as layers of Keras's own, so that Keras can read the model's file.

    They stand for operators, and have the names of those that Keras has in their place: no layers
    of the model, which names and counts its own as if they were not there.
    """
    if mode == "tf":
        return as_function(
            Rescaling(1 / 127.5, offset=-1.0, name=_named("true_divide", "subtract"))
        )(x)
    if mode == "caffe":
        x = _reversed_channels(x, axis)
        scale, offset = [1.0] * 3, [-mean for mean in _CAFFE_MEANS_BGR]
    else:
        scale = [1 / (255.0 * deviation) for deviation in _TORCH_DEVIATIONS_RGB]
        offset = [
            -mean / deviation
            for mean, deviation in zip(_TORCH_MEANS_RGB, _TORCH_DEVIATIONS_RGB, strict=True)
        ]
    inner = [1] * (len(x.shape) - 1 - axis)  # axes behind the channels
    shape = (3, *inner)
    name = _named("add") if mode == "caffe" else _named("true_divide", "add", "true_divide")
    return as_function(Rescaling(np.reshape(scale, shape), np.reshape(offset, shape), name=name))(x)


def _named(*stems: str) -> str:
    """The first of the automatic names that Keras would give."""
    first, *_ = [auto_name(stem) for stem in stems]
    return first


def _reversed_channels(x: Symbol, axis: int) -> Symbol:
    """The three channels cut apart and joined in reverse; all views but the joining."""
    if len(x.shape) != 4:
        raise ShapeError("preprocess_input", "a symbol must be of a batch of images", str(x.shape))
    if axis == 3:
        x = as_function(Permute((3, 1, 2), name=_named("transpose")))(x)
    planes = [
        as_function(Cropping2D(((channel, 2 - channel), (0, 0)), name=_named("get_item")))(x)
        for channel in (2, 1, 0)
    ]
    x = as_function(Concatenate(axis=1, name=_named("stack")))(planes)
    return as_function(Permute((2, 3, 1), name=_named("transpose")))(x) if axis == 3 else x


def decode_predictions(preds: Any, top: int = 5) -> list[list[tuple[str, str, Any]]]:
    """Name the classes of ImageNet that have the best scores.

    Law: for each image, the `top` greatest scores, the greatest first

    Args:
        preds: (images, 1000) scores of a network with its top.
        top: how many classes to name.

    Returns:
        For each image a list of (WordNet's id, name, score), such as
        `("n07742313", "Granny_Smith", 0.98)`.

    Raises:
        ShapeError: scores of another shape. InvalidArgument: a top below 1.
        NoSuchFile: the names of the classes are not there and can't be fetched.

    Source: `keras.applications.imagenet_utils.decode_predictions`.
    """
    where = "decode_predictions"
    scores = preds.detach().cpu().numpy() if torch.is_tensor(preds) else np.asarray(preds)
    if scores.ndim != 2 or scores.shape[1] != 1000:
        raise ShapeError(
            where,
            "scores must be (images, 1000)",
            str(scores.shape),
            "Only a network with its top of 1000 classes gives them.",
        )
    if top < 1:
        raise InvalidArgument(where, "top must be at least 1", repr(top))
    names = _read_names(kept_file(CLASS_INDEX))
    return [
        [(*names[place], row[place]) for place in np.argsort(row)[::-1][:top]] for row in scores
    ]


@functools.cache
def _read_names(path: Path) -> list[tuple[str, str]]:
    """(WordNet's id, name) of each class, out of Keras's file."""
    table = json.loads(read_text(path))
    return [(table[str(place)][0], table[str(place)][1]) for place in range(1000)]


@takes_dim_ordering
def obtain_input_shape(
    input_shape: Any,
    default_size: int,
    min_size: int,
    data_format: str | None = None,
    require_flatten: bool = True,
    weights: Any = None,
    include_top: bool | None = None,
) -> tuple[int | None, ...]:
    """The shape of one image for a network of the user's own, checked, as Keras 1 and 2 had it.

    Args:
        input_shape: as the network was given it; None for the default.
        default_size, min_size: in pixels, the side that the network is made for, and the least.
        data_format: "channels_last" or "channels_first".
        require_flatten: whether the network ends in layers that need one size; `include_top` is
            its name in Keras 1.
        weights: "imagenet" holds the sides and the three channels fast.

    Raises:
        InvalidArgument: a shape that the network cannot take.

    Source: `keras_applications.imagenet_utils._obtain_input_shape`.
    """
    whole = require_flatten if include_top is None else include_top
    with default_data_format(as_data_format(data_format, "_obtain_input_shape")):
        place = "_obtain_input_shape"
        return _checked_shape(place, input_shape, default_size, min_size, whole, weights)


_obtain_input_shape = obtain_input_shape


def correct_pad(inputs: Any, kernel_size: int | tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """What ZeroPadding2D puts around an input before a step of two with padding "valid".

    Source: `keras.applications.imagenet_utils.correct_pad` of Keras 2.
    """
    return stepping_border(inputs, kernel_size)
