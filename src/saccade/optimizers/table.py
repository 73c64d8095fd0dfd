"""The table of optimizers: every word, what it stands for, and the words that are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saccade.errors import InvalidArgument, NotSupported
from saccade.optimizers.adadelta import Adadelta
from saccade.optimizers.adafactor import Adafactor
from saccade.optimizers.adagrad import Adagrad
from saccade.optimizers.ftrl import Ftrl
from saccade.optimizers.lion import Lion
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
from saccade.records import is_record, resolve

CLASSES: dict[str, type[Optimizer]] = {
    "adadelta": Adadelta,
    "adafactor": Adafactor,
    "adagrad": Adagrad,
    "adam": Adam,
    "adamax": Adamax,
    "adamw": AdamW,
    "ftrl": Ftrl,
    "lamb": Lamb,
    "lion": Lion,
    "muon": Muon,
    "nadam": Nadam,
    "rmsprop": RMSprop,
    "schedulefreeadamw": ScheduleFreeAdamW,
    "sgd": SGD,
}
REFUSED: dict[str, str] = {  # Keras's name: what to use instead
    "MultiOptimizer": "Use one optimizer for all weights, or write the training step yourself "
    "and call apply(gradients, weights) of several.",
    "OptimizerMap": "A part of MultiOptimizer. Use one optimizer for all weights.",
    "legacy": "Keras keeps old names of its optimizers there; use those of saccade.optimizers.",
}


def find(
    identifier: Any,
    table: Mapping[str, type[Optimizer]],
    custom_objects: dict[str, Any] | None = None,
) -> Optimizer:
    """The optimizer meant by a name in any letter case, a record or a class.

    Raises:
        UnknownName: a name that is not in the table.
        NotSupported: a name of Keras's that is refused; the message says what to use instead.
        InvalidArgument: anything else.
    """
    word = identifier["class_name"] if is_record(identifier) else identifier
    for name, instead in REFUSED.items():
        if isinstance(word, str) and word.lower() == name.lower():
            raise NotSupported("optimizer", f"{name} is not supported", do=instead)
    if custom_objects and is_record(identifier):
        known = {name.lower(): cls for name, cls in table.items()}
        cls = custom_objects.get(word) or known.get(word.lower())
        if cls is not None:
            return cls.from_config(identifier["config"], custom_objects)
    found = resolve("optimizer", identifier, table)
    if not isinstance(found, Optimizer):
        raise InvalidArgument("optimizer", "must be a word or a saccade optimizer", repr(found))
    return found
