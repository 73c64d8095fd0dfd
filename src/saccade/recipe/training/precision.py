"""Precision: whether a network may be run in bfloat16, found out before it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from saccade.dtype_policy import global_policy, set_global_policy
from saccade.numerics.machine.device import default_device
from saccade.numerics.machine.native_precision import has_native_bfloat16

TOLERANCE = 0.05  # bfloat16 keeps 8 bits: one rounding is 0.4 %, and errors add up over 50 layers
POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


def choose_precision(
    asked: str, features: Callable[[str], torch.Tensor]
) -> tuple[str, float | None]:
    """The precision to train in: as asked, if what it gives is near enough to float32.

    Law: bfloat16 if it is asked for, or if "auto" is and the machine computes it natively; and
    if ||f16 - f32|| <= 0.05 ||f32|| for the features f of the first photos; else float32.

    Args:
        asked: "auto", "float32" or "bfloat16".
        features: computes those of the first photos in a precision.

    Returns:
        The precision, and the distance that was found; None where none was measured.
    """
    if asked == "float32" or (asked == "auto" and not has_native_bfloat16(default_device())):
        return "float32", None
    exact, rough = features("float32").float(), features("bfloat16").float()
    distance = float((rough - exact).norm() / exact.norm())
    return ("bfloat16" if distance <= TOLERANCE else "float32"), distance


@contextmanager
def computing_in(precision: str) -> Iterator[Any]:
    """Layers made inside compute in a precision; their weights are kept in float32."""
    before = global_policy()
    set_global_policy(POLICIES[precision])
    try:
        yield
    finally:
        set_global_policy(before)
