"""Images per second that come out of a folder: saccade, Keras on TensorFlow, torchvision.

Each peer makes its object anew in every round and takes batches of 32, twice: the first epoch
decodes every file, the later one may find them kept. Nothing is trained.

    python benchmarks/data/data.py               # about a quarter of an hour on a quiet machine
    python benchmarks/data/data.py --quick       # seconds: only to see that it runs
    python benchmarks/data/data.py --many 100000 # only the folder of very many files
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))  # rounds.py lies there

from rounds import Peer, machine, middle, spread, use_two_processors, versions

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BENCH = ROOT / ".bench"
PINS = HERE.parent / "peers" / "constraints.txt"
FRUITS = ROOT.parent / "shared" / "data" / "fruits" / "train"
WORKER = str(HERE / "data_worker.py")
MANY_WORKER = str(HERE / "many_files_worker.py")
TENSORFLOW = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
PEERS: dict[str, tuple[str, str, dict[str, str]]] = {
    "saccade ImageDataGenerator": (sys.executable, "saccade_generator", {}),
    "saccade image_dataset_from_directory": (sys.executable, "saccade_dataset", {}),
    "Keras ImageDataGenerator": (
        str(BENCH / "tensorflow" / "bin" / "python"),
        "keras_generator",
        TENSORFLOW,
    ),
    "Keras image_dataset_from_directory": (
        str(BENCH / "tensorflow" / "bin" / "python"),
        "keras_dataset",
        TENSORFLOW,
    ),
    "torchvision ImageFolder, 2 workers": (
        str(BENCH / "torchvision" / "bin" / "python"),
        "torchvision",
        {},
    ),
}
SIZE = (150, 150)
CASES: dict[str, dict[str, Any]] = {
    "fruits nearest": {"data": "fruits", "filter": "nearest", "augment": False},
    "fruits bilinear": {"data": "fruits", "filter": "bilinear", "augment": False},
    "fruits augmented": {"data": "fruits", "filter": "nearest", "augment": True},
    "photos nearest": {"data": "photos", "filter": "nearest", "augment": False},
    "photos bilinear": {"data": "photos", "filter": "bilinear", "augment": False},
    "photos augmented": {"data": "photos", "filter": "nearest", "augment": True},
}


def make_folders(top: Path, images: int) -> dict[str, str]:
    """`images` of the fruits, evenly taken, as they are and as JPEGs of 640 x 480 pixels."""
    from PIL import Image

    files = sorted(path for path in FRUITS.glob("*/*") if path.is_file())
    step = max(1, len(files) // images)
    for file in files[::step][:images]:
        for data in ("fruits", "photos"):
            (top / data / file.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(file, top / "fruits" / file.parent.name / file.name)
        with Image.open(file) as image:
            large = image.convert("RGB").resize((640, 480), Image.Resampling.BICUBIC)
        large.save(top / "photos" / file.parent.name / f"{file.stem}.jpg", quality=90)
    return {data: str(top / data) for data in ("fruits", "photos")}


def start_peers(wanted: list[str]) -> list[Peer]:
    """Those whose environment is there; a missing one is named and left out."""
    peers = []
    for name in wanted:
        python, kind, environment = PEERS[name]
        if Path(python).exists():
            peers.append(Peer(name, [python, WORKER, kind], environment))
        else:
            print(f"{name}: left out, its environment is missing; run `make bench-setup`")
    return peers


def measure(
    peers: list[Peer], cases: dict[str, dict[str, Any]], folders: dict[str, str], rounds: int
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """rates[case][peer] = {"first": [...], "later": [...], "cpu_ms": [...]}, one figure a round."""
    rates: dict[str, dict[str, dict[str, list[float]]]] = {}
    for case, plan in cases.items():
        of_case = rates.setdefault(case, {})
        for turn in range(rounds + 1):
            for peer in peers:
                if plan["augment"] and "Generator" not in peer.name:
                    continue  # the others leave augmentation to the model or to the user
                found = peer.ask(
                    folder=folders[plan["data"]],
                    size=SIZE,
                    filter=plan["filter"],
                    augment=plan["augment"],
                    warm_up=turn == 0,
                )
                if found is None or "missing" in found:
                    if found and case == next(iter(cases)) and turn == 0:
                        print(f"{peer.name}: left out, {found['missing']}")
                    continue
                if turn:
                    row = of_case.setdefault(peer.name, {"first": [], "later": [], "cpu_ms": []})
                    row["first"].append(found["rates"][0])
                    row["later"].append(found["rates"][1])
                    row["cpu_ms"].append(found["cpu_ms"][0])  # of the first epoch
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return rates


def print_rates(rates: dict[str, dict[str, dict[str, list[float]]]]) -> None:
    for case, rows in rates.items():
        width = max(len(name) for name in rows) + 2
        print(f"\n{case:{width}}{'first epoch':>24}{'later epoch':>24}{'CPU ms, first':>16}")
        base = rows.get("saccade ImageDataGenerator")
        for name, row in rows.items():
            cells = ""
            for epoch in ("first", "later"):
                ratio = f"{middle(base[epoch]) / middle(row[epoch]):6.2f} x" if base else ""
                cells += f"{middle(row[epoch]):>9.0f} ±{spread(row[epoch]):4.0%} {ratio:>9}"
            print(f"{name:{width}}{cells}{middle(row['cpu_ms']):16.2f}")


def measure_many(files: int) -> dict[str, Any]:
    """A folder of very many little files: what finding, keeping and reading them costs."""
    found: dict[str, Any] = {"files": files}
    with tempfile.TemporaryDirectory() as top:
        make_many(Path(top), files)
        plans = {
            "saccade": (sys.executable, "saccade", {}),
            "Keras on TensorFlow": (PEERS["Keras ImageDataGenerator"][0], "keras", TENSORFLOW),
        }
        for name, (python, kind, environment) in plans.items():
            if not Path(python).exists():
                print(f"{name}: left out, its environment is missing; run `make bench-setup`")
                continue
            done = subprocess.run(
                [python, MANY_WORKER, kind, top],
                env=os.environ | environment,
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            found[name] = json.loads(done.stdout.splitlines()[-1])
    print(f"\n{files:,} files of 8 x 8 pixels in 100 classes:")
    for name in ("saccade", "Keras on TensorFlow"):
        for what, value in found.get(name, {}).items():
            print(f"  {name}: {what.replace('_', ' ')} {value:,.4g}")
    return found


def make_many(top: Path, files: int) -> None:
    """One picture a class, and as many further names for it as are wanted."""
    from PIL import Image

    classes = min(100, files)
    for number in range(classes):
        folder = top / f"class_{number:03d}"
        folder.mkdir()
        Image.new("RGB", (8, 8), (number, 2 * number, 90)).save(folder / "000000.png")
        for k in range(1, files // classes):
            os.link(folder / "000000.png", folder / f"{k:06d}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, default=416, help="in each of the two folders")
    parser.add_argument("--cases", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--many", type=int, help="only the folder of so many files")
    parser.add_argument("--quick", action="store_true", help="tiny: only to see that it runs")
    parser.add_argument("--out", type=Path, default=HERE.parent / "results" / "data.json")
    options = parser.parse_args()
    rounds, images, many = options.rounds, options.images, options.many or 100_000
    if options.quick:
        rounds, images, many = 1, 64, min(many, 2_000)
    use_two_processors()
    facts = machine()
    rates: dict[str, Any] = {}
    if options.many is None:
        if not FRUITS.is_dir():
            sys.exit(f"{FRUITS} is missing: the pictures of this benchmark")
        with tempfile.TemporaryDirectory() as top:
            folders = make_folders(Path(top), images)
            peers = start_peers(options.peers)
            cases = {name: CASES[name] for name in options.cases}
            rates = measure(peers, cases, folders, rounds)
            for peer in peers:
                peer.end()
        print(f"{rounds} rounds in turn, images per second, median ± half the range; x: ", end="")
        print("saccade's generator over the peer")
        print_rates(rates)
    found = {
        "what": "images per second from a folder of JPEGs to batches of 32 of 150 x 150 pixels",
        **facts,
        "versions": versions("saccade", "torch", "numpy", "pillow", "opencv-python-headless"),
        "peers": PINS.read_text(encoding="utf-8").split("\n")[1:-1],
        "images": images,
        "rounds": rounds,
        "rates": rates,
        "many": measure_many(many),
    }
    if not options.quick:
        options.out.parent.mkdir(exist_ok=True)
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(f"Wrote {options.out}")


if __name__ == "__main__":
    main()
