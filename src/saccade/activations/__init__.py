"""Activation functions, with Keras's names, on tensors of any shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import torch

from saccade.activations.along_axis import glu, log_softmax, sparsemax
from saccade.activations.logits import logits_of, sigmoid, softmax
from saccade.activations.pointwise import (
    celu,
    elu,
    exponential,
    gelu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    linear,
    log_sigmoid,
    mish,
    relu,
    relu6,
    selu,
    silu,
    soft_shrink,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
)
from saccade.custom_objects import find_custom
from saccade.errors import InvalidArgument
from saccade.names import names_from, unknown_name

FUNCTIONS: dict[str, Callable[..., torch.Tensor]] = {
    name: globals()[name] for name in names_from(globals(), __name__) if name != "logits_of"
}
swish, hard_swish = silu, hard_silu
__all__ = [*names_from(globals(), __name__), "deserialize", "get", "serialize"]
_WORDS = FUNCTIONS | {"swish": silu, "hard_swish": hard_silu}


def get(identifier: Any) -> Callable[..., torch.Tensor]:
    """The function meant by a name ("relu"), a record, None (linear) or a function.

    Raises:
        UnknownName: the word is not in the list; the message lists the words and the nearest.
    """
    return deserialize(identifier)


def serialize(activation: Callable[..., Any]) -> Any:
    """The word for a function of this module; any other object as it is."""
    name = getattr(activation, "__name__", None)
    return name if name is not None and FUNCTIONS.get(name) is activation else activation


def deserialize(
    config: Any, custom_objects: Mapping[str, Any] | None = None
) -> Callable[..., torch.Tensor]:
    """The function meant by what `serialize` gave.

    Args:
        config: a name, a record of a function as Keras writes it, None (linear) or a function.
        custom_objects: functions of your own, by name.
    """
    if config is None:
        return linear
    if isinstance(config, dict) and config.get("class_name") == "function":
        config = config.get("config")
    if isinstance(config, str):
        own = custom_objects or {}
        if (found := find_custom(config, own)) is not None:
            return found() if isinstance(found, type) else found
        if config.lower() not in _WORDS:
            raise unknown_name("activation", config, [*_WORDS, *own])
        return _WORDS[config.lower()]
    if callable(config):
        return cast(Callable[..., torch.Tensor], config)
    raise InvalidArgument("activation", "must be a word or a function", repr(config))
