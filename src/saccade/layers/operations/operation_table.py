"""Operation table: the functions of `keras.ops` that a model can hold, and Keras's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from saccade import activations
from saccade.numerics.tensors import ops_functions, tensor_functions
from saccade.numerics.tensors.linear_algebra import norm
from saccade.numerics.tensors.subscripts import pick
from saccade.numerics.tensors.tensor_functions import convert_to_tensor, paired

ARRAYS = frozenset({"x", "x1", "x2", "y", "xs", "tensors", "condition", "key"})
"""The parameters that a call hands over; the others are settings of the operation."""


def get_item(x: Any, key: Any) -> torch.Tensor:
    """x[key]; slices may go backwards."""
    return pick(convert_to_tensor(x), tuple(key) if isinstance(key, (list, tuple)) else (key,))


_NUMPY = """abs add all any argmax argmin ceil clip concatenate cos cumsum divide dot equal exp
    expand_dims flip floor greater greater_equal isnan less less_equal log log1p logical_and
    logical_not logical_or logical_xor matmul max maximum mean min minimum multiply not_equal
    ones_like power
    prod repeat reshape round sign sin sqrt square squeeze stack std subtract sum tanh tile
    transpose var where zeros_like"""
_NN = "one_hot relu sigmoid softmax"
_OWN_DEFAULTS = "argmax argmin concatenate cumsum gelu"
_OF_ACTIVATIONS = "elu gelu leaky_relu log_softmax relu6 selu silu softplus softsign"

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{
        word: getattr(tensor_functions, word)
        for word in f"{_NUMPY} {_NN} cast stop_gradient".split()
    },
    **{word: getattr(activations, word) for word in _OF_ACTIVATIONS.split()},
    **{word: getattr(ops_functions, word) for word in _OWN_DEFAULTS.split()},
    "floor_divide": paired(torch.floor_divide),
    "get_item": get_item,
    "norm": norm,
    "mod": paired(torch.remainder),
    "negative": lambda x: -convert_to_tensor(x),
    "true_divide": paired(torch.true_divide),
}
"""By Keras's names."""

MODULES = dict.fromkeys(FUNCTIONS, "keras.src.ops.numpy") | {
    **dict.fromkeys(f"{_NN} {_OF_ACTIVATIONS}".split(), "keras.src.ops.nn"),
    "cast": "keras.src.ops.core",
    "stop_gradient": "keras.src.ops.core",
    "norm": "keras.src.ops.linalg",
}
KERAS_WORDS = {"reshape": {"shape": "newshape"}}
"""Settings that Keras's records call otherwise."""

KEEPS_SAMPLES_APART = frozenset(
    f"""abs add cast ceil clip cos divide equal exp floor floor_divide greater greater_equal isnan
    less less_equal log log1p logical_and logical_not logical_or logical_xor maximum minimum mod
    multiply
    negative not_equal ones_like power relu round sigmoid sign sin sqrt square subtract tanh
    true_divide where zeros_like {_OF_ACTIVATIONS}""".split()
) - {"log_softmax"}
"""Those that compute number by number."""


def class_name(word: str) -> str:
    """Keras's name of a function's class: "expand_dims" is `ExpandDims`."""
    return {"abs": "Absolute"}.get(word) or "".join(part.capitalize() for part in word.split("_"))
