"""Command words: arguments of `saccade.train` as the command line that says the same."""

from __future__ import annotations

import shlex
from typing import Any


def command_line(values: dict[str, Any]) -> str:
    """The command of arguments by their names; None is left out, and so are switches at rest."""
    words = ["saccade", "train", str(values["folder"])]
    for name, value in values.items():
        if isinstance(value, bool):
            if name in ("augment", "fine_tune"):
                words.append(_flag(name if value else f"no_{name}"))
            elif value:
                words.append(_flag(name))
        elif name != "folder" and value is not None:
            words += [_flag(name), str(value)]
    return shlex.join(words)


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')}"
