"""Flags: the arguments of Python functions, in the words of a shell."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

_QUOTED = r'"[^"]*"'  # names of files stay as they are


def flags_of(command: Callable[..., Any]) -> dict[str, str]:
    """The flag of each option of a command, by the name of its argument; the last is the shortest.

    >>> from saccade.cli.train import train
    >>> flags_of(train)["architecture"], flags_of(train)["batch_size"]
    ('--arch', '--batch-size')
    """
    command = inspect.unwrap(command)
    hints = get_type_hints(command, include_extras=True)
    flags = {}
    for name in inspect.signature(command).parameters:
        declared = [
            word
            for option in getattr(hints.get(name), "__metadata__", ())
            for word in getattr(option, "param_decls", None) or ()
            if word.startswith("--")
        ]
        flags[name] = declared[-1] if declared else f"--{name.replace('_', '-')}"
    return flags


def in_flags(text: str, flags: Mapping[str, str]) -> str:
    """A message of the library, with a command's arguments written as its options.

    >>> in_flags("train(epochs=): must be at least 1, got 0.", {"epochs": "--epochs"})
    '--epochs: must be at least 1, got 0.'
    >>> in_flags("Choose another output=, or say overwrite=True.", {"overwrite": "--overwrite"})
    'Choose another output=, or say --overwrite.'
    """
    if not flags:
        return text
    argument = rf"(?<![\w-])({'|'.join(map(re.escape, flags))})=(\w*)"
    text = re.sub(rf"\b\w+\(((?:{argument}(?:, )?)+)\)", lambda match: match[1], text)

    def flag(match: re.Match[str]) -> str:
        name, value = match[1], match[2]
        if not name:
            return match[0]
        if value == "False":
            return f"--no-{flags[name].removeprefix('--')}"
        return flags[name] if value in ("", "True") else f"{flags[name]} {value}"

    return re.sub(rf"{_QUOTED}|{argument}", flag, text)
