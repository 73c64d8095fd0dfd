"""Kill `saccade train` at random moments, let it go on, and compare with one that was not stopped.

    python scripts/soak_trainings.py 200 [--network resnet50] [--seed 7]

Both networks by turns where none is named. A LeNet kill takes about a second, one of ResNet50 five.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill trainings, and let them go on.")
    parser.add_argument("kills", type=int, nargs="?", default=200)
    parser.add_argument("--network", choices=["lenet", "resnet50"])
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    from recipe import killing  # pyright: ignore[reportMissingImports]

    names = [given.network] if given.network else ["lenet", "resnet50"]
    for name in names:
        kills = given.kills // len(names)
        begun_s = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            words, settings = killing.prepare(name, Path(folder))
            with killing.trainings(Path(folder), settings) as here:
                whole = killing.run_whole(here, words)
                killing.kill_often(here, words, kills, random.Random(given.seed), whole)
        spent_s = time.monotonic() - begun_s
        sys.stdout.write(f"{name}: killed {kills} times, the same end, {spent_s:.0f} s\n")


if __name__ == "__main__":
    main()
