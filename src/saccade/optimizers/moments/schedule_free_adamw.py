"""ScheduleFreeAdamW: Adam whose weights average themselves, so that no schedule is needed."""

from __future__ import annotations

from typing import Any, Unpack

import torch

from saccade.errors import InvalidArgument
from saccade.optimizers.optimizer import Optimizer, Tensors, takes_shared_arguments
from saccade.optimizers.options import (
    SharedArguments,
    as_epsilon,
    check_memories,
    check_within,
)


class ScheduleFreeAdamW(Optimizer):
    """Adam without a schedule: the weights lie between where it steps and the mean of its way.

    The law, t from 1, z from the weights as they were before the first step::

        v += (g*g - v) * (1 - beta_2)
        z' = z - lr * min(1, t / warmup_steps) * g / (sqrt(v / (1 - beta_2**t)) + epsilon)
        x = (w - (1 - beta_1) * z) / beta_1                 (the mean, which w is made of)
        x' = x + (z' - x) / t
        w = (1 - beta_1) * z' + beta_1 * x'

    `beta_1 * x` is all that is needed of x, so that beta_1 = 0 works too: w is then z. Evaluation,
    as in Keras, is of w.

    Args:
        learning_rate: a positive number, a schedule or a function.
        beta_1: in [0, 1]; how much of the mean is in the weights.
        beta_2: in [0, 1); the memory of v.
        epsilon: against division by zero.
        warmup_steps: the rate grows to its full size in so many steps; 0 for at once.

    The other arguments are `Optimizer`'s. Without `weight_decay` no weight shrinks by itself.

    Source: Defazio et al. (2024), with the plain mean, as Keras 3 has it.
    """

    keras_module = "keras.optimizers"
    side_by_side = ("momentum", "velocity")

    @takes_shared_arguments
    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-8,
        warmup_steps: int = 0,
        **named: Unpack[SharedArguments],
    ):
        super().__init__(learning_rate, **named)
        check_within(self.where, 0, 1, beta_1=beta_1)
        check_memories(self.where, beta_2=beta_2)
        if not (isinstance(warmup_steps, int) and warmup_steps >= 0):
            raise InvalidArgument(
                self.where, "warmup_steps must be an integer from 0", repr(warmup_steps)
            )
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, as_epsilon(epsilon)
        self.warmup_steps = warmup_steps

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        return {
            "momentum": [one.clone() for one in w],  # z
            "velocity": [torch.zeros_like(one) for one in w],
        }

    def move(self, w: Tensors, g: Tensors, slots: dict[str, Tensors], lr: float, t: int) -> None:
        z, v = slots["momentum"], slots["velocity"]
        rate = lr * min(1.0, t / self.warmup_steps) if self.warmup_steps else lr
        torch._foreach_mul_(v, self.beta_2)
        torch._foreach_addcmul_(v, g, g, 1.0 - self.beta_2)
        root = torch._foreach_div(v, 1.0 - self.beta_2**t)
        torch._foreach_sqrt_(root)
        torch._foreach_add_(root, self.epsilon)
        torch._foreach_add_(w, z, alpha=self.beta_1 - 1.0)  # w is beta_1 * x
        torch._foreach_addcdiv_(z, g, root, -rate)
        torch._foreach_mul_(w, 1.0 - 1.0 / t)
        torch._foreach_add_(w, z, alpha=1.0 - self.beta_1 + self.beta_1 / t)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "warmup_steps": self.warmup_steps,
        }
