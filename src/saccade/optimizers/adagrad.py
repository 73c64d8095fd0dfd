"""Adagrad: steps that shrink with all the gradients so far."""

from __future__ import annotations

from typing import Any, Unpack

import torch

from saccade.optimizers.optimizer import Optimizer, Tensors, takes_shared_arguments
from saccade.optimizers.options import SharedArguments, as_epsilon, check_not_negative


class Adagrad(Optimizer):
    """A step size of its own for every weight, which only falls.

    The law::

        a += g*g
        w -= lr * g / sqrt(a + epsilon)

    Args:
        learning_rate: a positive number, a schedule or a function.
        initial_accumulator_value: what a starts from, 0 or above.
        epsilon: against division by zero, inside the root.

    The other arguments are `Optimizer`'s.

    Source: Duchi, Hazan and Singer (2011); Keras 3.
    """

    keras_module = "keras.optimizers"

    @takes_shared_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float | None = 1e-7,
        **named: Unpack[SharedArguments],
    ):
        super().__init__(learning_rate, **named)
        check_not_negative(self.where, initial_accumulator_value=initial_accumulator_value)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = as_epsilon(epsilon)

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        return {"accumulator": [torch.full_like(one, self.initial_accumulator_value) for one in w]}

    def move(self, w: Tensors, g: Tensors, slots: dict[str, Tensors], lr: float, t: int) -> None:
        a = slots["accumulator"]
        torch._foreach_addcmul_(a, g, g, 1.0)
        root = torch._foreach_add(a, self.epsilon)
        torch._foreach_sqrt_(root)
        torch._foreach_addcdiv_(w, g, root, -lr)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "initial_accumulator_value": self.initial_accumulator_value,
            "epsilon": self.epsilon,
        }
