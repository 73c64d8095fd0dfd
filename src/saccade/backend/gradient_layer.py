"""Gradients: those of one symbol of a model with respect to others, as `K.gradients` gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.errors import NotSupported
from saccade.graph import Symbol, values_now
from saccade.layers.core.calls.call_scope import scope
from saccade.layers.operations.unwritten_operation import UnwrittenOperation
from saccade.timers import BACKWARD


class Gradients(UnwrittenOperation):
    """The gradients of a symbol's sum with respect to other symbols, taken while values flow."""

    _takes_gradients = True

    def __init__(self) -> None:
        super().__init__("gradients", "K", self.of)

    @staticmethod
    def of(loss: torch.Tensor, *xs: torch.Tensor) -> list[torch.Tensor]:
        """One gradient for each of xs, of its shape; zeros where the loss does not depend on it."""
        with torch.enable_grad():  # a loss is computed in evaluate, too
            total = loss.sum()
        with BACKWARD:
            found = torch.autograd.grad(
                total,
                xs,
                retain_graph=True,
                allow_unused=True,
                create_graph=values_now() is not None or bool(scope.training),
            )
        return [torch.zeros_like(x) if g is None else g for x, g in zip(xs, found, strict=True)]

    def _traced(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return [Symbol(x.shape, x.dtype, self.name) for x in args[1:]]


Gradients._takes_training = False


def gradients(loss: Any, variables: Any) -> list[Any]:
    """Symbols for the gradients of `sum(loss)` with respect to other symbols of the model.

    `function` gives their values: `K.function([model.input], K.gradients(loss, [conv.output]))`.
    In a loss that `compile` was given they are those of the batch, and can be trained through.

    Args:
        loss: a symbol.
        variables: a symbol or a list of symbols that it was computed from.

    Raises:
        NotSupported: weights or tensors, for which there is `tf.GradientTape`.
    """
    xs: Sequence[Any] = variables if isinstance(variables, (list, tuple)) else [variables]
    if isinstance(loss, (list, tuple)) and len(loss) == 1:  # the output of Model(inputs, [output])
        loss = loss[0]
    known = values_now()
    if known is not None:
        return Gradients.of(*known.in_place_of((loss, *xs)))
    if not all(isinstance(one, Symbol) for one in (loss, *xs)):
        raise NotSupported(
            "backend.gradients",
            "takes gradients between symbols of a model alone",
            type(loss).__name__,
            "Use tf.GradientTape, or torch.autograd.grad.",
        )
    return Gradients()(loss, *xs)
