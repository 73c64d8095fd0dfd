"""Ftrl: follow the leader, with weights of exactly zero."""

from __future__ import annotations

from typing import Any, Unpack

import torch

from saccade.errors import InvalidArgument
from saccade.optimizers.optimizer import Optimizer, Tensors, takes_shared_arguments
from saccade.optimizers.options import SharedArguments, check_not_negative


class Ftrl(Optimizer):
    """Follow the regularised leader.

    The law::

        n' = n + g*g
        z += g + 2 * l2_shrinkage * w - (n'**p - n**p) / lr * w;   n = n'      (p = -power)
        w = (clip(z, -l1, l1) - z) / (n**p / lr + 2 * l2 + beta / lr)

    Args:
        learning_rate: a positive number, a schedule or a function; 0 leaves the weights.
        learning_rate_power: the power, 0 or below.
        initial_accumulator_value: what n starts from, 0 or above.
        l1_regularization_strength: l1, 0 or above; weights below it become exactly zero.
        l2_regularization_strength: l2, 0 or above.
        l2_shrinkage_regularization_strength: l2_shrinkage, 0 or above.
        beta: of the paper; more of l2 while the rate is small.

    The other arguments are `Optimizer`'s.

    Source: McMahan et al. (2013); Keras 3.
    """

    keras_module = "keras.optimizers"
    side_by_side = ("n", "z")

    @takes_shared_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **named: Unpack[SharedArguments],
    ):
        super().__init__(learning_rate, **named)
        if learning_rate_power > 0:
            raise InvalidArgument(
                self.where, "learning_rate_power must be 0 or below", repr(learning_rate_power)
            )
        check_not_negative(
            self.where,
            initial_accumulator_value=initial_accumulator_value,
            l1_regularization_strength=l1_regularization_strength,
            l2_regularization_strength=l2_regularization_strength,
            l2_shrinkage_regularization_strength=l2_shrinkage_regularization_strength,
        )
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        return {
            "n": [torch.full_like(one, self.initial_accumulator_value) for one in w],
            "z": [torch.zeros_like(one) for one in w],
        }

    def move(self, w: Tensors, g: Tensors, slots: dict[str, Tensors], lr: float, t: int) -> None:
        if not lr:  # the limit of ever smaller rates; the formula would divide by it
            return
        n, z = slots["n"], slots["z"]
        p, l1 = -self.learning_rate_power, self.l1_regularization_strength
        before = torch._foreach_pow(n, p)
        torch._foreach_addcmul_(n, g, g, 1.0)
        after = torch._foreach_pow(n, p)
        grown: Any = torch._foreach_sub(after, before)
        torch._foreach_add_(z, g)
        torch._foreach_add_(z, w, alpha=2.0 * self.l2_shrinkage_regularization_strength)
        torch._foreach_addcmul_(z, grown, w, -1.0 / lr)
        divisor: Any = torch._foreach_div(after, lr)
        torch._foreach_add_(divisor, 2.0 * self.l2_regularization_strength + self.beta / lr)
        rest = [one.clamp(-l1, l1) for one in z]
        torch._foreach_sub_(rest, z)
        torch._foreach_div_(rest, divisor)
        torch._foreach_copy_(w, rest)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "learning_rate_power": self.learning_rate_power,
            "initial_accumulator_value": self.initial_accumulator_value,
            "l1_regularization_strength": self.l1_regularization_strength,
            "l2_regularization_strength": self.l2_regularization_strength,
            "l2_shrinkage_regularization_strength": self.l2_shrinkage_regularization_strength,
            "beta": self.beta,
        }
