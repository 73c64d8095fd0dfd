"""Optimizers, with Keras's names."""

# ruff: noqa: F401  # what is imported is what this face offers

from __future__ import annotations

from typing import Any

from saccade.names import refuse_name
from saccade.optimizers import schedules
from saccade.optimizers.adadelta import Adadelta
from saccade.optimizers.adafactor import Adafactor
from saccade.optimizers.adagrad import Adagrad
from saccade.optimizers.ftrl import Ftrl
from saccade.optimizers.lion import Lion
from saccade.optimizers.loss_scale_optimizer import LossScaleOptimizer
from saccade.optimizers.moments.adam import Adam
from saccade.optimizers.moments.adamax import Adamax
from saccade.optimizers.moments.adamw import AdamW
from saccade.optimizers.moments.lamb import Lamb
from saccade.optimizers.moments.nadam import Nadam
from saccade.optimizers.moments.schedule_free_adamw import ScheduleFreeAdamW
from saccade.optimizers.muon import Muon
from saccade.optimizers.optimizer import Optimizer
from saccade.optimizers.rmsprop import RMSprop
from saccade.optimizers.sgd import SGD
from saccade.optimizers.table import CLASSES, REFUSED, find
from saccade.records import is_record, to_record

# Keras 2's names, `keras.optimizers.adam(lr=0.1)`. They hide the modules of the same names, which
# nobody reaches this way.
globals().update({cls.__name__.lower(): cls for cls in CLASSES.values()})
WRAPPERS: dict[str, type[Optimizer]] = {"LossScaleOptimizer": LossScaleOptimizer}


def get(identifier: Any) -> Any:
    """The optimizer meant by a name in any letter case ("adam"), a record or an object.

    None is None: a model that is only evaluated has no optimizer.
    """
    if identifier is None or isinstance(identifier, Optimizer):
        return identifier
    return find(identifier, {**CLASSES, **WRAPPERS} if is_record(identifier) else CLASSES)


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """The record of an optimizer."""
    return to_record(optimizer)


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Optimizer:
    """The optimizer of a record; `custom_objects` are classes of your own by name."""
    return find(config, {**CLASSES, **WRAPPERS}, custom_objects)


def clip_norm(g: Any, c: float, n: Any) -> Any:
    """Keras 1's: a gradient of norm n, made as short as c; with c = 0 as it is."""
    return g * (c / n) if c > 0 and n >= c else g


def __getattr__(name: str) -> Any:
    refuse_name(__name__, name, REFUSED)


__all__ = sorted(
    [
        *(cls.__name__ for cls in CLASSES.values()),
        *WRAPPERS,
        *("Optimizer", "deserialize", "get", "schedules", "serialize"),
    ]
)
