"""Plain sums: those of a metric as numbers and lists, and those that it keeps as attributes."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch

from saccade.nests import leaves


def as_plain(value: Any) -> Any:
    """A tensor as a number or list."""
    return value.tolist() if torch.is_tensor(value) else value


def as_sum(value: Any) -> Any:
    """The sum that `as_plain` was given: a list of whole numbers is int64, of others float64."""
    if not isinstance(value, list):
        return value
    whole = torch.tensor(value)
    return torch.tensor(value, dtype=torch.float64) if whole.is_floating_point() else whole


def sums_elsewhere(metric: Any) -> dict[str, Any]:
    """Those that a metric of the user's has as plain attributes: what `reset_state` changes."""
    if type(metric).__module__.startswith("saccade."):
        return {}
    try:
        twin = copy.deepcopy(metric)
        twin.reset_state()
    except Exception:  # it can't be copied: its sums are its own affair
        return {}
    after = vars(twin)
    return {
        name: copy.copy(value)
        for name, value in vars(metric).items()
        if isinstance(value, (int, float, list, np.ndarray, torch.Tensor))
        and all(isinstance(leaf, _PLAIN) for leaf in leaves(value))
        and name in after
        and not np.array_equal(_as_array(after[name]), _as_array(value))
    }


_PLAIN = (int, float, str, type(None), np.ndarray, np.generic, torch.Tensor)
"""What a sum may be made of; weights and metrics in a list are kept by themselves."""


def _as_array(value: Any) -> Any:
    return value.detach().cpu().numpy() if torch.is_tensor(value) else np.asarray(value, object)
