"""Keras's names for computing in half precision."""

from types import SimpleNamespace
from typing import Any

from saccade.dtype_policy import DTypePolicy, get, global_policy, set_global_policy
from saccade.optimizers import LossScaleOptimizer
from saccade.records import to_record

Policy = FloatDTypePolicy = DTypePolicy
dtype_policy = global_policy
set_dtype_policy = set_global_policy
# TensorFlow 2.1 to 2.3 had the names here.
experimental = SimpleNamespace(
    LossScaleOptimizer=LossScaleOptimizer,
    Policy=Policy,
    global_policy=global_policy,
    set_policy=set_global_policy,
)


def serialize(dtype_policy: DTypePolicy) -> dict[str, Any]:
    """The record of a policy."""
    return to_record(dtype_policy)


def deserialize(
    config: dict[str, Any], custom_objects: dict[str, Any] | None = None
) -> DTypePolicy:
    """The policy of a record."""
    return get(config)


__all__ = [
    "DTypePolicy",
    "FloatDTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "deserialize",
    "dtype_policy",
    "get",
    "global_policy",
    "serialize",
    "set_dtype_policy",
    "set_global_policy",
]
