"""Adam: a step size of its own for every weight."""

from __future__ import annotations

import math
from typing import Any, Unpack

import torch

from saccade.optimizers.optimizer import Optimizer, Tensors, takes_shared_arguments
from saccade.optimizers.options import SharedArguments, as_epsilon, check_memories


class Adam(Optimizer):
    """Adaptive moments.

    The law, t from 1::

        m += (g - m) * (1 - beta_1)
        v += (g*g - v) * (1 - beta_2)
        w -= lr * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (sqrt(v) + epsilon)

    `epsilon` is the paper's "epsilon hat": torch's Adam adds its own after another division, so
    the two agree only with eps = epsilon / sqrt(1 - beta_2**t). With `amsgrad` the largest v so
    far stands in v's place in the last line.

    Args:
        learning_rate: a positive number.
        beta_1, beta_2: in [0, 1); the memory of m and v.
        epsilon: against division by zero.
        amsgrad: never let a step grow again.

    The other arguments are `Optimizer`'s.

    Source: Kingma and Ba (2014), end of section 2; Reddi et al. (2018); Keras 3.
    """

    keras_module = "keras.optimizers"
    side_by_side = ("m", "v")
    fused_on = ("cpu",)  # kinds of devices

    @takes_shared_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
        **named: Unpack[SharedArguments],
    ):
        if isinstance(amsgrad, float):  # Keras 2's order: ..., epsilon, decay, amsgrad
            named["decay"] = amsgrad
            amsgrad = bool(named.pop("weight_decay", None))
        super().__init__(learning_rate, **named)
        check_memories(self.where, beta_1=beta_1, beta_2=beta_2)
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.epsilon = as_epsilon(epsilon)
        self.amsgrad = bool(amsgrad)

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        names = ("m", "v", "v_hat") if self.amsgrad else ("m", "v")
        return {name: [torch.zeros_like(one) for one in w] for name in names}

    def move(
        self,
        w: Tensors,
        g: Tensors,
        slots: dict[str, Tensors],
        lr: float,
        t: int,
    ) -> None:
        m, v = slots["m"], slots["v"]
        if w[0].device.type in self.fused_on:
            self._move_fused(w, g, slots, lr, t)
            return
        betas = self.beta_1, self.beta_2
        move_by_moments(w, g, m, v, betas, self.epsilon, lr, t, largest=slots.get("v_hat"))

    def _move_fused(
        self, w: Tensors, g: Tensors, slots: dict[str, Tensors], lr: float, t: int
    ) -> None:
        """The same formula in torch's one pass over memory, a sixth of the time on small models.

        torch divides v by (1 - beta_2**t) before its root and adds eps after, so this epsilon,
        divided by the root of that, makes its formula ours.
        """
        # The pass walks all five tensors as plain memory: they must lie in the same order.
        g = [
            one if one.stride() == weight.stride() else torch.empty_like(weight).copy_(one)
            for one, weight in zip(g, w, strict=True)
        ]
        step = torch.tensor(float(t))
        torch._fused_adam_(
            w,
            g,
            slots["m"],
            slots["v"],
            slots.get("v_hat", []),
            [step] * len(w),
            lr=lr,
            beta1=self.beta_1,
            beta2=self.beta_2,
            weight_decay=0.0,
            eps=self.epsilon / math.sqrt(1.0 - self.beta_2**t),
            amsgrad=self.amsgrad,
            maximize=False,
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }


def move_by_moments(
    w: Tensors,
    g: Tensors,
    m: Tensors,
    v: Tensors,
    betas: tuple[float, float],
    epsilon: float,
    lr: float,
    t: int,
    largest: Tensors | None = None,
) -> None:
    """A step of Adam's, in place.

    Args:
        m, v: what is remembered of the gradients and of their squares.
        largest: the largest v so far, where that divides.
    """
    beta_1, beta_2 = betas
    torch._foreach_lerp_(m, g, 1.0 - beta_1)
    torch._foreach_mul_(v, beta_2)
    torch._foreach_addcmul_(v, g, g, 1.0 - beta_2)
    if largest is not None:
        torch._foreach_maximum_(largest, v)
    root = torch._foreach_sqrt(v if largest is None else largest)
    torch._foreach_add_(root, epsilon)
    size = lr * math.sqrt(1.0 - beta_2**t) / (1.0 - beta_1**t)
    torch._foreach_addcdiv_(w, m, root, -size)
