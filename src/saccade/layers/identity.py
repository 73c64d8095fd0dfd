"""Layers that give back what they get."""

from __future__ import annotations

from typing import Any

from saccade import regularizers
from saccade.layers.core.checks import refuse
from saccade.layers.core.layer_kinds import Pointwise


class Identity(Pointwise):
    """y = x, for an array and for a nest of them.

    Source: `keras.layers.Identity`.
    """

    _needs_no_build = True
    keras_module = "keras.layers"
    casts_integers = False
    _keeps_dtype = True

    def call(self, x: Any) -> Any:
        return x


class ActivityRegularization(Pointwise):
    """y = x, and l1 * sum(|x|) + l2 * sum(x**2), the mean over the batch, is added to the loss.

    Args:
        l1, l2: how strong, from 0 up.

    Input and output: any shape.

    Source: `keras.layers.ActivityRegularization`.
    """

    _needs_no_build = True
    keras_module = "keras.layers"

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **placement: Any):
        refuse("ActivityRegularization", activity_regularizer=placement.get("activity_regularizer"))
        penalty = regularizers.L1L2(l1=l1, l2=l2)
        super().__init__(**{**placement, "activity_regularizer": penalty})
        self.l1, self.l2 = l1, l2

    def call(self, x: Any) -> Any:
        return x

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["activity_regularizer"]
        return {**config, "l1": self.l1, "l2": self.l2}
