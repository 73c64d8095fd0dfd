"""The public classes that Keras does not have: comparisons with Keras leave them out."""

from __future__ import annotations

from collections.abc import Iterable

OWN: frozenset[str] = frozenset({"RandomHeight", "RandomWidth"})
"""A layer, loss, metric or the like of our own is named here, and nowhere else in these tests."""


def of_keras(names: Iterable[str]) -> list[str]:
    """Those that Keras has as well, in order."""
    return sorted(set(names) - OWN)
