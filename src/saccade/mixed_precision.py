"""Keras's names for computing in half precision."""

from types import SimpleNamespace

from saccade.dtype_policy import DTypePolicy, global_policy, set_global_policy
from saccade.optimizers import LossScaleOptimizer

Policy = DTypePolicy
dtype_policy = global_policy
set_dtype_policy = set_global_policy
# TensorFlow 2.1 to 2.3 had the names here.
experimental = SimpleNamespace(
    LossScaleOptimizer=LossScaleOptimizer,
    Policy=Policy,
    global_policy=global_policy,
    set_policy=set_global_policy,
)

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]
