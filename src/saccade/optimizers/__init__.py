"""Optimizers, with Keras's names."""

from typing import Any

from saccade.errors import InvalidArgument
from saccade.optimizers.adam import Adam
from saccade.optimizers.optimizer import Optimizer
from saccade.optimizers.rmsprop import RMSprop
from saccade.optimizers.sgd import SGD
from saccade.records import resolve, to_record

CLASSES: dict[str, type[Optimizer]] = {"adam": Adam, "rmsprop": RMSprop, "sgd": SGD}


def get(identifier: Any) -> Optimizer:
    """The optimizer meant by a word in any letter case ("adam"), a record or an object."""
    if isinstance(identifier, Optimizer):
        return identifier
    found = resolve("optimizer", identifier, CLASSES)
    if not isinstance(found, Optimizer):
        raise InvalidArgument("optimizer", "must be a word or a saccade optimizer", repr(found))
    return found


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    return to_record(optimizer)


deserialize = get

__all__ = ["SGD", "Adam", "Optimizer", "RMSprop", "deserialize", "get", "serialize"]
