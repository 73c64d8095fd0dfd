"""Clean traceback: an error of a script, shown from the script's first line on."""

from __future__ import annotations

import ast
import importlib
import os
import runpy
import traceback
from types import ModuleType, TracebackType

from saccade.disk.regular_file import read_regular
from saccade.errors import SaccadeError
from saccade.keras_alias.aliases import exists, real_name
from saccade.keras_alias.left_names import refusal_of
from saccade.keras_alias.script_text.packages import star_imports
from saccade.names import nearest, public_names

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_RUNNERS = ("keras_alias" + os.sep, "tensorflow_alias" + os.sep, "__main__.py")
_OWN = (*(os.path.join(_PACKAGE, name) for name in _RUNNERS), runpy.__file__, "<frozen")


def show_script_only(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print an error as Python would if it had run the script itself; a `sys.excepthook`."""
    add_nearest(error)
    add_refusal(error)
    traceback.print_exception(kind, error, without_own_frames(trace))


def without_own_frames(trace: TracebackType | None) -> TracebackType | None:
    """The traceback without the runner's frames: those that run the script, and that import."""
    frames = []
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(_OWN):
            frames.append(trace)
        trace = trace.tb_next
    for one, following in zip(frames, [*frames[1:], None], strict=False):  # none where all are
        one.tb_next = following
    return frames[0] if frames else None


def add_nearest(error: BaseException) -> None:
    """For a name that a module of saccade has not, the nearest that it has.

    An error that says what to do is left as it is.
    """
    if isinstance(error, SaccadeError) and error.do:
        return
    if not isinstance(error, AttributeError) or not isinstance(error.obj, ModuleType):
        return
    module = error.obj
    if module.__name__.partition(".")[0] != "saccade" or not error.name:
        return
    if do := refusal_of(error.name, module):
        error.add_note(f"Keras's {error.name} is not in saccade. {do}")
    elif guess := nearest(error.name, public_names(module)):
        error.add_note(f"The nearest that saccade has is {guess!r}.")


def add_refusal(error: BaseException) -> None:
    """For a name that a star import would have given, were it not refused, the sentence of it."""
    trace = error.__traceback__
    if not isinstance(error, NameError) or not error.name or trace is None:
        return
    while trace.tb_next is not None:
        trace = trace.tb_next
    try:
        stars = star_imports(ast.parse(read_regular(trace.tb_frame.f_code.co_filename)))
    except (OSError, SyntaxError, ValueError):  # a notebook's cell, or gone
        return
    for star in stars:
        real = real_name(star)
        if real is not None and exists(real):
            do = refusal_of(error.name, importlib.import_module(real))
            if do:
                error.add_note(f"{star}.{error.name} is not in saccade. {do}")
