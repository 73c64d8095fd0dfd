"""Old metric names: `metrics=["accuracy"]` in a script that reads "acc" out of a dict of its own.

Until Keras 2.2 the accuracy was called "acc" in the logs, however `compile` had named it. The logs
and `history.history` answer to that name, too (`old_log_names.py`). A dict that a callback
fills by itself, or a data frame made of the history, has the keys alone; so they must be the old
ones.
"""

from __future__ import annotations

import ast
import functools
import linecache
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

from saccade.notes import note_old_word
from saccade.script_door import is_script_door_open

_ANSWERING = ("history", "logs")
"""What dicts that know the old names are called: `h.history["acc"]`, `logs["acc"]`."""


def named_as_read(metrics: Any, frame: FrameType) -> Any:
    """Metrics whose word "accuracy" is "acc" where the script reads that of what knows it not.

    Args:
        metrics: what `compile` was given: a word, a list, a dict of these.
        frame: the code that calls.
    """
    if not is_script_door_open() or not _says_accuracy(metrics) or not _reads_old_names(frame):
        return metrics
    note_old_word(
        'metrics=["accuracy"] is called "acc" in the logs, as until Keras 2.2, for the script '
        "reads it so."
    )
    return _renamed(metrics)


def _says_accuracy(metrics: Any) -> bool:
    if isinstance(metrics, dict):
        metrics = list(metrics.values())
    if isinstance(metrics, (list, tuple)):
        return any(_says_accuracy(one) for one in metrics)
    return isinstance(metrics, str) and metrics == "accuracy"


def _renamed(metrics: Any) -> Any:
    if isinstance(metrics, dict):
        return {name: _renamed(one) for name, one in metrics.items()}
    if isinstance(metrics, (list, tuple)):
        return [_renamed(one) for one in metrics]
    return "acc" if isinstance(metrics, str) and metrics == "accuracy" else metrics


def _reads_old_names(frame: FrameType) -> bool:
    """Whether the code that calls, or the script itself, does so, and knows no name of today."""
    main = vars(sys.modules["__main__"])
    files = {frame.f_code.co_filename: frame.f_globals, str(main.get("__file__")): main}
    texts = ["".join(linecache.getlines(file, scope)) for file, scope in files.items()]
    if not any("acc" in text for text in texts):
        return False
    seen = [_names_read(text) for text in texts]
    return any(old for old, _ in seen) and not any(today for _, today in seen)


@functools.lru_cache(maxsize=8)
def _names_read(text: str) -> tuple[bool, bool]:
    """Whether a text reads "acc" or "val_acc" of a dict that does not answer to it by itself; and
    whether it has "val_accuracy", or reads "accuracy" of anything."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):  # a notebook's cell with commands of its own
        return False, False
    nodes = list(ast.walk(tree))
    old = any(
        _is_name(word, "acc") and not _answers(base)
        for node in nodes
        for base, word in _readings(node)
    )
    today = any(_is_name(word, "accuracy") for node in nodes for _, word in _readings(node)) or any(
        isinstance(node, ast.Constant) and node.value == "val_accuracy" for node in nodes
    )
    return old, today


def _readings(node: ast.AST) -> Iterator[tuple[ast.expr, Any]]:
    """What is read by a word, and the word: `h["acc"]`, `h[["acc", "val_acc"]]`, `h.get("acc")`."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        places = node.slice.elts if isinstance(node.slice, (ast.List, ast.Tuple)) else [node.slice]
        for place in places:
            if isinstance(place, ast.Constant):
                yield node.value, place.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        first = node.args[0] if node.args else None
        if node.func.attr == "get" and isinstance(first, ast.Constant):
            yield node.func.value, first.value


def _is_name(word: Any, ending: str) -> bool:
    return isinstance(word, str) and (word == ending or word.endswith(f"_{ending}"))


def _answers(base: ast.expr) -> bool:
    name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
    return name in _ANSWERING
