"""Adamax: Adam with the largest recent gradient in place of their mean square."""

from __future__ import annotations

from typing import Any, Unpack

import torch

from saccade.optimizers.optimizer import Optimizer, Tensors, takes_shared_arguments
from saccade.optimizers.options import SharedArguments, as_epsilon, check_memories


class Adamax(Optimizer):
    """Adaptive moments in the infinity norm.

    The law, t from 1::

        m += (g - m) * (1 - beta_1)
        u = max(beta_2 * u, |g|)
        w -= lr / (1 - beta_1**t) * m / (u + epsilon)

    Args:
        learning_rate: a positive number, a schedule or a function.
        beta_1, beta_2: in [0, 1); the memory of m and u.
        epsilon: against division by zero.

    The other arguments are `Optimizer`'s.

    Source: Kingma and Ba (2014), section 7; Keras 3.
    """

    keras_module = "keras.optimizers"
    side_by_side = ("m", "u")

    @takes_shared_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        **named: Unpack[SharedArguments],
    ):
        super().__init__(learning_rate, **named)
        check_memories(self.where, beta_1=beta_1, beta_2=beta_2)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, as_epsilon(epsilon)

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        return {
            "m": [torch.zeros_like(one) for one in w],
            "u": [torch.zeros_like(one) for one in w],
        }

    def move(self, w: Tensors, g: Tensors, slots: dict[str, Tensors], lr: float, t: int) -> None:
        m, u = slots["m"], slots["u"]
        torch._foreach_lerp_(m, g, 1.0 - self.beta_1)
        torch._foreach_mul_(u, self.beta_2)
        torch._foreach_maximum_(u, torch._foreach_abs(g))
        divisor = torch._foreach_add(u, self.epsilon)
        torch._foreach_addcdiv_(w, m, divisor, -lr / (1.0 - self.beta_1**t))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }
