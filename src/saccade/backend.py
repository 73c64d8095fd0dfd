"""Keras's `backend`, usually called K: functions of tensors as old scripts spell them.

Tensors are torch's; images are (batch, height, width, channels).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from saccade.activations import elu, hard_sigmoid, linear, softplus, softsign
from saccade.errors import InvalidArgument, NotSupported
from saccade.graph import Symbol
from saccade.layers.operation import on_symbols
from saccade.layers.operation_table import FUNCTIONS
from saccade.losses import (
    binary_crossentropy as _binary,
)
from saccade.losses import (
    categorical_crossentropy as _categorical,
)
from saccade.losses import (
    sparse_categorical_crossentropy as _sparse,
)
from saccade.models import Model
from saccade.names import reset_names
from saccade.notes import forget_notes, note_once
from saccade.numerics.tensor_functions import (
    abs,
    all,
    any,
    argmax,
    argmin,
    cast,
    clip,
    concatenate,
    cos,
    cumsum,
    dot,
    equal,
    exp,
    expand_dims,
    greater,
    greater_equal,
    less,
    less_equal,
    log,
    max,
    maximum,
    mean,
    min,
    minimum,
    not_equal,
    one_hot,
    ones_like,
    power,
    prod,
    relu,
    repeat,
    reshape,
    round,
    sigmoid,
    sign,
    sin,
    softmax,
    sqrt,
    square,
    squeeze,
    stack,
    std,
    stop_gradient,
    sum,
    tanh,
    tile,
    transpose,
    var,
    zeros_like,
)
from saccade.numerics.tensor_functions import convert_to_tensor as _convert_to_tensor
from saccade.variables import Variable

__all__ = [
    "abs",
    "all",
    "any",
    "argmax",
    "argmin",
    "backend",
    "batch_flatten",
    "batch_get_value",
    "batch_set_value",
    "binary_crossentropy",
    "cast",
    "cast_to_floatx",
    "categorical_crossentropy",
    "clear_session",
    "clip",
    "concatenate",
    "constant",
    "cos",
    "cumsum",
    "dot",
    "dtype",
    "elu",
    "epsilon",
    "equal",
    "exp",
    "expand_dims",
    "flatten",
    "floatx",
    "function",
    "get_session",
    "get_uid",
    "get_value",
    "gradients",
    "greater",
    "greater_equal",
    "hard_sigmoid",
    "image_data_format",
    "image_dim_ordering",
    "int_shape",
    "is_tensor",
    "l2_normalize",
    "learning_phase",
    "less",
    "less_equal",
    "linear",
    "log",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "ndim",
    "not_equal",
    "one_hot",
    "ones",
    "ones_like",
    "permute_dimensions",
    "pow",
    "prod",
    "random_normal",
    "random_uniform",
    "relu",
    "repeat",
    "reshape",
    "round",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_image_dim_ordering",
    "set_learning_phase",
    "set_session",
    "set_value",
    "shape",
    "sigmoid",
    "sign",
    "sin",
    "softmax",
    "softplus",
    "softsign",
    "sparse_categorical_crossentropy",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "stop_gradient",
    "sum",
    "tanh",
    "tile",
    "transpose",
    "var",
    "variable",
    "zeros",
    "zeros_like",
]

_epsilon = 1e-7


def convert_to_tensor(x: Any, dtype: Any = None) -> Any:
    """A tensor of anything that NumPy takes; a symbol stays one."""
    if isinstance(x, Symbol):
        return x if dtype is None else cast(x, dtype)
    return _convert_to_tensor(x, dtype)


# -- what holds for the process ------------------------------------------------------------


def clear_session(free_memory: bool = True) -> None:
    """Let automatic names count from the start again, and notes be said again."""
    reset_names()
    forget_notes()


def epsilon() -> float:
    """The small number of Keras, 1e-7 unless it was set."""
    return _epsilon


def set_epsilon(value: float) -> None:
    """What `epsilon()` gives from now on; losses and optimizers have their own."""
    global _epsilon
    _epsilon = float(value)


def floatx() -> str:
    """The dtype of new layers' weights."""
    return "float32"


def set_floatx(value: str) -> None:
    """Make new layers hold "float32"; other words are for `mixed_precision`.

    Raises:
        NotSupported: "float16" or "float64".
    """
    if value != "float32":
        raise NotSupported(
            "set_floatx",
            'only "float32" is supported',
            repr(value),
            'For half precision: saccade.mixed_precision.set_global_policy("mixed_bfloat16").',
        )


def image_data_format() -> str:
    """Always "channels_last"."""
    return "channels_last"


def set_image_data_format(data_format: str) -> None:
    """Accepts "channels_last".

    Raises:
        NotSupported: "channels_first".
    """
    if data_format == "channels_first":
        raise NotSupported(
            "set_image_data_format",
            '"channels_first" is not supported',
            None,
            "Give images as (height, width, channels).",
        )
    if data_format != "channels_last":
        raise InvalidArgument("set_image_data_format", 'must be "channels_last"', repr(data_format))


def image_dim_ordering() -> str:
    """Keras 1's word for "channels_last"."""
    return "tf"


def set_image_dim_ordering(dim_ordering: str) -> None:
    """Accepts "tf"; "th" is refused as "channels_first" is."""
    words = {"tf": "channels_last", "th": "channels_first"}
    set_image_data_format(words.get(dim_ordering, dim_ordering))


def backend() -> str:
    """Always "torch"."""
    return "torch"


def learning_phase() -> int:
    """0: a layer learns from its call's `training=` whether it trains."""
    return 0


def set_learning_phase(value: int) -> None:
    """Without effect: `fit` trains, and `predict` and `evaluate` do not."""
    note_once("set_learning_phase has no effect: pass training= to a call.")


def get_session() -> None:
    """None: there are no sessions."""


def set_session(session: Any) -> None:
    """Without effect: there are no sessions."""
    note_once("set_session has no effect: there are no sessions.")


def get_uid(prefix: str = "") -> int:
    """The next number of a name, from 1."""
    _uids[prefix] = _uids.get(prefix, 0) + 1
    return _uids[prefix]


_uids: dict[str, int] = {}


# -- variables -----------------------------------------------------------------------------


def get_value(x: Any) -> Any:
    """The values of a weight or tensor as NumPy; a number, as a learning rate, as it is."""
    return x.detach().cpu().numpy() if torch.is_tensor(x) else x


def set_value(x: Any, value: Any) -> None:
    """Give a weight other values, or an optimizer another learning rate."""
    x.assign(value)


def batch_get_value(tensors: Sequence[Any]) -> list[Any]:
    """`get_value` of each."""
    return [get_value(one) for one in tensors]


def batch_set_value(tuples: Sequence[tuple[Any, Any]]) -> None:
    """`set_value` of each pair."""
    for x, value in tuples:
        set_value(x, value)


def variable(value: Any, dtype: Any = None, name: str = "variable") -> Variable:
    """A weight of its own."""
    return Variable(convert_to_tensor(value, dtype or "float32"), name=name)


def constant(value: Any, dtype: Any = None, shape: Sequence[int] | None = None) -> torch.Tensor:
    """A tensor."""
    x = convert_to_tensor(value, dtype or "float32")
    return x if shape is None else x.expand(tuple(shape)).clone()


def zeros(shape: Sequence[int], dtype: Any = "float32") -> torch.Tensor:
    return constant(0, dtype, shape)


def ones(shape: Sequence[int], dtype: Any = "float32") -> torch.Tensor:
    return constant(1, dtype, shape)


def random_normal(
    shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, dtype: Any = "float32"
) -> torch.Tensor:
    return cast(torch.randn(tuple(shape)) * stddev + mean, dtype)


def random_uniform(
    shape: Sequence[int], minval: float = 0.0, maxval: float = 1.0, dtype: Any = "float32"
) -> torch.Tensor:
    return cast(torch.rand(tuple(shape)) * (maxval - minval) + minval, dtype)


# -- shapes --------------------------------------------------------------------------------


def shape(x: Any) -> torch.Size:
    return x.shape


def int_shape(x: Any) -> tuple[int | None, ...]:
    """The shape of a tensor or symbol; None is a size that is not known."""
    return tuple(x.shape)


def ndim(x: Any) -> int:
    return len(x.shape)


def dtype(x: Any) -> str:
    return str(x.dtype).removeprefix("torch.")


def flatten(x: Any) -> torch.Tensor:
    return reshape(x, (-1,))


def batch_flatten(x: Any) -> torch.Tensor:
    sizes = [int(size) for size in x.shape[1:]]
    return reshape(x, (-1, math.prod(sizes)))


def permute_dimensions(x: Any, pattern: Sequence[int]) -> torch.Tensor:
    return transpose(x, pattern)


def cast_to_floatx(x: Any) -> Any:
    """float32; NumPy arrays stay NumPy's."""
    if torch.is_tensor(x) or isinstance(x, Symbol):
        return cast(x, "float32")
    return np.asarray(x, dtype="float32")


def l2_normalize(x: Any, axis: int | None = None) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x / sqrt(maximum(sum(square(x), axis, keepdims=True), 1e-12))


def is_tensor(x: Any) -> bool:
    return torch.is_tensor(x)


# -- losses, in the order of arguments of `backend` ------------------------------------------


def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> torch.Tensor:
    return _categorical(target, output, from_logits=from_logits, axis=axis)


def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> torch.Tensor:
    return _sparse(target, output, from_logits=from_logits, axis=axis)


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> torch.Tensor:
    """Number by number: the last axis stays."""
    target, output = convert_to_tensor(target), convert_to_tensor(output)
    return _binary(target[..., None], output[..., None], from_logits=from_logits)


# -- graphs --------------------------------------------------------------------------------


def function(inputs: Any, outputs: Any, updates: Any = None, **_: Any) -> Callable[..., Any]:
    """A function of arrays from symbols to symbols of a model: a list in, a list of NumPy out.

    `K.learning_phase()` among the inputs is passed over.
    """
    given = [one for one in inputs if hasattr(one, "shape")]
    wanted = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    model = Model(given, wanted)

    def run(values: Any) -> list[np.ndarray]:
        values = values if isinstance(values, (list, tuple)) else [values]
        with torch.no_grad():
            found = model([convert_to_tensor(one) for one in values[: len(given)]])
        return [get_value(one) for one in (found if isinstance(found, list) else [found])]

    return run


def gradients(loss: Any, variables: Any) -> Any:
    """Refused: there is no graph to take gradients of before numbers flow.

    Raises:
        NotSupported: always.
    """
    raise NotSupported(
        "backend.gradients",
        "needs a graph of TensorFlow 1",
        None,
        "Use tf.GradientTape, or torch.autograd.grad.",
    )


# On what comes from Input() each of them notes a layer; those above that are made of them, too.
globals().update({word: on_symbols(word, globals()[word]) for word in __all__ if word in FUNCTIONS})
pow = power
