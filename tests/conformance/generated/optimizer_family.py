"""Optimizers (five steps) and schedules (the rate of thirty steps)."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import torch

from conformance.generated.case import Case, agree, both, same_config, travelled
from conformance.generated.values import configurations
from parity.reference import keras, normal
from saccade import optimizers
from saccade.optimizers import schedules
from saccade.variables import Variable

SHAPES = [(3, 3, 2, 4), (4,), (6, 5)]
STEPS = 5


def cases() -> Iterator[Case]:
    for cls in sorted(optimizers.CLASSES.values(), key=lambda one: one.__name__):
        name = cls.__name__
        theirs = getattr(keras.optimizers, name)
        yield Case("optimizers", name, {}, partial(same_arguments, cls, theirs))
        for options in configurations(theirs):
            yield Case("optimizers", name, options, partial(compare_optimizer, name))
        for schedule in sorted(schedules.CLASSES):
            options = configurations(getattr(keras.optimizers.schedules, schedule), drawn=0)[0]
            yield Case("optimizers", name, options, partial(compare_scheduled, name, schedule))

    for name, cls in sorted(optimizers.WRAPPERS.items()):
        theirs = getattr(keras.optimizers, name)
        yield Case("optimizers", name, {}, partial(same_arguments, cls, theirs))
        for options in configurations(theirs, {"inner_optimizer": "sgd"}):
            yield Case("optimizers", name, options, partial(compare_wrapper, name))


def schedule_cases() -> Iterator[Case]:
    for name, cls in sorted(schedules.CLASSES.items()):
        theirs = getattr(keras.optimizers.schedules, name)
        yield Case("schedules", name, {}, partial(same_arguments, cls, theirs))
        for options in configurations(theirs, drawn=6):
            yield Case("schedules", name, options, partial(compare_schedule, name))


def same_arguments(ours: type, theirs: type, _: dict[str, Any]) -> None:
    """Names, order and defaults, `**kwargs` apart."""
    mine, reference = (
        [
            (one.name, one.default if one.default is not one.empty else "(needed)")
            for one in inspect.signature(cls).parameters.values()
            if one.kind is not one.VAR_KEYWORD
        ]
        for cls in (ours, theirs)
    )
    assert mine == reference, f"arguments: {mine}, Keras {reference}"


def compare_scheduled(name: str, schedule: str, options: dict[str, Any]) -> None:
    step_both(
        lambda: getattr(optimizers, name)(getattr(schedules, schedule)(**options), name="one"),
        lambda: getattr(keras.optimizers, name)(
            getattr(keras.optimizers.schedules, schedule)(**options), name="one"
        ),
    )


def compare_wrapper(name: str, options: dict[str, Any]) -> None:
    inner = options.pop("inner_optimizer")
    step_both(
        lambda: getattr(optimizers, name)(optimizers.get(inner), **options, name="one"),
        lambda: getattr(keras.optimizers, name)(keras.optimizers.get(inner), **options, name="one"),
    )


def compare_optimizer(name: str, options: dict[str, Any]) -> None:
    step_both(
        lambda: getattr(optimizers, name)(**options, name="one"),
        lambda: getattr(keras.optimizers, name)(**options, name="one"),
    )


def step_both(ours: Any, theirs: Any) -> None:
    made = both(ours, theirs)
    mine, reference = made
    starts = [normal(shape, 10 + i) for i, shape in enumerate(SHAPES)]
    weights = [Variable(torch.tensor(one), name=f"w{i}") for i, one in enumerate(starts)]
    their_weights = [keras.Variable(one, name=f"w{i}") for i, one in enumerate(starts)]
    mine.build(weights)
    reference.build(their_weights)
    for step in range(STEPS):
        gradients = [normal(shape, 100 * step + i) for i, shape in enumerate(SHAPES)]
        mine.apply([torch.tensor(one) for one in gradients], weights)
        reference.apply([torch.tensor(one) for one in gradients], their_weights)
        for i, weight in enumerate(weights):
            agree(f"weight {i} after step {step + 1}", weight, their_weights[i].value)
    slots, their_slots = list(mine.variables), list(reference.variables)
    assert len(slots) == len(their_slots), f"{len(slots)} variables, Keras {len(their_slots)}"
    for one, other in zip(slots, their_slots, strict=True):
        agree(f"slot {other.path}", as_array(one), other.value)
    same_config(mine, reference)


def as_array(slot: Any) -> Any:
    """A slot's values; the count of steps is a number of its own kind."""
    return slot.numpy() if hasattr(slot, "numpy") else np.asarray(slot)


def compare_schedule(name: str, options: dict[str, Any]) -> None:
    made = both(
        lambda: getattr(schedules, name)(**options),
        lambda: getattr(keras.optimizers.schedules, name)(**options),
    )
    ours, theirs = made
    for step in range(30):
        agree(f"rate of step {step}", np.asarray(float(ours(step))), theirs(step))
    same_config(ours, theirs)
    assert travelled(schedules.serialize(ours)) == travelled(
        keras.optimizers.schedules.serialize(theirs)
    )
