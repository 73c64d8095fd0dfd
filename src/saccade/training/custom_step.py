"""Custom step: what a model that overrides `train_step` and the like is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.nests import is_nest


def as_default(method: Any) -> Any:
    """Mark a method as saccade's own: while a model has it, the loop does the same faster."""
    method.is_default = True
    return method


def overrides(model: Any, *names: str) -> bool:
    """Whether a model has one of these methods of its own."""
    return any(not getattr(getattr(model, name), "is_default", False) for name in names)


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
