"""RMSprop: steps divided by the root of the mean square of recent gradients."""

from __future__ import annotations

from typing import Any, Unpack

import torch

from saccade.optimizers.optimizer import Optimizer, Tensors, takes_shared_arguments
from saccade.optimizers.options import SharedArguments, as_epsilon, as_momentum, check_within


class RMSprop(Optimizer):
    """Keras's default optimizer.

    The law::

        v = rho * v + (1 - rho) * g*g
        centered:     a = rho * a + (1 - rho) * g;   d = max(v - a*a, 0)     (otherwise d = v)
        s = lr * g / sqrt(d + epsilon)
        momentum:     b = momentum * b + s;   w -= b                 (otherwise w -= s)

    Args:
        learning_rate: a positive number.
        rho: in [0, 1]; the memory of v.
        momentum: in [0, 1]; how much of the last step goes into the next.
        epsilon: against division by zero, inside the root.
        centered: subtract the square of the mean gradient.

    The other arguments are `Optimizer`'s.

    Source: Hinton's lecture 6e (2012); Keras 3.
    """

    keras_module = "keras.optimizers"

    @takes_shared_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float | None = 1e-7,
        centered: bool = False,
        **named: Unpack[SharedArguments],
    ):
        if 0 < momentum < 1e-3:  # Keras 2's order: ..., rho, epsilon, decay
            if epsilon and epsilon != 1e-7:
                named["decay"] = epsilon
            momentum, epsilon = 0.0, momentum
        super().__init__(learning_rate, **named)
        check_within(self.where, 0, 1, rho=rho)
        self.rho = rho
        self.momentum = as_momentum(self.where, momentum)
        self.epsilon = as_epsilon(epsilon)
        self.centered = bool(centered)

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        names = ["velocity"]
        names += ["momentum"] if self.momentum else []
        names += ["average_gradient"] if self.centered else []
        return {name: [torch.zeros_like(one) for one in w] for name in names}

    def move(
        self,
        w: Tensors,
        g: Tensors,
        slots: dict[str, Tensors],
        lr: float,
        t: int,
    ) -> None:
        v = slots["velocity"]
        torch._foreach_mul_(v, self.rho)
        torch._foreach_addcmul_(v, g, g, 1.0 - self.rho)
        d: Any = v
        if self.centered:
            a = slots["average_gradient"]
            torch._foreach_lerp_(a, g, 1.0 - self.rho)
            d = torch._foreach_addcmul(v, a, a, -1.0)
            torch._foreach_clamp_min_(d, 0.0)  # rounding can leave less than nothing of a variance
        root = torch._foreach_add(d, self.epsilon)
        torch._foreach_sqrt_(root)
        s: Any = torch._foreach_div(g, root)
        torch._foreach_mul_(s, lr)
        if self.momentum:
            b = slots["momentum"]
            torch._foreach_mul_(b, self.momentum)
            torch._foreach_add_(b, s)
            s = b
        torch._foreach_sub_(w, s)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
