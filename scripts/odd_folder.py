"""The two commands of the README, in a clone that lies where a newcomer may well put it.

    .venv/bin/python scripts/odd_folder.py [make target ...]

The path of the clone has a space, an umlaut and the package's own name in it. What is committed is
cloned; `shared`, which is not, is linked beside it where this checkout has one.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ("demo", "test")
# What this checkout's make and environment say does not hold for the clone's.
OURS = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHONPATH", "VIRTUAL_ENV")


def run(words: list[str | Path], folder: Path) -> None:
    """Print a command, run it in the folder, and end with it if it fails."""
    print(f"\n$ {shlex.join(map(str, words))}", flush=True)
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    done = subprocess.run(words, cwd=folder, env=environment, check=False)
    if done.returncode:
        sys.exit(f"{folder}: {shlex.join(map(str, words))} failed, see above")


def tell_uncommitted() -> None:
    """Say so where the clone is not what lies in this folder."""
    words = ["git", "status", "--porcelain"]
    changed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    if changed:
        print(f"{len(changed.splitlines())} changes are not committed and not in the clone.")


def main(commands: list[str]) -> None:
    tell_uncommitted()
    with tempfile.TemporaryDirectory(prefix="Ordner mit Ümlaut ") as top:
        clone = Path(top) / "saccade"
        run(["git", "clone", "--quiet", ROOT, clone], Path(top))
        if (ROOT.parent / "shared").is_dir():
            (clone.parent / "shared").symlink_to(ROOT.parent / "shared")
        for command in commands:
            run(["make", f"PYTHON={sys._base_executable}", command], clone)


if __name__ == "__main__":
    main(sys.argv[1:] or list(COMMANDS))
