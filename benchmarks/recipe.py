"""The recipe of `saccade train --arch resnet50`, tried on an honest validation.

    python benchmarks/recipe.py FOLDER WEIGHTS [--split block|random] [-- OPTIONS ...]

Photos of one shelf follow each other in a series ("Golden-Delicious_001.jpg", ...), and a random
split puts neighbours on both sides, which is too easy. `block` holds out the last quarter of every
series instead. OPTIONS go to `saccade train`; the numbers of the run are printed in a line.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHARE = 0.25
MAIN = "from saccade.cli import main; main()"


def held_out(names: list[str], split: str, draw: random.Random) -> set[str]:
    """The names to validate on."""
    if split == "random":
        return set(draw.sample(names, round(len(names) * SHARE)))
    series: dict[str, list[str]] = {}
    for name in sorted(names):
        series.setdefault(name.rsplit("_", 1)[0], []).append(name)
    return {name for each in series.values() for name in each[round(len(each) * (1 - SHARE)) :]}


def divide(folder: Path, split: str, target: Path) -> None:
    """train/ and val/ in `target`, of links to the photos of `folder`."""
    draw = random.Random(0)
    for photos in sorted(path for path in folder.iterdir() if path.is_dir()):
        names = sorted(os.listdir(photos))
        held = held_out(names, split, draw)
        for name in names:
            place = target / ("val" if name in held else "train") / photos.name / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to((photos / name).resolve())


def main() -> None:
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--split", choices=("block", "random"), default="block")
    asked = parser.parse_args(words[:cut])
    options = words[cut + 1 :]
    with tempfile.TemporaryDirectory() as folder:
        divide(asked.folder, asked.split, Path(folder) / "photos")
        run = Path(folder) / "run"
        command = [
            *(sys.executable, "-c", MAIN, "train", f"{folder}/photos", "-o", str(run)),
            *("--weights", str(asked.weights), "--test", "0", *options),
        ]
        begun_s = time.monotonic()
        subprocess.run(command, check=True)
        spent_s = time.monotonic() - begun_s
        metrics = json.loads((run / "metrics.json").read_text())
    told = {
        "split": asked.split,
        "options": " ".join(options),
        "accuracy": metrics["validation.accuracy"],
        "phases": metrics["phases"],
        "precision": metrics["precision"],
        "seconds": round(spent_s),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
