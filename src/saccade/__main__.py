"""`python -m saccade FILE ...` runs a script; `python -m saccade WORD ...` is the command line."""

from __future__ import annotations

import sys


def main() -> None:
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    if first.endswith(".py"):
        from saccade.keras_alias.runner import run_script

        run_script(sys.argv[1:])
    else:
        from saccade.cli import main as command_line

        command_line()


if __name__ == "__main__":
    main()
