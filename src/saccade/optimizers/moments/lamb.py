"""Lamb: Adam's direction, as long as the weight it moves."""

from __future__ import annotations

from typing import Any, Unpack

import torch

from saccade.optimizers.optimizer import Optimizer, Tensors, takes_shared_arguments
from saccade.optimizers.options import SharedArguments, as_epsilon, check_memories


class Lamb(Optimizer):
    """Adaptive moments, layer by layer, for large batches.

    The law, t from 1, |.| the length of all of one weight::

        m += (g - m) * (1 - beta_1)
        v += (g*g - v) * (1 - beta_2)
        s = m / (1 - beta_1**t) / (sqrt(v / (1 - beta_2**t)) + epsilon)
        w -= lr * |w| / |s| * s        (without |w| / |s| where either is zero)

    Args:
        learning_rate: a positive number, a schedule or a function.
        beta_1, beta_2: in [0, 1); the memory of m and v.
        epsilon: against division by zero.

    The other arguments are `Optimizer`'s.

    Source: You et al. (2019); Keras 3.
    """

    keras_module = "keras.optimizers"
    side_by_side = ("m", "v")

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
            "v": [torch.zeros_like(one) for one in w],
        }

    def move(self, w: Tensors, g: Tensors, slots: dict[str, Tensors], lr: float, t: int) -> None:
        m, v = slots["m"], slots["v"]
        torch._foreach_lerp_(m, g, 1.0 - self.beta_1)
        torch._foreach_mul_(v, self.beta_2)
        torch._foreach_addcmul_(v, g, g, 1.0 - self.beta_2)
        root = torch._foreach_div(v, 1.0 - self.beta_2**t)
        torch._foreach_sqrt_(root)
        torch._foreach_add_(root, self.epsilon)
        s = torch._foreach_div(m, 1.0 - self.beta_1**t)
        torch._foreach_div_(s, root)
        lengths = zip(torch._foreach_norm(w), torch._foreach_norm(s), strict=True)
        for step, (of_w, of_s) in zip(s, lengths, strict=True):
            step *= torch.where((of_w > 0) & (of_s > 0), of_w / of_s, 1.0)
        torch._foreach_add_(w, s, alpha=-lr)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }
