"""Custom step: what a model that overrides `train_step` and the like is asked to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch

from saccade.data.sources.tensors import holds_arrays
from saccade.errors import InvalidArgument
from saccade.names import is_overridden
from saccade.nests import is_nest


def as_default(method: Any) -> Any:
    """Mark a method as saccade's own: while a model has it, the loop does the same faster.

    The mark is the method itself, for `functools.wraps` copies marks to what wraps it.
    """
    method.is_default = method
    return method


def overrides(model: Any, *names: str) -> bool:
    """Whether a model has one of these methods of its own."""
    return any(not _is_default(getattr(model, name)) for name in names)


def _is_default(method: Any) -> bool:
    function = getattr(method, "__func__", method)
    return getattr(function, "is_default", None) is function


def own_validation(
    model: Any, data: Any, batch_size: int | None, steps: int | None, several: bool
) -> Callable[..., Any] | None:
    """How a model validates in `fit` that has an `evaluate` of its own; None for others.

    Args:
        data: (x, y), (x, y, sample_weight), or an iterator of batches.
        several: whether the model takes several arrays.
    """
    own = is_overridden(model, "evaluate") or "evaluate" in vars(model)
    if data is None or not own:
        return None
    parts = [data]
    if isinstance(data, (tuple, list)) and data and holds_arrays(data[0], several):
        parts = list(data)
    parts += [None] * (3 - len(parts))
    given = dict(zip(("x", "y", "sample_weight"), parts, strict=True))
    return partial(model.evaluate, **given, batch_size=batch_size, steps=steps, return_dict=True)


def logs_of(model: Any, logs: Any, where: str) -> dict[str, Any]:
    """What a step returned as plain numbers, or the model's metrics where the names are theirs.

    Raises:
        InvalidArgument: the step returned no dict.
    """
    if not isinstance(logs, Mapping):
        raise InvalidArgument(
            f"{model.where} {where}", "must return a dict of numbers", type(logs).__name__
        )
    known = model.get_metrics_result()
    chosen = known if set(known) == set(logs) else logs
    return {name: _number(chosen[name]) for name in sorted(chosen)}  # as Keras prints them


def _number(value: Any) -> Any:
    if is_nest(value):
        return value
    if torch.is_tensor(value):
        value = value.detach()
        return value.item() if value.ndim == 0 else value.cpu().numpy()
    return float(value) if hasattr(value, "__float__") and not isinstance(value, int) else value
