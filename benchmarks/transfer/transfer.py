"""A frozen ResNet50 and a new head: saccade, Keras on TensorFlow, torchvision and fastai.

The peers take turns: in each round every one does the same work, so that each ratio is given as
often as there are rounds. What was measured is kept in results/transfer.json at once and not
measured again: the program may be stopped, and goes on where it was.

    python benchmarks/transfer/transfer.py              # all parts, on a quiet machine
    python benchmarks/transfer/transfer.py --only forward memory # some of them
    python benchmarks/transfer/transfer.py --only recipe --rounds 3 # a third seed
    python benchmarks/transfer/transfer.py --fresh      # forget what was measured before
    python benchmarks/transfer/transfer.py --quick      # minutes: only to see that it runs
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

sys.path.append(str(Path(__file__).resolve().parents[1]))  # rounds.py lies there

from rounds import Peer, machine, use_two_processors, versions
from saccade.numerics.machine.native_precision import has_native_bfloat16
from transfer_report import print_report
from transfer_weights import write_for_torch, write_without_top

CPU = torch.device("cpu")
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BENCH = ROOT / ".bench"
SHARED = ROOT.parent / "shared"
WEIGHTS = SHARED / "weights" / "resnet50_weights_tf_dim_ordering_tf_kernels.h5"
FRUITS = SHARED / "data" / "fruits"
KERAS, TORCH, FASTAI = (str(HERE / f"transfer_{name}.py") for name in ("keras", "torch", "fastai"))
TENSORFLOW = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
# By name: the environment's Python, the arguments, the environment, the precision.
PEERS: dict[str, tuple[Path, list[str], dict[str, str], str]] = {
    "saccade": (Path(sys.executable), ["-m", "saccade", KERAS], {}, "float32"),
    "keras": (BENCH / "tensorflow/bin/python", [KERAS], TENSORFLOW, "float32"),
    "torchvision": (BENCH / "torchvision/bin/python", [TORCH], {}, "float32"),
    "torchvision last": (BENCH / "torchvision/bin/python", [TORCH, "last"], {}, "float32"),
    "fastai": (BENCH / "fastai/bin/python", [FASTAI], {}, "float32"),
    "fastai last": (BENCH / "fastai/bin/python", [FASTAI, "last"], {}, "float32"),
    "saccade bf16": (Path(sys.executable), ["-m", "saccade", KERAS], {}, "mixed_bfloat16"),
    "keras bf16": (BENCH / "tensorflow/bin/python", [KERAS], TENSORFLOW, "mixed_bfloat16"),
    "torchvision bf16": (
        BENCH / "torchvision/bin/python",
        [TORCH, "last", "bfloat16"],
        {},
        "bfloat16",
    ),
}
QUICK = ("saccade", "keras", "torchvision last", "fastai last")
PARTS = ("forward", "training", "recipe", "memory")
# Epochs of the recipe. A peer's epochs are alike: slow ones do fewer, the others are reckoned.
EPOCHS = {"saccade": 5, "saccade bf16": 5, "keras": 5, "torchvision": 2, "fastai": 2}


class Measured:
    """What was measured, in a file: a list of rows, each found by its part, peer and round."""

    def __init__(self, path: Path, fresh: bool):
        self.path = path
        self.rows: list[dict[str, Any]] = []
        if path.exists() and not fresh:
            self.rows = json.loads(path.read_text(encoding="utf-8"))["measured"]

    def has(self, part: str, peer: str, turn: int) -> bool:
        return any((r["part"], r["peer"], r["round"]) == (part, peer, turn) for r in self.rows)

    def keep(self, part: str, peer: str, turn: int, found: dict[str, Any]) -> None:
        facts = machine()
        beside = {key: facts[key] for key in ("date", "load_before")}
        self.rows.append({"part": part, "peer": peer, "round": turn} | beside | found)
        whole = {
            "what": "ResNet50 at 150x150: a frozen recipe, forward, full training, memory",
            **{key: value for key, value in facts.items() if key not in beside},
            "native_bf16": has_native_bfloat16(CPU),
            "versions": versions("saccade", "torch", "numpy", "pillow", "opencv-python-headless"),
            "peers": read_pins(),
            "measured": self.rows,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


def read_pins() -> list[str]:
    """The peers' versions, as `make bench-setup` installs them."""
    files = [HERE.parent / "peers" / name for name in ("constraints.txt", "fastai.txt")]
    rows = [row for file in files for row in file.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if "==" in row]


def start(name: str) -> Peer:
    python, arguments, environment, _ = PEERS[name]
    return Peer(name, [str(python), *arguments], environment)


def measure_rates(
    part: str, peers: list[str], rounds: int, request: dict[str, Any], measured: Measured
) -> None:
    """Images per second. Peers stay in memory from round to round; the first call is a warm-up."""
    running: dict[str, Peer] = {}
    for turn, name in in_turn(peers, rounds):
        if measured.has(part, name, turn):
            continue
        if name not in running:
            running[name] = start(name)
        found = running[name].ask(part=part, precision=PEERS[name][3], **request)
        if found is not None:
            measured.keep(part, name, turn, found)
            print(f"{part}, round {turn}, {name}: {found['rate']:.1f} images/s", flush=True)
    for peer in running.values():
        peer.end()


def measure_recipe(
    peers: list[str], rounds: int, request: dict[str, Any], most_epochs: int, measured: Measured
) -> None:
    """Seconds. Each round is a fresh process, which finds nothing kept; the round is the seed."""
    for turn, name in in_turn(peers, rounds):
        if measured.has("recipe", name, turn):
            continue
        peer = start(name)
        asked = request | {
            "epochs": min(most_epochs, EPOCHS[name.removesuffix(" last")]),
            "seed": turn,
        }
        if turn > 1 and name.startswith(("torchvision", "fastai")):
            asked["test"] = None  # once is enough where only time is compared
        precision = PEERS[name][3]
        found = peer.ask(part="recipe", precision=precision, again="saccade" in name, **asked)
        peer.end()
        if found is not None:
            measured.keep("recipe", name, turn, found)
            print(f"recipe, round {turn}, {name}: {found['total_s']:.1f} s", flush=True)


def measure_memory(images: int, rounds: int, measured: Measured) -> None:
    for turn in range(1, rounds + 1):
        if measured.has("memory", "saccade", turn):
            continue
        done = subprocess.run(
            [sys.executable, str(HERE / "transfer_memory.py"), str(images)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        found = json.loads(done.stdout.splitlines()[-1])
        measured.keep("memory", "saccade", turn, found)
        print(f"memory, round {turn}: {found['grown_mib']:.0f} MiB", flush=True)


def in_turn(peers: list[str], rounds: int) -> Iterator[tuple[int, str]]:
    for turn in range(1, rounds + 1):
        for name in peers:
            yield turn, name


def choose_peers(wanted: list[str]) -> list[str]:
    """Those whose environment is there, and that this processor can run at their precision."""
    chosen = []
    for name in wanted:
        if "bf16" in name and not has_native_bfloat16(CPU):
            print(f"{name}: no native bf16 here")
        elif not PEERS[name][0].exists():
            print(f"{name}: left out, its environment is missing; run `make bench-setup`")
        else:
            chosen.append(name)
    return chosen


def for_recipe(peers: list[str], rows: list[dict[str, Any]]) -> list[str]:
    """Of the two layouts of a peer the one that was faster in `forward`."""
    rates = {row["peer"]: row["rate"] for row in rows if row["part"] == "forward"}
    layouts = [[one for one in (f"{name} last", name) if one in peers] for name in EPOCHS]
    return [max(twins, key=lambda one: rates.get(one, 0.0)) for twins in layouts if twins]


def few_fruits(top: Path) -> dict[str, str]:
    """Three fruits of sixteen photos, for --quick."""
    for half in ("train", "test"):
        for name in ("Banana", "Kiwi", "Lemon"):
            (top / half / name).mkdir(parents=True)
            for photo in sorted((FRUITS / half / name).iterdir())[:16]:
                shutil.copy(photo, top / half / name)
    return {half: str(top / half) for half in ("train", "test")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=list(PARTS), choices=list(PARTS))
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--fresh", action="store_true", help="forget what was measured before")
    parser.add_argument("--quick", action="store_true", help="tiny: only to see that it runs")
    parser.add_argument("--out", type=Path, default=HERE.parent / "results" / "transfer.json")
    options = parser.parse_args()
    if not (WEIGHTS.exists() and FRUITS.is_dir()):
        sys.exit(f"{SHARED} lacks the weights or the fruits of this benchmark")
    use_two_processors()
    rounds, epochs = options.rounds, 5
    times = {"forward": 4, "training": 4}  # batches
    images = 100_000
    begun_s = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        folders = {half: str(FRUITS / half) for half in ("train", "test")}
        if options.quick:
            rounds, epochs, images, times = 1, 2, 2_000, dict.fromkeys(times, 1)
            folders, options.out = few_fruits(top), top / "transfer.json"
            options.peers = [name for name in options.peers if name in QUICK]
        measured = Measured(options.out, options.fresh)
        weights = {"keras": str(top / "resnet50_notop.h5"), "torch": str(top / "resnet50.pt")}
        write_without_top(WEIGHTS, Path(weights["keras"]))
        write_for_torch(WEIGHTS, Path(weights["torch"]))
        peers = choose_peers(options.peers)
        for part in (part for part in PARTS if part in options.only):
            if part in times:
                request = {"weights": weights, "batch": 64 if part == "forward" else 16}
                measure_rates(part, peers, rounds, request | {"times": times[part]}, measured)
            elif part == "recipe":
                some = for_recipe(peers, measured.rows)
                measure_recipe(some, rounds, {"weights": weights} | folders, epochs, measured)
            else:
                measure_memory(images, rounds, measured)
        print_report(measured.rows)
        if not options.quick:
            print(f"Wrote {options.out}, {(time.perf_counter() - begun_s) / 60:.0f} minutes")


if __name__ == "__main__":
    main()
