"""Ended run: whether a run folder holds what a command would lead to: nothing is left to do."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saccade.disk.regular_file import read_text

ANYTHING = (None, "auto")  # the run settled what nobody chose


def has_ended(run: Path, choices: Mapping[str, Any]) -> bool:
    """Whether a run of these choices has come to its end in a folder.

    Args:
        choices: every argument of `saccade.train` by its name, but for where the run goes.
    """
    try:
        command = json.loads(read_text(run / "metrics.json"))["command"]
        words = shlex.split(command)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    given = dict(zip(words, [*words[1:], ""], strict=True))
    return words[:2] == ["saccade", "train"] and all(
        _agrees(name, value, words, given) for name, value in choices.items()
    )


def _agrees(name: str, value: Any, words: list[str], given: dict[str, str]) -> bool:
    flag = f"--{name.replace('_', '-')}"
    if value in ANYTHING:
        return True
    if name == "folder":
        return len(words) > 2 and os.path.realpath(words[2]) == os.path.realpath(value)
    if name == "weights":
        return os.path.realpath(given.get(flag, "")) == os.path.realpath(value)
    if isinstance(value, bool):
        return (flag if value else f"--no-{flag[2:]}") in words
    return given.get(flag) == str(value)
