"""Nadam: Adam that looks one step ahead."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
import torch

from saccade.notes import note_old_word
from saccade.optimizers.optimizer import Optimizer, Tensors, takes_shared_arguments
from saccade.optimizers.options import SharedArguments, as_epsilon, check_memories


class NadamArguments(SharedArguments, total=False):
    """Those of all optimizers, and the one that Keras 1 and 2 gave Nadam alone."""

    schedule_decay: float


class Nadam(Optimizer):
    """Adaptive moments with Nesterov's momentum.

    The law, t from 1::

        u_t = beta_1 * (1 - 0.96**t / 2);   U_t = u_1 * u_2 * ... * u_t
        m += (g - m) * (1 - beta_1)
        v += (g*g - v) * (1 - beta_2)
        m_hat = u_(t+1) * m / (1 - U_(t+1)) + (1 - u_t) * g / (1 - U_t)
        w -= lr * m_hat / (sqrt(v / (1 - beta_2**t)) + epsilon)

    Args:
        learning_rate: a positive number, a schedule or a function.
        beta_1, beta_2: in [0, 1); the memory of m and v.
        epsilon: against division by zero.

    The other arguments are `Optimizer`'s. Files and scripts of Keras 1 and 2 have a
    `schedule_decay` d: the power in u_t is then 0.96**(d * t).

    Source: Dozat (2016), whose schedule of the momentum it is; Keras 3.
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
        **named: Unpack[NadamArguments],
    ):
        schedule_decay = named.pop("schedule_decay", None)
        super().__init__(learning_rate, **named)
        check_memories(self.where, beta_1=beta_1, beta_2=beta_2)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, as_epsilon(epsilon)
        self.schedule_decay = 1.0 if schedule_decay is None else float(schedule_decay)
        if schedule_decay is not None:
            note_old_word(
                "Nadam(schedule_decay=) has Keras 2's meaning: 0.96**(schedule_decay * t)."
            )
        self._product, self._product_of = 1.0, 0  # U_t, and its t

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        return {
            "m": [torch.zeros_like(one) for one in w],
            "v": [torch.zeros_like(one) for one in w],
        }

    def move(self, w: Tensors, g: Tensors, slots: dict[str, Tensors], lr: float, t: int) -> None:
        m, v = slots["m"], slots["v"]
        u, u_next = self._u(t), self._u(t + 1)
        product = self.product(t)
        torch._foreach_lerp_(m, g, 1.0 - self.beta_1)
        torch._foreach_mul_(v, self.beta_2)
        torch._foreach_addcmul_(v, g, g, 1.0 - self.beta_2)
        m_hat = torch._foreach_mul(m, u_next / (1.0 - product * u_next))
        torch._foreach_add_(m_hat, g, alpha=(1.0 - u) / (1.0 - product))
        root = torch._foreach_div(v, 1.0 - self.beta_2**t)
        torch._foreach_sqrt_(root)
        torch._foreach_add_(root, self.epsilon)
        torch._foreach_addcdiv_(w, m_hat, root, -lr)

    def _u(self, t: int) -> float:
        return self.beta_1 * (1.0 - 0.5 * 0.96 ** (self.schedule_decay * t))

    def product(self, t: int) -> float:
        """U_t: depends on t alone, so it is no state, though Keras keeps it in a variable."""
        if t < self._product_of:
            self._product, self._product_of = 1.0, 0
        while self._product_of < t and self._product > 1e-300:  # and no further: it is nothing
            self._product_of += 1
            self._product *= self._u(self._product_of)
        return self._product

    @property
    def variables(self) -> list[Any]:
        """`Optimizer.variables`, and the product at the end."""
        listed = super().variables
        return [*listed, np.float32(self.product(self._iterations))] if self.built else listed

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            **({"schedule_decay": self.schedule_decay} if self.schedule_decay != 1.0 else {}),
        }
