"""Missing: what is said about a name of TensorFlow's that is not there."""

from __future__ import annotations

import difflib
import os
import sys
from typing import NoReturn

from saccade.names import NameNotHere, NameNotImportable, nearest

_OWN = os.path.dirname(__file__)


def refuse(module: str, name: str) -> NoReturn:
    """Raise for `tensorflow.<module>.<name>`, with the script's line and the nearest name.

    Args:
        module: the name with dots below tensorflow; "" for tensorflow itself.

    Raises:
        NameNotHere: an AttributeError. NameNotImportable: the same under `from ... import`.
    """
    from saccade.keras_alias.tensorflow.table import REFUSED, supported_names

    asked = f"{module}.{name}".lstrip(".")
    if name.startswith("__"):  # Python looking around
        raise AttributeError(f"module 'tensorflow.{module}'".replace(".'", "'") + f" has no {name}")
    guess = nearest_name(asked, supported_names())
    do = REFUSED.get(asked) or (f"The nearest name that is: tf.{guess}." if guess else "")
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
    frame, imported = sys._getframe(2), False
    while frame is not None:
        path = frame.f_code.co_filename
        if "importlib" in path:
            imported = imported or frame.f_code.co_name == "_handle_fromlist"
        elif not path.startswith(_OWN):
            return f"{os.path.basename(path)}, line {frame.f_lineno}: ", imported
        frame = frame.f_back
    return "", imported
