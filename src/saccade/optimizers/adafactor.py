"""Adafactor: a step size for every weight, remembered by rows and columns."""

from __future__ import annotations

import math
from typing import Any, Unpack

import torch

from saccade.errors import InvalidArgument
from saccade.notes import note_once
from saccade.optimizers.optimizer import Optimizer, Tensors, takes_shared_arguments
from saccade.optimizers.options import SharedArguments, check_not_negative, check_positive


class Adafactor(Optimizer):
    """Adaptive steps from the mean squares of the rows and columns of a gradient.

    The law, t from 1, rms(x) the root of the mean square of all of x, over the last two axes::

        b = 1 - t**beta_2_decay;   s = g*g + epsilon_1
        r = b * r + (1 - b) * (mean of s along its last axis)
        c = b * c + (1 - b) * (mean of s along the axis before)
        v = r / mean(r) * c                 (a weight of one axis or none: v = b * v + (1 - b) * s)
        u = g / sqrt(v);   u = u / max(1, rms(u) / clip_threshold)
        w -= max(epsilon_2, rms(w)) * min(lr, 1 / sqrt(t)) * u

    Where v is too small to be told from 0, the smallest normal number stands for it: a gradient of
    0 moves nothing, also where all of its row and all of its column is 0.

    Args:
        learning_rate: a positive number, a schedule or a function; a part of the weight's own size.
        beta_2_decay: 0 or below; how the memory grows longer with the steps.
        epsilon_1: 0 or above; against division by zero.
        epsilon_2: 0 or above; the size of a weight that is as good as zero.
        clip_threshold: positive; the longest step, as a root of its mean square.
        relative_step: has no effect, as in Keras: the rate is never above 1 / sqrt(t).

    The other arguments are `Optimizer`'s.

    Source: Shazeer and Stern (2018); Keras 3.
    """

    keras_module = "keras.optimizers"
    _not_called = ("_rms",)
    side_by_side = ("r", "c", "v")

    @takes_shared_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        **named: Unpack[SharedArguments],
    ):
        super().__init__(learning_rate, **named)
        if not beta_2_decay <= 0:
            raise InvalidArgument(self.where, "beta_2_decay must be 0 or below", repr(beta_2_decay))
        check_not_negative(self.where, epsilon_1=epsilon_1, epsilon_2=epsilon_2)
        check_positive(self.where, clip_threshold=clip_threshold)
        if not relative_step:
            note_once(
                "Adafactor(relative_step=False) has no effect, as in Keras: the rate of step t "
                "is never above 1 / sqrt(t).",
                key="relative_step",
            )
        self.beta_2_decay, self.clip_threshold = beta_2_decay, clip_threshold
        self.epsilon_1, self.epsilon_2 = epsilon_1, epsilon_2
        self.relative_step = bool(relative_step)

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        # Those of one axis or none need no r and c; Keras lists a number for each all the same.
        return {
            "r": [one.new_zeros(one.shape[:-1] if one.ndim > 1 else ()) for one in w],
            "c": [
                one.new_zeros(one.shape[:-2] + one.shape[-1:] if one.ndim > 1 else ()) for one in w
            ],
            "v": [torch.zeros_like(one) for one in w],
        }

    def move(self, w: Tensors, g: Tensors, slots: dict[str, Tensors], lr: float, t: int) -> None:
        b = 1.0 - float(t) ** self.beta_2_decay
        rate = min(lr, 1.0 / math.sqrt(t))
        rows = zip(w, g, slots["r"], slots["c"], slots["v"], strict=True)
        for weight, gradient, r, c, v in rows:
            s = gradient.square() + self.epsilon_1
            if weight.ndim > 1:
                r.lerp_(s.mean(-1), 1.0 - b)
                c.lerp_(s.mean(-2), 1.0 - b)
                share = r / _not_zero(r.mean(-1, keepdim=True))
                torch.mul(share.unsqueeze(-1), c.unsqueeze(-2), out=v)
            else:
                v.lerp_(s, 1.0 - b)
            u = gradient / _not_zero(v).sqrt()
            u /= (_rms(u) / self.clip_threshold).clamp_min(1.0)
            weight -= _rms(weight).clamp_min(self.epsilon_2) * rate * u

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "beta_2_decay": self.beta_2_decay,
            "epsilon_1": self.epsilon_1,
            "epsilon_2": self.epsilon_2,
            "clip_threshold": self.clip_threshold,
            "relative_step": self.relative_step,
        }


def _rms(x: torch.Tensor) -> torch.Tensor:
    """The root of the mean square, a 0-d tensor."""
    return x.square().mean().sqrt()


def _not_zero(x: torch.Tensor) -> torch.Tensor:
    return x.masked_fill(x == 0, torch.finfo(x.dtype).tiny)
