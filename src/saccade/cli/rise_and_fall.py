"""The learning rate of fine-tuning: up in a short while, then down to nothing."""

from __future__ import annotations

from typing import Any

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
