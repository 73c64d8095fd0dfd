"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import torch

from saccade.optimizers.optimizer import Optimizer, Tensors
from saccade.optimizers.options import as_momentum


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

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **old: Any,
    ):
        if isinstance(nesterov, float):  # Keras 2's order: ..., momentum, decay, nesterov
            old, nesterov, weight_decay = {**old, "decay": nesterov}, bool(weight_decay), None
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **old,
        )
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
