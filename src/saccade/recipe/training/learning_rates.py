"""Learning rates: how fine-tuning's goes up and down, and how one is written."""

from __future__ import annotations

from typing import Any

import numpy as np

from saccade.optimizers.schedules import CosineDecay

WARM_UP = 0.1  # of all steps


def rise_and_fall(rate: float, steps: int) -> Any:
    """A schedule that rises to `rate` in the first tenth of the steps, then falls to nothing."""
    warm_up = min(max(1, round(steps * WARM_UP)), steps - 1)
    if warm_up <= 0:
        return rate
    return CosineDecay(
        rate / 20, steps - warm_up, alpha=0.0, warmup_target=rate, warmup_steps=warm_up
    )


def shortest(rate: Any) -> float:
    """A learning rate as one would write it: 0.001, not the 32 bits that stand for it."""
    return float(str(np.float32(float(rate))))
