"""Runs a script as `python script.py` would, with Keras's names meaning saccade."""

from __future__ import annotations

import os
import runpy
import sys

from saccade.keras_alias.finder import install


def run_script(arguments: list[str]) -> None:
    """Run `arguments[0]` as `__main__` with `sys.argv` set to all of them.

    The script's folder comes first on `sys.path`, as Python does it. Exit codes and exceptions
    are the script's own; a missing file ends with code 2 as Python's own message does.
    """
    script = arguments[0]
    if not os.path.exists(script):
        print(  # noqa: T201
            f"saccade: can't open file {os.path.abspath(script)!r}: no such file", file=sys.stderr
        )
        raise SystemExit(2)
    install()
    sys.argv = list(arguments)
    # `python -m saccade` put the working directory first; `python script.py` the script's own.
    sys.path[0] = os.path.dirname(os.path.abspath(script))
    sys.excepthook = _script_only
    runpy.run_path(script, run_name="__main__")


def _script_only(kind: type[BaseException], error: BaseException, trace: object) -> None:
    """Print the traceback from the script's first line on, without the runner's own frames."""
    import traceback
    from types import TracebackType

    own = os.path.dirname(__file__)
    while isinstance(trace, TracebackType):
        path = trace.tb_frame.f_code.co_filename
        if not (path.startswith((own, "<frozen")) or path.endswith(("__main__.py", "runpy.py"))):
            break
        trace = trace.tb_next
    start = trace if isinstance(trace, TracebackType) else None
    traceback.print_exception(kind, error, start)
