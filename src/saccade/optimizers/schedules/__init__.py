"""Learning rates that depend on the number of steps done, with Keras's names."""

from __future__ import annotations

from typing import Any

from saccade.optimizers.schedules.cosine import CosineDecay
from saccade.optimizers.schedules.cosine_restarts import CosineDecayRestarts
from saccade.optimizers.schedules.exponential import ExponentialDecay
from saccade.optimizers.schedules.inverse_time import InverseTimeDecay
from saccade.optimizers.schedules.piecewise import PiecewiseConstantDecay
from saccade.optimizers.schedules.polynomial import PolynomialDecay
from saccade.optimizers.schedules.schedule import LearningRateSchedule
from saccade.records import resolve, to_record

CLASSES: dict[str, type[LearningRateSchedule]] = {
    "CosineDecay": CosineDecay,
    "CosineDecayRestarts": CosineDecayRestarts,
    "ExponentialDecay": ExponentialDecay,
    "InverseTimeDecay": InverseTimeDecay,
    "PiecewiseConstantDecay": PiecewiseConstantDecay,
    "PolynomialDecay": PolynomialDecay,
}


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """The record of a schedule."""
    return to_record(learning_rate_schedule)


def deserialize(
    config: dict[str, Any], custom_objects: dict[str, Any] | None = None
) -> LearningRateSchedule:
    """The schedule of a record; `custom_objects` are classes of your own by name."""
    return resolve("learning rate schedule", config, {**CLASSES, **(custom_objects or {})})


__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]
