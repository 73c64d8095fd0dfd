"""Runs a script as `python script.py` would, with Keras's names meaning saccade."""

from __future__ import annotations

import builtins
import os
import runpy
import sys
import types
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader

from saccade.keras_alias.clean_traceback import show_script_only
from saccade.keras_alias.installation import install


def run_script(arguments: Sequence[str]) -> None:
    """Run `arguments[0]` as `__main__`, with `sys.argv` set to all of them.

    The script's folder comes first on `sys.path`, as Python does it. Exit codes and exceptions
    are the script's own; a missing file ends with code 2 as Python's own message does.
    """
    script = arguments[0]
    _prepare(arguments)
    if os.path.isdir(script):  # with a __main__.py in it
        _first_on_path(script)
        runpy.run_path(script, run_name="__main__")
        return
    path = os.path.abspath(script)
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        said = f"can't open file {path!r}: [Errno {error.errno}] {error.strerror}"
        print(f"saccade: {said}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None
    _first_on_path(os.path.dirname(os.path.realpath(script)))
    main = _new_main()
    main.__file__, main.__loader__ = path, SourceFileLoader("__main__", path)
    exec(compile(source, path, "exec", dont_inherit=True), main.__dict__)


def run_module(arguments: Sequence[str]) -> None:
    """Run a module by its dotted name, as `python -m NAME` does."""
    _prepare(["-m", *arguments[1:]])  # the working directory is first on sys.path already
    _new_main()
    runpy._run_module_as_main(arguments[0])  # type: ignore[attr-defined]  # what `python -m` calls


def run_code(code: str, arguments: Sequence[str]) -> None:
    """Run a text of code, as `python -c CODE` does; `arguments` are what follows it."""
    _prepare(["-c", *arguments])
    _first_on_path("")
    exec(compile(code, "<string>", "exec", dont_inherit=True), _new_main().__dict__)


def _prepare(arguments: Sequence[str]) -> None:
    install()
    sys.argv = list(arguments)
    sys.excepthook = show_script_only


def _first_on_path(folder: str) -> None:
    """`python -m saccade` put the working directory first; the script's own belongs there."""
    if not sys.flags.safe_path:
        sys.path[0] = folder


def _new_main() -> types.ModuleType:
    """An empty `__main__`, for good: threads and pickles of the script look there."""
    main = types.ModuleType("__main__")
    main.__dict__.update(__builtins__=builtins, __annotations__={})
    sys.modules["__main__"] = main
    return main
