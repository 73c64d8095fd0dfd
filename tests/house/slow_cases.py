"""Which cases of a test are quick: `make test` runs those, `make test-all` all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def slow_unless(is_quick: Callable[..., Any], cases: Iterable[Any]) -> list[Any]:
    """The cases of a parametrized test, marked slow where the function says no.

    A case that is a tuple is handed over by its parts.

    >>> [bool(case.marks) for case in slow_unless(lambda name: name == "LeNet", ("LeNet", "VGG"))]
    [False, True]
    """
    marked = []
    for case in cases:
        values = case if isinstance(case, tuple) else (case,)
        marks = () if is_quick(*values) else (pytest.mark.slow,)
        marked.append(pytest.param(*values, marks=marks))
    return marked
