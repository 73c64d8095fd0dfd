"""Images per second of `fit` on the lesson's LeNet: saccade, Keras twice, and torch by hand.

First every hand-written torch loop is tried at every batch size; the two best of each size go on.
Then all peers take turns for the rounds that count. The first epoch of each is its warm-up.

    python benchmarks/lenet/lenet.py              # about fifteen minutes on a quiet machine
    python benchmarks/lenet/lenet.py --quick      # seconds: only to see that it runs
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))  # rounds.py lies there

from rounds import Peer, machine, measure, middle, spread, table, use_two_processors, versions

HERE = Path(__file__).resolve().parent
WORKER = str(HERE / "lenet_worker.py")
ROOT = HERE.parents[1]
BENCH = ROOT / ".bench"
PINS = HERE.parent / "peers" / "constraints.txt"
BY_HAND = [
    " ".join(("torch", *flags))
    for flags in itertools.product(
        ("contiguous", "last"), ("eager", "compile"), ("foreach", "fused"), ("default", "malloc")
    )
]


def start_torch(name: str) -> Peer:
    return Peer(name, [sys.executable, WORKER, *name.split()])


def start_others(wanted: list[str]) -> list[Peer]:
    """saccade and Keras on two backends; one whose environment is missing is named and left out."""
    plans = {
        "saccade": (sys.executable, "saccade", {}),
        "keras on tensorflow": (
            str(BENCH / "tensorflow" / "bin" / "python"),
            "keras",
            {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
        ),
        "keras on torch": (
            str(BENCH / "torch" / "bin" / "python"),
            "keras",
            {"KERAS_BACKEND": "torch"},
        ),
    }
    peers = []
    for name, (python, kind, environment) in plans.items():
        if name not in wanted:
            continue
        if not Path(python).exists():
            print(f"{name}: left out, its environment is missing; run `make bench-setup`")
            continue
        peers.append(Peer(name, [python, WORKER, kind], environment))
    return peers


def scout(names: list[str], sizes: list[int], images: int, keep: int) -> tuple[list[str], Any]:
    """The `keep` fastest hand-written loops of each batch size, one round each."""
    rates = {}
    for name in names:  # one after the other: sixteen at once would need 5 GB
        peer = start_torch(name)
        rates |= measure([peer], sizes, 1, images=images)
        peer.end()
    best: list[str] = []
    for size in sizes:
        ranked = sorted(
            (n for n in names if rates[n][size]), key=lambda n, s=size: -middle(rates[n][s])
        )
        best += [name for name in ranked[:keep] if name not in best]
    return best, rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", nargs="*", type=int, default=[32, 128, 512])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, default=12_800, help="an epoch")
    parser.add_argument(
        "--peers",
        nargs="*",
        default=["saccade", "keras on tensorflow", "keras on torch", "torch"],
    )
    parser.add_argument("--quick", action="store_true", help="tiny: only to see that it runs")
    parser.add_argument("--out", type=Path, default=HERE.parent / "results" / "lenet.json")
    options = parser.parse_args()
    sizes, rounds, images, by_hand = options.batch, options.rounds, options.images, BY_HAND
    if options.quick:
        sizes, rounds, images, by_hand = sizes[:1], 1, 640, ["torch last eager fused malloc"]
    use_two_processors()
    facts = machine()
    tried: dict[str, Any] = {}
    best: list[str] = []
    if "torch" in options.peers:
        best, tried = scout(by_hand, sizes, images, keep=2)
        print("Every torch loop once:\n" + table(tried) + "\n")
    peers = start_others(options.peers) + [start_torch(name) for name in best]
    rates = measure(peers, sizes, rounds, images=images)
    for peer in peers:
        peer.end()
    if best:  # one row: the best loop by hand of each batch size
        rates["best torch loop by hand"] = {
            size: max((rates[name][size] for name in best), key=middle) for size in sizes
        }
    print(f"{rounds} rounds in turn, median ± half the range; x: saccade's rate over the peer's")
    if "saccade" in rates:
        print_ratios(rates, sizes)
    else:
        print(table(rates))
    found = {
        "what": "images per second of fit on the lesson's LeNet with Adam, accuracy measured",
        **facts,
        "versions": versions("saccade", "torch", "numpy"),
        "peers": PINS.read_text(encoding="utf-8").split("\n")[1:-1],
        "images_per_epoch": images,
        "rounds": rounds,
        "rates": rates,
        "every_torch_loop_once": tried,
    }
    if not options.quick:
        options.out.parent.mkdir(exist_ok=True)
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(f"Wrote {options.out}")


def print_ratios(rates: dict[str, dict[int, list[float]]], sizes: list[int]) -> None:
    width = max(len(name) for name in rates) + 2
    print(f"{'images per second':{width}}" + "".join(f"{f'batch {b}':>24}" for b in sizes))
    for name, row in rates.items():
        cells = ""
        for b in sizes:
            ratio = middle(rates["saccade"][b]) / middle(row[b])
            cells += f"{middle(row[b]):>9.0f} ±{spread(row[b]):4.0%} {ratio:6.2f} x"
        print(f"{name:{width}}{cells}")


if __name__ == "__main__":
    main()
