"""How near the machine's limit saccade trains and predicts, beside its peers, in turns.

    python benchmarks/limits/limits.py [--only mnist resnet-128] [--rounds 5] [--peers ...]

The limit is measured in the same run: a matrix product of 2048 x 2048 for multiplications, an
addition of large arrays for bytes (work.py says how they are counted). A share of 1 is a network
whose every multiplication runs at the speed of that product; Winograd's formula may exceed it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))  # rounds.py lies there

from networks import SETTINGS
from rounds import Peer, machine, middle, spread, use_two_processors
from work import FORWARD, TRAINING, Operation, multiplications, roofline_s

ROOT = Path(__file__).resolve().parents[2]
WORKER = str(Path(__file__).with_name("limits_worker.py"))
BENCH = ROOT / ".bench"
PEERS: dict[str, tuple[str, str, dict[str, str]]] = {
    "saccade": (sys.executable, "saccade", {}),
    "torch by hand": (str(BENCH / "torchvision/bin/python"), "torch", {}),
    "Keras on TensorFlow": (
        str(BENCH / "tensorflow/bin/python"),
        "keras",
        {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
    ),
    "Keras on JAX": (str(BENCH / "jax/bin/python"), "keras", {"KERAS_BACKEND": "jax"}),
}
ROWS = [(name, "train", "float32") for name in SETTINGS]
ROWS += [(name, "train", "bfloat16") for name in ("resnet-150", "resnet-128")]
ROWS += [(name, "predict", "float32") for name in SETTINGS if name != "lenet-512"]
ROWS += [(name, "one", "float32") for name in ("mobilenet", "efficientnet", "resnet-128")]


def images_of(kind: str, name: str) -> int:
    """So many that a turn takes seconds: 24 steps of small networks, 4 of large ones."""
    setting = SETTINGS[name]
    if kind == "one":
        return 1
    if kind == "predict":
        return 512
    return setting.batch * (24 if setting.size <= 32 else 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", help="settings, of " + ", ".join(SETTINGS))
    parser.add_argument("--kinds", nargs="*", default=["train", "predict", "one"])
    parser.add_argument("--peers", nargs="*", default=list(PEERS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", default=str(ROOT / "benchmarks/results/limits.json"))
    words = parser.parse_args()
    use_two_processors()
    peers = [
        Peer(name, [PEERS[name][0], WORKER, PEERS[name][1]], PEERS[name][2])
        for name in words.peers
        if Path(PEERS[name][0]).exists()
    ]
    first = peers[0]  # saccade: counts the work, and measures the machine
    found: dict[str, Any] = {"machine": machine(), "rows": []}
    print(f"{'':34}" + "".join(f"{peer.name:>24}" for peer in peers) + "   limit   share  roofline")
    for name, kind, precision in ROWS:
        if kind not in words.kinds or (words.only and name not in words.only):
            continue
        row = measure_row(peers, first, name, kind, precision, words.rounds)
        found["rows"].append(row)
        print(line_of(row, [peer.name for peer in peers]), flush=True)
        Path(words.out).write_text(json.dumps(found, indent=1) + "\n")
    for peer in peers:
        peer.end()


def measure_row(
    peers: list[Peer], first: Peer, name: str, kind: str, precision: str, rounds: int
) -> dict[str, Any]:
    images, way = images_of(kind, name), "train" if kind == "train" else "predict"
    rates: dict[str, list[float]] = {peer.name: [] for peer in peers}
    flops, bandwidth = [], []
    for turn in range(rounds + 1):
        peaks = first.ask(kind="peaks", precision=precision) or {}
        flops.append(peaks["flops"])
        bandwidth.append(peaks["bytes"])
        for peer in peers:
            answer = peer.ask(
                kind=way, setting=name, precision=precision, images=images, warm_up=turn == 0
            )
            if answer and turn and "rate" in answer:
                rates[peer.name].append(answer["rate"])
    work = first.ask(kind="work", setting=name) or {}
    parts = [Operation(*one) for one in work["operations"]]
    passes = TRAINING if kind == "train" else FORWARD
    peak, number_bytes = middle(flops), 4 if precision == "float32" else 2
    mine = middle(rates["saccade"])
    limit = peak / (2 * passes * multiplications(parts))
    return {
        "setting": name,
        "kind": kind,
        "precision": precision,
        "images": images,
        "rates": rates,
        "peak_gflops": peak / 1e9,
        "gigabytes_a_second": middle(bandwidth) / 1e9,
        "limit": limit,
        "share": mine / limit,
        "share_of_roofline": mine
        * roofline_s(parts, peak, middle(bandwidth), number_bytes, passes),
    }


def line_of(row: dict[str, Any], names: list[str]) -> str:
    text = f"{row['setting'] + ', ' + row['kind'] + ', ' + row['precision']:34}"
    for name in names:
        rates = row["rates"][name]
        text += f"{f'{middle(rates):,.1f} ±{spread(rates):.0%}' if rates else '-':>24}"
    return text + f"{row['limit']:8,.0f}{row['share']:8.2f}{row['share_of_roofline']:10.2f}"


if __name__ == "__main__":
    main()
