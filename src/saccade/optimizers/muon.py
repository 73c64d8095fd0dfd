"""Muon: momentum whose matrices step by the same length in every direction."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, Unpack

import torch

from saccade.errors import InvalidArgument
from saccade.notes import note_once
from saccade.optimizers.moments.adam import move_by_moments
from saccade.optimizers.optimizer import Optimizer, Tensors, takes_shared_arguments
from saccade.optimizers.options import (
    ArgumentsAfterDecay,
    as_epsilon,
    check_memories,
    check_not_negative,
    check_within,
)


class Muon(Optimizer):
    """Momentum, made orthogonal, for the matrices among the weights; Adam for all others.

    The law for a matrix of n by k, a, b, c short for muon_a, muon_b, muon_c::

        m = momentum * m + g
        x = g + momentum * m        (nesterov; else m), turned so that it is not tall
        x = x / |x|, then ns_steps times:  x = a * x + (b * x x' + c * x x' x x') x
        w -= lr * rms_rate * sqrt(max(n, k)) * x

    which brings the singular values of x near 1. A weight that has not two axes, one of an
    embedding and one that `exclude_layers` names goes by Adam, at `lr * adam_lr_ratio`. A matrix
    shrinks by `weight_decay`, another weight by `adam_weight_decay`.

    Args:
        learning_rate: a positive number, a schedule or a function.
        adam_beta_1, adam_beta_2: in [0, 1); Adam's memory.
        adam_weight_decay: 0 or above, or None; of the weights that go by Adam.
        epsilon: against division by zero, in Adam.
        weight_decay: 0 or above, or None; of the matrices.
        exclude_layers: patterns; a weight goes by Adam in whose path one is found. The path is the
            layer's name and the weight's, "dense/kernel". The last layer should be among them.
        exclude_embeddings: whether weights with "embedding" in their path go by Adam.
        muon_a, muon_b, muon_c: of the polynomial.
        adam_lr_ratio: 0 or above.
        momentum: in [0, 1].
        ns_steps: how often the polynomial is used, from 0.
        nesterov: look one step ahead.
        rms_rate: how large the step of a number is, as of Adam's; None for w -= lr * x.

    The other arguments are `Optimizer`'s.

    Source: Jordan et al. (2024); Liu et al. (2025) for `rms_rate`; Keras 3.
    """

    keras_module = "keras.optimizers"
    _not_called = (
        "_should_use_adamw",
        "_adamw_update_step",
        "_muon_update_step",
        "transpose_last_axis",
    )
    side_by_side = ("momentum", "velocity")
    partial_slots = ("velocity",)

    @takes_shared_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float | None = 1e-7,
        weight_decay: float | None = 0.004,
        *,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **named: Unpack[ArgumentsAfterDecay],
    ):
        super().__init__(learning_rate, weight_decay, **named)
        check_memories(self.where, adam_beta_1=adam_beta_1, adam_beta_2=adam_beta_2)
        check_not_negative(
            self.where,
            adam_weight_decay=adam_weight_decay,
            adam_lr_ratio=adam_lr_ratio,
            rms_rate=rms_rate,
        )
        check_within(self.where, 0, 1, momentum=momentum)
        if not (isinstance(ns_steps, int) and ns_steps >= 0):
            raise InvalidArgument(self.where, "ns_steps must be an integer from 0", repr(ns_steps))
        self.adam_beta_1, self.adam_beta_2 = adam_beta_1, adam_beta_2
        self.adam_weight_decay, self.adam_lr_ratio = adam_weight_decay, adam_lr_ratio
        self.epsilon = as_epsilon(epsilon)
        self.exclude_layers = _patterns(self.where, exclude_layers)
        self.exclude_embeddings = bool(exclude_embeddings)
        self.muon_a, self.muon_b, self.muon_c = muon_a, muon_b, muon_c
        self.momentum, self.ns_steps, self.nesterov = momentum, ns_steps, bool(nesterov)
        self.rms_rate = rms_rate

    def build(self, variables: Iterable[Any]) -> None:
        weights = list(variables)
        super().build(weights)
        for place, weight in enumerate(weights):
            if not self._should_use_adamw(weight):
                self.slots["velocity"][place] = weight.detach().new_zeros(0)
        for pattern in self.exclude_layers:
            if not any(re.search(pattern, _path(weight)) for weight in weights):
                paths = ", ".join(_path(weight) for weight in weights[:3])
                note_once(
                    f'Muon: exclude_layers has "{pattern}", which is in no path of a weight that '
                    f"it moves ({paths}...): a path is a layer's name and its weight's, without "
                    "the names of models around it.",
                    key=f"exclude_layers {pattern}",
                )

    def _should_use_adamw(self, weight: Any) -> bool:
        path = _path(weight)
        if weight.ndim != 2 or (self.exclude_embeddings and "embedding" in path.lower()):
            return True
        return any(re.search(pattern, path) for pattern in self.exclude_layers)

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        return {
            "momentum": [torch.zeros_like(one) for one in w],
            "velocity": [torch.zeros_like(one) for one in w],  # `build` leaves Adam's alone
        }

    def _shrink(self, places: Sequence[int], rate: float) -> None:
        for place in places:
            by_adam = self.slots["velocity"][place].numel()
            decay = self.adam_weight_decay if by_adam else self.weight_decay
            self._weights[place].detach().mul_(1.0 - rate * (decay or 0.0))

    def move(self, w: Tensors, g: Tensors, slots: dict[str, Tensors], lr: float, t: int) -> None:
        rows = list(zip(w, g, slots["momentum"], slots["velocity"], strict=True))
        if adams := [row for row in rows if row[3].numel()]:
            of_adam = [list(one) for one in zip(*adams, strict=True)]
            betas, rate = (self.adam_beta_1, self.adam_beta_2), lr * self.adam_lr_ratio
            move_by_moments(*of_adam, betas=betas, epsilon=self.epsilon, lr=rate, t=t)
        for weight, gradient, m, velocity in rows:
            if velocity.numel():
                continue
            m.mul_(self.momentum).add_(gradient)
            x = gradient + self.momentum * m if self.nesterov else m
            x = self.zeropower_via_newtonschulz5(x, self.ns_steps)
            weight -= self.lr_adjust(lr * x)

    def lr_adjust(self, x: Any) -> Any:
        """A matrix times what makes its numbers as large as those of a step of Adam's.

        Source: `keras.optimizers.Muon.lr_adjust`.
        """
        if self.rms_rate is None:
            return x
        return x * (math.sqrt(max(x.shape)) * self.rms_rate)

    def zeropower_via_newtonschulz5(self, x: torch.Tensor, steps: int) -> torch.Tensor:
        """A new matrix with the singular vectors of this one and singular values near 1.

        Source: `keras.optimizers.Muon.zeropower_via_newtonschulz5`.
        """
        is_tall = x.shape[0] > x.shape[1]
        x = x.T if is_tall else x
        x = x / (x.norm() + 1e-7)
        for _ in range(steps):
            square = x @ x.T
            x = self.muon_a * x + (self.muon_b * square + self.muon_c * square @ square) @ x
        return x.T if is_tall else x

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "adam_beta_1": self.adam_beta_1,
            "adam_beta_2": self.adam_beta_2,
            "epsilon": self.epsilon,
            "exclude_layers": self.exclude_layers,
            "muon_a": self.muon_a,
            "muon_b": self.muon_b,
            "muon_c": self.muon_c,
            "adam_lr_ratio": self.adam_lr_ratio,
            "momentum": self.momentum,
            "ns_steps": self.ns_steps,
            "nesterov": self.nesterov,
            "exclude_embeddings": self.exclude_embeddings,
            "adam_weight_decay": self.adam_weight_decay,
            "rms_rate": self.rms_rate,
        }


def _path(weight: Any) -> str:
    return getattr(weight, "path", "")  # torch's own parameters have none


def _patterns(where: str, given: Sequence[str] | None) -> list[str]:
    """The patterns as a list.

    Raises:
        InvalidArgument: one word in place of a list, or what is no pattern.
    """
    found = [] if given is None else given
    if isinstance(found, str) or not all(isinstance(one, str) for one in found):
        raise InvalidArgument(
            where, "exclude_layers must be a list of words", repr(given), 'Write ["dense_2"].'
        )
    for pattern in found:
        try:
            re.compile(pattern)
        except re.error as error:
            raise InvalidArgument(
                where, "exclude_layers must hold regular expressions", f"{pattern!r}: {error}"
            ) from None
    return list(found)
