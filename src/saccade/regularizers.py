"""Regularizers: what a weight or an output adds to the loss."""

from __future__ import annotations

from typing import Any

from saccade.records import resolve

CLASSES: dict[str, Any] = {}


def get(identifier: Any) -> Any:
    """The regularizer meant by a word, a record, a function or an object; None for None."""
    return None if identifier is None else resolve("regularizer", identifier, CLASSES)
