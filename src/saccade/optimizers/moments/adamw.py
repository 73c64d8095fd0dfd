"""AdamW: Adam with weight decay."""

from __future__ import annotations

from typing import Any, Unpack

from saccade.errors import InvalidArgument
from saccade.optimizers.moments.adam import Adam
from saccade.optimizers.optimizer import takes_shared_arguments
from saccade.optimizers.options import ArgumentsAfterDecay


class AdamW(Adam):
    """`Adam` whose weights shrink by themselves.

    The law::

        w -= lr * weight_decay * w,   then Adam's step

    Args:
        learning_rate: a positive number, a schedule or a function.
        weight_decay: 0 or above; not None.

    The other arguments are `Adam`'s and `Optimizer`'s.

    Source: Loshchilov and Hutter (2017); Keras 3.
    """

    keras_module = "keras.optimizers"

    @takes_shared_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
        **named: Unpack[ArgumentsAfterDecay],
    ):
        super().__init__(
            learning_rate,
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
            weight_decay=weight_decay,
            **named,
        )
        if weight_decay is None:
            raise InvalidArgument(self.where, "weight_decay must be a number", "None")
