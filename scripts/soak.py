"""Draws hostile input for an hour: model files, images, command lines, arguments, JSON.

    python scripts/soak.py                 sixty minutes
    python scripts/soak.py --minutes 10

Each round runs the properties of tests/properties in a process of its own, with new draws and
bounded memory; a round that hangs is ended and counts as a failure. What fails is printed with the
seed of its draw (`chance=Chance(...)`), which becomes a test in tests/files or beside the code at
fault. The exit code is 1 where anything failed.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_ADDRESSES_BYTES = 24 << 30  # torch alone takes some; a bomb takes hundreds
ROUND_S, EXAMPLES = 900, 150


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="of a property, a round")
    words = parser.parse_args()
    files = sorted((ROOT / "tests" / "properties").glob("test_*.py"))
    until, examples, failed, rounds = time.monotonic() + 60 * words.minutes, 0, 0, 0
    while time.monotonic() < until:
        file = files[rounds % len(files)]
        rounds += 1
        seed = random.SystemRandom().randrange(1 << 30)
        left_s = until - time.monotonic()
        drawn, text = run(file, seed, words.examples, min(ROUND_S, left_s + 60))
        examples += drawn
        if text:
            failed += 1
            print(f"--- {file.name}, --hypothesis-seed={seed}\n{text}", flush=True)
    print(f"{rounds} rounds, about {examples:,} examples, {failed} rounds with failures")
    return min(failed, 1)


def run(file: Path, seed: int, examples: int, most_s: float) -> tuple[int, str]:
    """How many examples were drawn, and what failed; empty where nothing did."""
    command = [sys.executable, "-m", "pytest", "--run-slow", "-q", "--show-capture=no"]
    command += ["--tb=short", "-p", "no:cacheprovider", f"--hypothesis-seed={seed}", str(file)]
    environment = {**os.environ, "SACCADE_EXAMPLES": str(examples)}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, timeout=most_s, capture_output=True, text=True,
            errors="replace", preexec_fn=bound_memory,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 0, f"not done after {most_s:.0f} s"
    passed = done.stdout.count(".") if done.returncode == 0 else 0
    dots = re.findall(r"^[.F]+", done.stdout, re.MULTILINE)
    tests = sum(map(len, dots)) or passed
    failed = done.returncode not in (0, 5)
    return tests * examples, (done.stdout[-6000:] + done.stderr[-2000:]) if failed else ""


def bound_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES_BYTES, MOST_ADDRESSES_BYTES))


if __name__ == "__main__":
    raise SystemExit(main())
