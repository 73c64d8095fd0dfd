"""AdamW: Adam with weight decay."""

from __future__ import annotations

from typing import Any

from saccade.errors import InvalidArgument
from saccade.optimizers.adam import Adam


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

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **old: Any,
    ):
        super().__init__(
            learning_rate,
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **old,
        )
        if weight_decay is None:
            raise InvalidArgument(self.where, "weight_decay must be a number", "None")
