"""Small helpers that Keras 1 and 2 had in rooms of `utils`, and that scripts import."""

from __future__ import annotations

import inspect
import math
import os
from typing import Any

import numpy as np

from saccade.backend.settings import normalize_data_format
from saccade.disk.regular_file import check_regular
from saccade.errors import FileFormatError, InvalidArgument
from saccade.notes import note_once


def convert_kernel(kernel: Any) -> np.ndarray:
    """A kernel turned by half a turn: Theano convolved where others correlate.

    Args:
        kernel: (height, width, in, out), or one axis of pixels, or three.
    """
    kernel = np.asarray(kernel)
    return np.flip(kernel, tuple(range(kernel.ndim - 2))).copy()


def convert_all_kernels_in_model(model: Any) -> None:
    """Turn the kernels of all convolutions, in place.

    `load_weights` and `load_model` turn those of a file that says that Theano wrote it; this is for
    weights that came another way.
    """
    for layer in (model, *model.sublayers_within()):
        for weight in getattr(layer, "_weights_trained", ()):
            if "kernel" in weight.name and weight.ndim > 2:
                weight.assign(convert_kernel(weight.numpy()))


def convert_dense_weights_data_format(
    dense: Any, previous_feature_map_shape: Any, target_data_format: str = "channels_first"
) -> None:
    """Sort the rows of a Dense layer after Flatten for images whose channels stand elsewhere.

    Args:
        dense: the layer, whose kernel is changed in place.
        previous_feature_map_shape: of what was flattened: (height, width, channels), or channels
            first where the target is "channels_last".
        target_data_format: where the channels will stand.
    """
    if target_data_format not in ("channels_first", "channels_last"):
        raise InvalidArgument(
            "convert_dense_weights_data_format",
            'target_data_format must be "channels_first" or "channels_last"',
            repr(target_data_format),
        )
    kernel = dense.kernel.numpy()
    shape, last = tuple(previous_feature_map_shape), target_data_format == "channels_last"
    order = (1, 2, 0, 3) if last else (2, 0, 1, 3)
    dense.kernel.assign(kernel.reshape(*shape, -1).transpose(order).reshape(kernel.shape))


def count_params(weights: Any) -> int:
    """How many numbers a list of weights holds, each weight once."""
    return sum(math.prod(one.shape) for one in {id(one): one for one in weights}.values())


def conv_output_length(
    input_length: int | None, filter_size: int, padding: str, stride: int, dilation: int = 1
) -> int | None:
    """How many places a kernel has along an axis; None for an axis of unknown length."""
    if input_length is None:
        return None
    reach = filter_size + (filter_size - 1) * (dilation - 1)
    length = {"valid": input_length - reach + 1, "full": input_length + reach - 1}
    return (length.get(padding, input_length) + stride - 1) // stride


def conv_input_length(
    output_length: int | None, filter_size: int, padding: str, stride: int
) -> int | None:
    """The length of an axis from the number of places on it."""
    if output_length is None:
        return None
    border = {"same": filter_size // 2, "valid": 0, "full": filter_size - 1}[padding]
    return (output_length - 1) * stride - 2 * border + filter_size


def deconv_length(
    dim_size: int | None,
    stride_size: int,
    kernel_size: int,
    padding: str,
    output_padding: int | None = None,
    dilation: int = 1,
) -> int | None:
    """The length of an axis behind a transposed convolution."""
    if dim_size is None:
        return None
    size = kernel_size + (kernel_size - 1) * (dilation - 1)
    if output_padding is None:
        more = {"valid": max(size - stride_size, 0), "full": -(stride_size + size - 2)}
        return dim_size * stride_size + more.get(padding, 0)
    cut = {"valid": 0, "same": size // 2, "full": size - 1}[padding]
    return (dim_size - 1) * stride_size + size - 2 * cut + output_padding


def normalize_padding(value: str) -> str:
    """A word for the padding in small letters."""
    word = value.lower()
    if word not in ("valid", "same", "causal"):
        raise InvalidArgument("padding", 'must be "valid", "same" or "causal"', repr(value))
    return word


def normalize_tuple(value: Any, n: int, name: str) -> tuple[int, ...]:
    """A number n times, or n numbers, as a tuple of integers."""
    try:
        found = (value,) * n if isinstance(value, int) else tuple(int(one) for one in value)
    except (TypeError, ValueError):
        found = ()
    if len(found) != n:
        raise InvalidArgument(name, f"must be {n} integers", repr(value))
    return found


def probas_to_classes(y_pred: Any) -> np.ndarray:
    """The class of each row: the largest of several, or whether a single one is above 0.5."""
    y_pred = np.asarray(y_pred)
    if y_pred.ndim > 1 and y_pred.shape[1] > 1:
        return y_pred.argmax(axis=1)
    return np.array([1 if one > 0.5 else 0 for one in y_pred.reshape(-1)])


def categorical_probas_to_classes(p: Any) -> np.ndarray:
    """The place of the largest number of each row."""
    return np.asarray(p).argmax(axis=1)


def multi_gpu_model(model: Any, gpus: Any = None, **_: Any) -> Any:
    """The model itself: saccade trains on one device, and the numbers are the same."""
    note_once(
        "multi_gpu_model: saccade trains on one device; the model comes back as it is.",
        key="multi_gpu_model",
    )
    return model


def to_list(x: Any, allow_tuple: bool = False) -> list[Any]:
    """A list as it is, anything else as a list of one."""
    if isinstance(x, list):
        return x
    return list(x) if allow_tuple and isinstance(x, tuple) else [x]


def has_arg(fn: Any, name: str, accept_all: bool = False) -> bool:
    """Whether a function can be called with an argument of this name."""
    parameters = inspect.signature(fn).parameters
    if name in parameters:
        return parameters[name].kind is not inspect.Parameter.POSITIONAL_ONLY
    any_word = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values())
    return accept_all and any_word


def path_to_string(path: Any) -> Any:
    """A path as a string; anything else as it is."""
    return os.fspath(path) if isinstance(path, os.PathLike) else path


def smart_cond(pred: Any, true_fn: Any = None, false_fn: Any = None, name: Any = None) -> Any:
    """What one of two functions gives."""
    return (true_fn if bool(pred) else false_fn)()


class HDF5Matrix:
    """A part of a data set in an HDF5 file, read when it is asked for.

    Args:
        datapath: of the file.
        dataset: its name in there.
        start, end: the part along the first axis.
        normalizer: a function of what is read.

    Source: `keras.utils.io_utils.HDF5Matrix` of Keras 2.
    """

    def __init__(
        self, datapath: Any, dataset: str, start: int = 0, end: int | None = None,
        normalizer: Any = None,
    ):  # fmt: skip
        import h5py

        check_regular(datapath, wrong=FileFormatError)
        self.data: Any = h5py.File(datapath, "r")[dataset]
        self.start, self.end = start, self.data.shape[0] if end is None else end
        self.normalizer = normalizer

    def __len__(self) -> int:
        return self.end - self.start

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            first, last, step = key.indices(len(self))
            read = self.data[self.start + first : self.start + last : step]
        elif isinstance(key, (int, np.integer)):
            read = self.data[self.start + int(key) % len(self)]
        else:  # h5py wants places that rise
            places = np.asarray(key)
            order = np.argsort(places, kind="stable")
            read = np.empty((len(places), *self.data.shape[1:]), self.data.dtype)
            unique, back = np.unique(places[order], return_inverse=True)
            read[order] = self.data[self.start + unique][back]
        return read if self.normalizer is None else self.normalizer(read)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self), *self.data.shape[1:])

    @property
    def dtype(self) -> Any:
        return self.data.dtype

    @property
    def ndim(self) -> int:
        return self.data.ndim

    @property
    def size(self) -> int:
        return math.prod(self.shape)


deconv_output_length = deconv_length
NAMES = frozenset(
    name
    for name, value in globals().items()
    if getattr(value, "__module__", "") == __name__ and not name.startswith("_")
) | {normalize_data_format.__name__}
"""What scripts find in `keras.utils` and the rooms below it."""
