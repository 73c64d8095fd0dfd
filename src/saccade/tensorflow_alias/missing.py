"""Missing: what is said about a name of TensorFlow's that is not there."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Mapping
from opcode import opmap
from typing import NoReturn

from saccade.names import NameNotHere, NameNotImportable, nearest

_OWN = os.path.dirname(__file__) + os.sep


def refuse(module: str, name: str, names: list[str], refused: Mapping[str, str]) -> NoReturn:
    """Raise for `tensorflow.<module>.<name>`, with the script's line and the nearest name.

    Args:
        module: the name with dots below tensorflow; "" for tensorflow itself.
        names: all that there are, with dots.
        refused: what to do instead of names that are known to be missing.

    Raises:
        NameNotHere: an AttributeError. NameNotImportable: the same under `from ... import`.
    """
    asked = f"{module}.{name}".lstrip(".")
    if name.startswith("__"):  # Python looking around
        raise AttributeError(f"module 'tensorflow.{module}'".replace(".'", "'") + f" has no {name}")
    guess = nearest_name(asked, names)
    do = refused.get(asked.removeprefix("compat.v1."))
    do = do or (f"The nearest name that is: tf.{guess}." if guess else "")
    place, imported = script_line()
    kind = NameNotImportable if imported else NameNotHere
    raise kind(f"{place}tensorflow.{asked}", "is not in saccade", None, do)


def nearest_name(asked: str, names: list[str]) -> str | None:
    """The supported name most like the one asked for: the same word elsewhere, or a like one."""
    module, _, word = asked.rpartition(".")
    same = [name for name in names if name.rpartition(".")[2].lower() == word.lower()]
    if same:
        return max(same, key=lambda name: (_likeness(module, name.rpartition(".")[0]), name))
    beside = [name for name in names if name.rpartition(".")[0] == module]
    last = {name.rpartition(".")[2]: name for name in beside}
    found = nearest(word, last)
    if found is not None:
        return last[found]
    return nearest(asked, names)


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def script_line() -> tuple[str, bool]:
    """`script.py, line 12: ` of whoever asks, and whether it is a `from ... import`."""
    frame = sys._getframe(2)
    while frame is not None:
        code = frame.f_code
        if not code.co_filename.startswith((_OWN, "<frozen importlib")):
            # Python asks once before, as hasattr does, and then looks for a module of the name.
            imports = code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"]
            return f"{os.path.basename(code.co_filename)}, line {frame.f_lineno}: ", imports
        frame = frame.f_back
    return "", False
