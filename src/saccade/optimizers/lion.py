"""Lion: every weight moves by the same amount, up or down."""

from __future__ import annotations

from typing import Any, Unpack

import torch

from saccade.optimizers.optimizer import Optimizer, Tensors, takes_shared_arguments
from saccade.optimizers.options import SharedArguments, check_positive, check_within


class Lion(Optimizer):
    """The sign of a momentum.

    The law::

        w -= lr * sign(beta_1 * m + (1 - beta_1) * g)
        m = beta_2 * m + (1 - beta_2) * g

    Args:
        learning_rate: a positive number, a schedule or a function; a third to a tenth of Adam's.
        beta_1: in (0, 1]; the part of m in the step.
        beta_2: in [0, 1]; the memory of m.

    The other arguments are `Optimizer`'s.

    Source: Chen et al. (2023); Keras 3.
    """

    keras_module = "keras.optimizers"

    @takes_shared_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        **named: Unpack[SharedArguments],
    ):
        super().__init__(learning_rate, **named)
        check_within(self.where, 0, 1, beta_1=beta_1, beta_2=beta_2)
        check_positive(self.where, beta_1=beta_1)
        self.beta_1, self.beta_2 = beta_1, beta_2

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        return {"m": [torch.zeros_like(one) for one in w]}

    def move(self, w: Tensors, g: Tensors, slots: dict[str, Tensors], lr: float, t: int) -> None:
        m = slots["m"]
        step = torch._foreach_mul(m, self.beta_1)
        torch._foreach_add_(step, g, alpha=1.0 - self.beta_1)
        torch._foreach_sign_(step)
        torch._foreach_add_(w, step, alpha=-lr)
        torch._foreach_mul_(m, self.beta_2)
        torch._foreach_add_(m, g, alpha=1.0 - self.beta_2)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
        }
