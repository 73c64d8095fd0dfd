"""The recipe of `saccade train --arch resnet50`, tried on an honest validation.

    python benchmarks/transfer/recipe.py FOLDER WEIGHTS [--split shelf|random] [-- OPTIONS ...]

A random split puts photos of one shelf on both sides, which is too easy. `shelf` puts photos that
look alike into groups and holds out whole groups. OPTIONS go to `saccade train`; the numbers of the
run are printed in a line.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from sklearn.cluster import AgglomerativeClustering

from saccade.applications.resnet import ResNet50, preprocess_input
from saccade.preprocessing.image import ImageDataGenerator

SHARE = 0.25
SIDE_PX = 160
GROUP = 8  # photos, about
MAIN = "from saccade.cli import main; main()"


def features_of(folder: Path, weights: Path) -> dict[str, np.ndarray]:
    """What ResNet50 sees in each photo, by its name, "Apple/Royal-Gala_001.jpg"."""
    network = ResNet50(
        weights=weights, include_top=False, pooling="avg", input_shape=(SIDE_PX, SIDE_PX, 3)
    )
    network.trainable = False
    photos = ImageDataGenerator(preprocessing_function=preprocess_input).flow_from_directory(
        folder, target_size=(SIDE_PX, SIDE_PX), shuffle=False
    )
    return dict(zip(photos.filenames, network.predict(photos, verbose=0), strict=True))


def look_alikes(features: np.ndarray) -> np.ndarray:
    """The number of each photo's group."""
    count = max(2, round(len(features) / GROUP))
    return AgglomerativeClustering(count, metric="cosine", linkage="complete").fit_predict(features)


def held_out(names: list[str], groups: np.ndarray, draw: np.random.Generator) -> set[str]:
    """The names of whole groups, drawn until they make a quarter."""
    held: list[int] = []
    for group in draw.permutation(np.unique(groups)):
        rows = np.flatnonzero(groups == group)
        if len(held) + len(rows) <= 1.35 * SHARE * len(names):
            held.extend(rows)
        if len(held) >= 0.8 * SHARE * len(names):
            break
    return {names[row] for row in held}


def divide(folder: Path, weights: Path, split: str, target: Path) -> None:
    """train/ and val/ in `target`, of links to the photos of `folder`."""
    draw = np.random.default_rng(0)
    names = sorted(f"{photo.parent.name}/{photo.name}" for photo in folder.glob("*/*"))
    features = features_of(folder, weights) if split == "shelf" else {}
    series: dict[str, list[str]] = {}  # "Apple/Royal-Gala": a kind of apple is no shelf
    for name in names:
        series.setdefault(name.rsplit("_", 1)[0], []).append(name)
    held: set[str] = set()
    for _, each in sorted(series.items()):
        groups = np.arange(len(each))  # every photo its own
        if features:
            groups = look_alikes(np.stack([features[name] for name in each]))
        held |= held_out(each, groups, draw)
    for name in names:
        place = target / ("val" if name in held else "train") / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to((folder / name).resolve())


def main() -> None:
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--split", choices=("shelf", "random"), default="shelf")
    asked = parser.parse_args(words[:cut])
    options = words[cut + 1 :]
    with tempfile.TemporaryDirectory() as folder:
        divide(asked.folder, asked.weights, asked.split, Path(folder) / "photos")
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
