"""Lazy names: a module's table of names that are loaded when they are first used."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any


def homes(parts: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """For each name the module that it comes from, and its name there.

    Args:
        parts: for each module its names, with spaces between; `name=other` where it is called
            otherwise there.

    >>> homes({"math": "sqrt power=pow"})
    {'sqrt': ('math', 'sqrt'), 'power': ('math', 'pow')}
    """
    return {
        word.partition("=")[0]: (part, word.partition("=")[2] or word)
        for part, words in parts.items()
        for word in words.split()
    }


def named(function: Any, word: str) -> Any:
    """A function that another one made, which knew no name for it, by its public one: files and
    messages call it so."""
    if isinstance(function, types.FunctionType) and function.__name__ == "<lambda>":
        function.__name__ = function.__qualname__ = word
    return function
