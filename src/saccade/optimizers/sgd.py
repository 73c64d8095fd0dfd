"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any, Unpack

import torch

from saccade.optimizers.optimizer import Optimizer, Tensors, takes_shared_arguments
from saccade.optimizers.options import SharedArguments, as_momentum


class SGD(Optimizer):
    """Gradient descent, with momentum when asked.

    The law::

        no momentum:  w -= lr * g
        momentum:     v = momentum * v - lr * g;   w += v
        nesterov:     v = momentum * v - lr * g;   w += momentum * v - lr * g

    Args:
        learning_rate: a positive number.
        momentum: in [0, 1]; how much of the last step goes into the next.
        nesterov: look ahead along the momentum.

    The other arguments are `Optimizer`'s.

    Source: Keras 3; Sutskever et al. (2013).
    """

    keras_module = "keras.optimizers"

    @takes_shared_arguments
    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **named: Unpack[SharedArguments],
    ):
        if isinstance(nesterov, float):  # Keras 2's order: ..., momentum, decay, nesterov
            named["decay"] = nesterov
            nesterov = bool(named.pop("weight_decay", None))
        super().__init__(learning_rate, **named)
        self.momentum = as_momentum(self.where, momentum)
        self.nesterov = bool(nesterov)

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        return {"momentum": [torch.zeros_like(one) for one in w]} if self.momentum else {}

    def move(
        self,
        w: Tensors,
        g: Tensors,
        slots: dict[str, Tensors],
        lr: float,
        t: int,
    ) -> None:
        if not self.momentum:
            torch._foreach_add_(w, g, alpha=-lr)
            return
        v = slots["momentum"]
        torch._foreach_mul_(v, self.momentum)
        torch._foreach_add_(v, g, alpha=-lr)
        move: Any = v
        if self.nesterov:
            move = torch._foreach_mul(v, self.momentum)
            torch._foreach_add_(move, g, alpha=-lr)
        torch._foreach_add_(w, move)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "momentum": self.momentum, "nesterov": self.nesterov}
