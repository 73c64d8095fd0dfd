"""Requester: whether the code that asks for a module is the script's, or an installed package's."""

from __future__ import annotations

import functools
import os
import site
import sys
import sysconfig
from collections.abc import Mapping
from types import FrameType
from typing import Any


def is_package(file: str | None) -> bool:
    """Whether a file of code belongs to Python or to an installed package.

    Code without a file (a notebook's, `-c`) is the user's own.
    """
    if not file or file.startswith("<"):
        return False
    return os.path.abspath(file).startswith(_installed())


def asks_from_package(scope: Mapping[str, Any] | None) -> bool:
    """The same for the global names of the code that asks."""
    return is_package((scope or {}).get("__file__"))


def asks_script(frame: FrameType) -> bool:
    """Whether a frame runs code of the script's: no package's, not ours, and none that uses torch.

    Code that has a `torch` among its names expects torch's ways. Asked for with every tensor that
    is looked at, so the answer for a file is kept.
    """
    file = frame.f_code.co_filename
    known = known_files.get(file)
    if known is None:
        scope = frame.f_globals
        known = "torch" not in scope and not is_package(file) and not _is_ours(file)
        if file.startswith("<"):  # code without a file: of the script's, or made by somebody
            return known and scope.get("__name__") == "__main__" and _KEY not in scope
        known_files[file] = known
    return known


def expects_torch(frame: FrameType) -> None:
    """Take note that a frame's code imports torch, by whatever name: it expects torch's ways."""
    file = frame.f_code.co_filename
    if file.startswith("<"):
        frame.f_globals[_KEY] = True  # a notebook's cells have one scope, and many files
    else:
        known_files[file] = False


_KEY = "__saccade_expects_torch__"
known_files: dict[str, bool] = {}
"""Whether each file is the script's, as far as it was asked."""
_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep


def _is_ours(file: str) -> bool:
    return os.path.abspath(file).startswith(_OURS)


def no_module(name: str) -> ModuleNotFoundError:
    """What Python itself says of a module that is not installed."""
    return ModuleNotFoundError(f"No module named {name!r}", name=name)


def frame_outside(depth: int) -> FrameType | None:
    """The frame that asked the import system, counted from the caller's `depth`-th caller on."""
    frame: FrameType | None = sys._getframe(depth + 1)
    while frame is not None and _is_import_system(frame):
        frame = frame.f_back
    return frame


def place_of(frame: FrameType | None) -> str:
    """`script.py, line 3`, for messages; in a notebook `Cell In[2], line 3`."""
    if frame is None:
        return "the script"
    return f"{_cell_of(frame) or os.path.basename(frame.f_code.co_filename)}, line {frame.f_lineno}"


def _cell_of(frame: FrameType) -> str:
    """A notebook's cell as IPython calls it: its file has a number that nobody knows."""
    shell = frame.f_globals.get("get_ipython", lambda: None)()
    words = shell and shell.compile.format_code_name(frame.f_code.co_filename)
    return " ".join(words or ())


def _is_import_system(frame: FrameType) -> bool:
    name = frame.f_globals.get("__name__", "")
    return name.split(".")[0] in ("importlib", "_frozen_importlib") or name in _OWN


_OWN = ("saccade.keras_alias.finder", "saccade.keras_alias.script_imports")


@functools.cache
def _installed() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    found = {paths[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib")}
    found |= {*site.getsitepackages(), site.getusersitepackages()}
    return tuple(os.path.abspath(path) + os.sep for path in found)
