"""`python -m saccade FILE ...` runs a script; `python -m saccade WORD ...` is the command line."""

from __future__ import annotations

import os
import sys

from saccade.utf8_mode import ensure_utf8

USAGE = """\
usage: python -m saccade [--explain] [--precision WORD] SCRIPT.py [ARGUMENTS ...]
       python -m saccade [--explain] [--precision WORD] -m MODULE | -c CODE [ARGUMENTS ...]
       python -m saccade --check SCRIPT.py
       python -m saccade COMMAND ...      (train, predict, evaluate, ...; --help tells more)
WORD: float32 (as without it), bfloat16, float16 (on a GPU), auto"""

PRECISIONS = ("float32", "bfloat16", "float16", "auto")


def main() -> None:
    ensure_utf8()
    words = sys.argv[1:]
    if words and words[0] == "--check":
        from saccade.keras_alias.check import check_script

        raise SystemExit(check_script(_one(words[1:])))
    explained, precision, option = False, "", ""
    while words and words[0] in ("--explain", "--precision"):
        option, words = words[0], words[1:]
        if option == "--explain":
            explained = True
            continue
        precision, words = "".join(words[:1]), words[1:]
        if precision not in PRECISIONS:
            _stop(f"--precision needs one of {', '.join(PRECISIONS)}, got {precision!r}")
    run = _runner(words)
    if run is None:
        if option:
            _stop(f"{option} needs a script")
        from saccade.cli import main as command_line

        return command_line()
    if explained:
        from saccade.keras_alias.explain import explain

        explain()
    if precision:
        from saccade.keras_alias.precision import compute_in

        try:
            compute_in(precision)
        except ValueError as fault:
            _stop(str(fault))
    return run()


def _runner(words: list[str]):
    """What runs a script, module or text; None where the words are for the command line."""
    first = words[0] if words else ""
    if first in ("-m", "-c"):
        if len(words) < 2:
            _stop(f"argument expected for the {first} option")
        from saccade.keras_alias.runner import run_code, run_module

        if first == "-m":
            return lambda: run_module(words[1:])
        return lambda: run_code(words[1], words[2:])
    if first.endswith((".py", ".pyw")) or os.path.isfile(first) or _is_program(first):
        from saccade.keras_alias.runner import run_script

        return lambda: run_script(words)
    return None


def _is_program(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "__main__.py"))


def _one(words: list[str]) -> str:
    if len(words) != 1:
        _stop("--check needs one script")
    return words[0]


def _stop(said: str) -> None:
    print(f"saccade: {said}\n{USAGE}", file=sys.stderr)  # noqa: T201
    raise SystemExit(2)


if __name__ == "__main__":
    main()
