"""Initialisers, regularizers, constraints, activations, and the arguments of callbacks."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import torch

from conformance.generated.case import Case, agree, both, same_config
from conformance.generated.optimizer_family import same_arguments
from conformance.generated.values import configurations
from parity.reference import array, keras, normal
from saccade import activations, callbacks, constraints, initializers, regularizers

FIXED = {"Constant", "Identity", "Ones", "Zeros"}
SHAPE = (30, 30)


def initializer_cases() -> Iterator[Case]:
    for name, cls in sorted(initializers.CLASSES.items()):
        theirs = getattr(keras.initializers, name)
        yield Case("initializers", name, {}, partial(same_arguments, cls, theirs))
        for options in configurations(theirs):
            yield Case("initializers", name, options, partial(compare_initializer, name))


def compare_initializer(name: str, options: dict[str, Any]) -> None:
    """Drawn numbers are torch's own, so their spread is compared, at 5 standard errors."""
    made = both(
        lambda: getattr(initializers, name)(**options),
        lambda: getattr(keras.initializers, name)(**options),
    )
    ours, theirs = made
    if name in FIXED:
        agree("values", ours(SHAPE), theirs(SHAPE))
    else:
        mine, reference = array(ours(SHAPE)).ravel(), array(theirs(SHAPE)).ravel()
        error = max(reference.std(), 1e-6) / np.sqrt(mine.size)
        assert abs(mine.mean() - reference.mean()) < 8 * error, "mean"
        assert abs(mine.std() / reference.std() - 1) < 8 / np.sqrt(2 * mine.size), "spread"
        ratio = np.abs(mine).max() / np.abs(reference).max()
        assert 0.5 < ratio < 2, "largest"
    same_config(ours, theirs)


def regularizer_cases() -> Iterator[Case]:
    yield from value_cases("regularizers", regularizers, keras.regularizers)


def constraint_cases() -> Iterator[Case]:
    yield from value_cases("constraints", constraints, keras.constraints)


def value_cases(family: str, ours: Any, theirs: Any) -> Iterator[Case]:
    for name, cls in sorted(ours.CLASSES.items()):
        reference = getattr(theirs, name)
        yield Case(family, name, {}, partial(same_arguments, cls, reference))
        for options in configurations(reference):
            yield Case(family, name, options, partial(compare_value, cls, reference))


def compare_value(ours: type, theirs: type, options: dict[str, Any]) -> None:
    made = both(lambda: ours(**options), lambda: theirs(**options))
    mine, reference = made
    results = []
    for thing in made:
        x = torch.tensor(normal((5, 4), 4), requires_grad=True)
        y = thing(x)
        slope = torch.autograd.grad(y.sum(), x, allow_unused=True)[0] if y.requires_grad else None
        results.append((y, slope))
    agree("value", results[0][0], results[1][0])
    if results[1][1] is not None and results[0][1] is not None:
        agree("gradient", results[0][1], results[1][1])
    same_config(mine, reference)


def activation_cases() -> Iterator[Case]:
    for name, function in sorted(activations.FUNCTIONS.items()):
        theirs = getattr(keras.activations, name)
        yield Case("activations", name, {}, partial(same_arguments, function, theirs))
        options = list(inspect.signature(theirs).parameters.values())[1:]
        needed = {one.name: 0.3 for one in options if one.default is one.empty}
        yield Case("activations", name, needed, partial(compare_activation, name))
        for one in options:
            given = {**needed, one.name: other(one)}
            yield Case("activations", name, given, partial(compare_activation, name))


def other(parameter: inspect.Parameter) -> Any:
    """Another value than the default: a flag turned, an axis moved, a number halved and raised."""
    if isinstance(parameter.default, bool):
        return not parameter.default
    if "axis" in parameter.name:
        return 1
    return 0.7 if parameter.default is parameter.empty else 0.5 * (parameter.default or 0.0) + 0.3


def compare_activation(name: str, options: dict[str, Any]) -> None:
    results = []
    for family in (activations, keras.activations):
        x = torch.tensor(normal((3, 4, 6), 5) * 3, requires_grad=True)
        y = getattr(family, name)(x, **options)
        (slope,) = torch.autograd.grad((y * torch.arange(y.numel()).view_as(y)).sum(), x)
        results.append((y, slope / y.numel()))
    agree("value", results[0][0], results[1][0])
    agree("gradient", results[0][1], results[1][1])


def callback_cases() -> Iterator[Case]:
    for name in sorted(callbacks.__all__):
        cls, theirs = getattr(callbacks, name), getattr(keras.callbacks, name, None)
        if isinstance(cls, type) and theirs is not None:
            yield Case("callbacks", name, {}, partial(same_arguments, cls, theirs))
