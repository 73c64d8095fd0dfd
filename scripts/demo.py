"""The demo: write the digits, train on the folder, ask the trained model about new pictures.

Each command is printed as it is run, so that it can be run again by hand.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SACCADE = Path(sys.executable).parent / "saccade"
PICTURES = {".png", ".svg", ".html", ".pdf"}


def run(*command: str | Path) -> None:
    """Print the command as one would type it in the repository's root, then run it there."""
    words = [shorten(word) for word in command]
    print(f"\n$ {shlex.join(words)}", flush=True)
    done = subprocess.run(words, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def shorten(word: str | Path) -> str:
    path = Path(word)
    return str(path.relative_to(ROOT)) if path.is_absolute() and ROOT in path.parents else str(word)


def main() -> None:
    run(SACCADE.with_name("python"), "scripts/write_digits.py", "digits")
    # --overwrite: a second demo replaces the first
    run(SACCADE, "train", "digits/photos", "-o", "runs/digits", "--overwrite")
    new = [sorted((ROOT / "digits" / "new" / str(digit)).iterdir())[0] for digit in range(10)]
    run(SACCADE, "predict", "runs/digits", *new)
    print("\nWhere to look:")
    for path in sorted((ROOT / "runs" / "digits").rglob("*")):
        if path.suffix in PICTURES:
            print(f"  {path.relative_to(ROOT)}")
    print("\nYour own photos: a folder for each kind, then `saccade train FOLDER -o RUN`.")


if __name__ == "__main__":
    main()
