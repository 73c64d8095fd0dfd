"""Adadelta: steps in the unit of the weights."""

from __future__ import annotations

from typing import Any, Unpack

import torch

from saccade.optimizers.optimizer import Optimizer, Tensors, takes_shared_arguments
from saccade.optimizers.options import SharedArguments, as_epsilon, check_within


class Adadelta(Optimizer):
    """Recent steps over recent gradients, so that the scale of the loss falls out.

    The law::

        a = rho * a + (1 - rho) * g*g
        s = g * sqrt(d + epsilon) / sqrt(a + epsilon)
        d = rho * d + (1 - rho) * s*s
        w -= lr * s

    Args:
        learning_rate: a positive number, a schedule or a function; 1 is the paper's.
        rho: in [0, 1]; the memory of a and d.
        epsilon: against division by zero; also what the first steps grow from.

    The other arguments are `Optimizer`'s.

    Source: Zeiler (2012); Keras 3.
    """

    keras_module = "keras.optimizers"
    side_by_side = ("accumulated_grad", "accumulated_delta")

    @takes_shared_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float | None = 1e-7,
        **named: Unpack[SharedArguments],
    ):
        super().__init__(learning_rate, **named)
        check_within(self.where, 0, 1, rho=rho)
        self.rho, self.epsilon = rho, as_epsilon(epsilon)

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        return {
            "accumulated_grad": [torch.zeros_like(one) for one in w],
            "accumulated_delta": [torch.zeros_like(one) for one in w],
        }

    def move(self, w: Tensors, g: Tensors, slots: dict[str, Tensors], lr: float, t: int) -> None:
        a, d = slots["accumulated_grad"], slots["accumulated_delta"]
        torch._foreach_mul_(a, self.rho)
        torch._foreach_addcmul_(a, g, g, 1.0 - self.rho)
        s = torch._foreach_add(d, self.epsilon)
        torch._foreach_div_(s, torch._foreach_add(a, self.epsilon))
        torch._foreach_sqrt_(s)
        torch._foreach_mul_(s, g)
        torch._foreach_mul_(d, self.rho)
        torch._foreach_addcmul_(d, s, s, 1.0 - self.rho)
        torch._foreach_add_(w, s, alpha=-lr)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "rho": self.rho,
            "epsilon": self.epsilon,
        }
