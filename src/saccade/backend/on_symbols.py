"""On symbols: what functions of `backend` do with what `Input()` and layers called on it give."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch

from saccade.errors import NotSupported
from saccade.graph import Symbol
from saccade.layers.operation import Operation, has_symbols
from saccade.names import auto_name


class BackendOperation(Operation):
    """A function of `backend` that `keras.ops` does not have; a model with it runs and trains, but
    is not written to a file.

    Args:
        word: the function's name.
        of_values: what computes it.
    """

    def __init__(self, word: str, of_values: Callable[..., Any]):
        super().__init__(name=auto_name(word))
        self.word, self.of_values = word, of_values

    def call(self, *args: Any, **kwargs: Any) -> Any:
        return self.of_values(*args, **kwargs)

    def get_config(self) -> dict[str, Any]:
        raise NotSupported(
            f'layer "{self.name}"',
            f"K.{self.word} in a model cannot be written down",
            None,
            "Use a layer or a function of keras.ops, or save_weights alone.",
        )


BackendOperation._takes_training = False


class Gradients(BackendOperation):
    """The gradients of a symbol's sum with respect to other symbols, taken while values flow."""

    def __init__(self) -> None:
        super().__init__("gradients", self.of)

    @staticmethod
    def of(loss: torch.Tensor, *xs: torch.Tensor) -> list[torch.Tensor]:
        """One gradient for each of xs, of its shape; zeros where the loss does not depend on it."""
        found = torch.autograd.grad(loss.sum(), xs, retain_graph=True, allow_unused=True)
        return [torch.zeros_like(x) if g is None else g for x, g in zip(xs, found, strict=True)]

    def _traced(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return [Symbol(x.shape, x.dtype, self.name) for x in args[1:]]


Gradients._takes_training = False


def gradients(loss: Any, variables: Any) -> list[Any]:
    """Symbols for the gradients of `sum(loss)` with respect to other symbols of the model.

    `function` gives their values: `K.function([model.input], K.gradients(loss, [conv.output]))`.

    Args:
        loss: a symbol.
        variables: a symbol or a list of symbols that it was computed from.

    Raises:
        NotSupported: weights or tensors, for which there is `tf.GradientTape`.
    """
    xs: Sequence[Any] = variables if isinstance(variables, (list, tuple)) else [variables]
    if not all(isinstance(one, Symbol) for one in (loss, *xs)):
        raise NotSupported(
            "backend.gradients",
            "takes gradients between symbols of a model alone",
            type(loss).__name__,
            "Use tf.GradientTape, or torch.autograd.grad.",
        )
    return Gradients()(loss, *xs)


def on_symbols(word: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, which on symbols notes a `BackendOperation` instead."""

    @functools.wraps(function)
    def of_values_or_symbols(*args: Any, **kwargs: Any) -> Any:
        if has_symbols(args) or (kwargs and has_symbols(kwargs.values())):
            return BackendOperation(word, function)(*args, **kwargs)
        return function(*args, **kwargs)

    return of_values_or_symbols
