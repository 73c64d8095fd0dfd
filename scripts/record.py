"""Record a real terminal run as an SVG: runs the command in tmux and draws its last screen.

    python scripts/record.py docs/pictures/demo.svg 100 46 "saccade train digits/photos"

Needs tmux, which only whoever renews the pictures of the documents has to have.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import time

from rich.console import Console
from rich.text import Text


def record(command: str, columns: int, rows: int) -> str:
    """The screen, colours included, when the command has ended."""
    session = "saccade-record"
    script = f"clear; {command}; tmux wait-for -S {session}; sleep 60"
    size = ["-x", str(columns), "-y", str(rows)]
    subprocess.run(
        ["tmux", "new-session", "-d", "-s", session, *size, f"bash -c {shlex.quote(script)}"],
        check=True,
    )
    try:
        subprocess.run(["tmux", "wait-for", session], check=True, timeout=600)
        time.sleep(0.5)  # the last line is drawn after the command has written it
        shown = subprocess.run(
            ["tmux", "capture-pane", "-t", session, "-e", "-p"],
            check=True,
            capture_output=True,
            text=True,
        )
    finally:
        subprocess.run(["tmux", "kill-session", "-t", session], check=False)
    return shown.stdout.rstrip() + "\n"


def main() -> None:
    path, columns, rows, command = sys.argv[1:]
    screen = record(command, int(columns), int(rows))
    with open("/dev/null", "w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=int(columns), file=nowhere, force_terminal=True)
        console.print(Text("$ ", style="bold green") + Text(command, style="bold"))
        console.print(Text.from_ansi(screen))
    drawing = console.export_svg(title="saccade")
    # A picture that fetches its font from elsewhere would look different offline.
    drawing = re.sub(r"@font-face \{.*?\}", "", drawing, flags=re.DOTALL)
    with open(path, "w", encoding="utf-8") as file:
        file.write(drawing.replace("Fira Code", "DejaVu Sans Mono"))
    print(path)


if __name__ == "__main__":
    main()
