"""What scripts take from `keras.legacy.interfaces`: decorators for layers in Keras 1's words.

Layers read those words by themselves (`layers/core/keras1_words.py`), so nothing is left to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saccade.names import refuse_name


def generate_legacy_interface(*words: Any, **more: Any) -> Callable[[Any], Any]:
    """What decorates a function without effect."""
    return _as_it_is


def _as_it_is(function: Any) -> Any:
    return function


def __getattr__(name: str) -> Any:
    if not name.startswith("legacy_"):
        refuse_name("keras.legacy.interfaces", name, {})
    return _as_it_is
