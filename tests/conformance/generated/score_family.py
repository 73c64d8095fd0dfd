"""Losses (value, each sample, gradient, weights) and metrics (several updates)."""

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
from conformance.own_classes import of_keras
from parity.reference import array, keras
from parity.scores import loss_cases, metric_cases
from saccade import losses, metrics

WEIGHTS = np.array([1, 0, 2, 0.5, 3, 1], np.float32)
# One number is left, or one a column: a weight for each sample has nothing to hold to.
UNWEIGHTED = {"Dice", "Tversky"}
WHOLE_WEIGHTS = {"IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU", "BinaryIoU"}


def cases() -> Iterator[Case]:
    for name in of_keras(losses.CLASSES):
        cls = losses.CLASSES[name]
        theirs = getattr(keras.losses, name)
        yield Case("losses", name, {}, partial(same_arguments, cls, theirs))
        for options in configurations(theirs, drawn=4):
            yield Case("losses", name, options, partial(compare_loss, name))

    yield from function_cases("losses", losses, keras.losses)


def function_cases(family: str, ours: Any, theirs: Any) -> Iterator[Case]:
    """The arguments of the functions; what they compute is what the classes do."""
    for name in ours.__all__:
        if inspect.isfunction(getattr(ours, name)) and hasattr(theirs, name):
            one = partial(same_arguments, getattr(ours, name), getattr(theirs, name))
            yield Case(family, name, {}, one)


def cases_of_metrics() -> Iterator[Case]:
    for name in of_keras(metrics.CLASSES):
        cls = metrics.CLASSES[name]
        theirs = getattr(keras.metrics, name)
        yield Case("metrics", name, {}, partial(same_arguments, cls, theirs))
        if name == "MeanMetricWrapper":
            yield Case("metrics", name, {"fn": "mean_squared_error"}, compare_wrapper)
            continue
        base = dict(metric_cases.CASES[name][2][0]) if metric_cases.CASES.get(name) else {}
        needed = {
            one: value
            for one, value in base.items()
            if inspect.signature(theirs).parameters[one].default is inspect.Parameter.empty
        }
        for options in configurations(theirs, needed, drawn=4):
            yield Case("metrics", name, options, partial(compare_metric, name))
    yield from function_cases("metrics", metrics, keras.metrics)


def compare_loss(name: str, options: dict[str, Any]) -> None:
    made = both(lambda: getattr(losses, name)(**options), lambda: getattr(keras.losses, name)(
        **options
    ))  # fmt: skip
    ours, theirs = made
    y = loss_cases.targets(name)
    p = loss_cases.predictions(name, options.get("from_logits", False))
    each = {**options, "reduction": None}
    pairs = [(ours, theirs, None), (getattr(losses, name)(**each), getattr(keras.losses, name)(
        **each), None)]  # fmt: skip
    if name not in UNWEIGHTED and options.get("axis", -1) == -1:
        pairs += [(one, other, WEIGHTS) for one, other, _ in pairs]
    for one, other, weights in pairs:
        found = both(
            lambda one=one, weights=weights: value_and_slope(one, y, p, weights),
            lambda other=other, weights=weights: value_and_slope(other, y, p, weights),
        )
        weighted = "weighted" if weights is not None else "plain"
        agree(f"value, {one.reduction}, {weighted}", found[0][0], found[1][0])
        agree(f"gradient, {one.reduction}, {weighted}", found[0][1], found[1][1])
    same_config(ours, theirs)


def value_and_slope(loss: Any, y: np.ndarray, p: np.ndarray, weights: Any) -> tuple[Any, Any]:
    prediction = torch.tensor(p, requires_grad=True)
    value = loss(torch.as_tensor(y), prediction, sample_weight=weights)
    (slope,) = torch.autograd.grad(value.sum(), prediction)
    return value, slope


def compare_metric(name: str, options: dict[str, Any]) -> None:
    assert metric_cases.CASES.get(name), f"no sample input for {name}: add it to metric_cases.py"
    target, prediction, _ = metric_cases.CASES[name]

    def run(family: Any, weighted: bool) -> tuple[Any, list[Any]]:
        metric, results = getattr(family, name)(**options, name="one"), []
        for seed, n in enumerate((5, 3, 7)):
            stream = np.random.RandomState(seed)
            y = () if target is None else (target(stream, n),)
            maker = metric_cases.logits if options.get("from_logits") else prediction
            p = torch.as_tensor(maker(stream, n))
            weights = stream.uniform(0, 2, n).astype(np.float32)
            if name in WHOLE_WEIGHTS:
                weights = stream.randint(0, 4, n)
            metric.update_state(*y, p, sample_weight=weights if weighted else None)
            results.append(array(metric.result()).copy())  # Keras's goes on changing
        return metric, results

    for weighted in (False, True):
        made = both(lambda w=weighted: run(metrics, w), lambda w=weighted: run(keras.metrics, w))
        (ours, mine), (theirs, reference) = made
        for number, (one, other) in enumerate(zip(mine, reference, strict=True)):
            agree(f"result {number + 1}, weighted={weighted}", one, other)
        same_config(ours, theirs)


def compare_wrapper(_: dict[str, Any]) -> None:
    y, p = (np.random.RandomState(seed).uniform(size=(5, 4)) for seed in (1, 2))
    y, p = torch.tensor(y).float(), torch.tensor(p).float()
    ours = metrics.MeanMetricWrapper(losses.mean_squared_error, "one")
    theirs = keras.metrics.MeanMetricWrapper(keras.losses.mean_squared_error, "one")
    for metric in (ours, theirs):
        metric.update_state(y, p)
    agree("result", ours.result(), theirs.result())
