"""Whole scripts, from the first import to the last line: Keras on TensorFlow, then saccade.

The same files run under both, in turns, so that each ratio is given as often as there are rounds.

    scripts/fetch_mnist.sh && python benchmarks/whole_scripts/scripts.py    # half an hour
    python benchmarks/whole_scripts/scripts.py --rounds 1 --epochs 1           # to see that it runs

Before that, what the runner adds to the start of a script that imports nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))  # rounds.py lies there
sys.path.append(str(Path(__file__).resolve().parents[1] / "lenet"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "transfer"))

from mnist_lenet import read_idx
from rounds import machine, use_two_processors, versions
from transfer_weights import write_without_top

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TENSORFLOW = ROOT / ".bench/tensorflow/bin/python"
SHARED = ROOT.parent / "shared"
WEIGHTS = SHARED / "weights" / "resnet50_weights_tf_dim_ordering_tf_kernels.h5"
PHOTOS = SHARED / "data/fruits/train"
MNIST = ROOT / ".data/mnist"
STARTS = 21


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=HERE.parent / "results/scripts.json")
    options = parser.parse_args()
    for needed in (TENSORFLOW, WEIGHTS, PHOTOS, MNIST):
        if not needed.exists():
            raise SystemExit(f"{needed} is not there; see benchmarks/README.md")
    use_two_processors()
    added_ms = start_ms()
    print(f"the runner adds {added_ms:.0f} ms to a start (median of {STARTS})", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        plans = prepare(Path(folder), str(options.epochs))
        seconds: dict[str, dict[str, list[float]]] = {name: {} for name in plans}
        for number in range(options.rounds):
            for name, words in plans.items():
                for peer, start in peers().items():
                    spent = run([*start, str(HERE / f"{name}.py"), *words], peer)
                    seconds[name].setdefault(peer, []).append(spent)
                    print(f"round {number + 1}: {name}, {peer}: {spent:.1f} s", flush=True)
    ratios = {
        name: [round(a / b, 2) for a, b in zip(of["keras"], of["saccade"], strict=True)]
        for name, of in seconds.items()
    }
    for name, each in ratios.items():
        print(f"{name}: {', '.join(map(str, each))} times Keras")
    found = {"machine": machine(), "versions": versions("torch", "numpy"), "epochs": options.epochs}
    found["peer"] = peer_versions()
    found |= {"added_to_start_ms": added_ms}
    options.out.write_text(json.dumps(found | {"seconds": seconds, "ratios": ratios}, indent=1))


def peers() -> dict[str, list[str]]:
    """How each starts a script."""
    return {"keras": [str(TENSORFLOW)], "saccade": [sys.executable, "-m", "saccade"]}


def peer_versions() -> dict[str, str]:
    """The versions that the peer runs on."""
    names = "keras", "tensorflow-cpu", "numpy"
    code = "import json, sys; from importlib.metadata import version; "
    code += "print(json.dumps({name: version(name) for name in sys.argv[1:]}))"
    return json.loads(subprocess.check_output([str(TENSORFLOW), "-c", code, *names]))


def start_ms() -> float:
    """Milliseconds that `python -m saccade` takes longer than `python` for an empty script."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text("")
        starts = ([sys.executable], [sys.executable, "-m", "saccade"])
        times = [[run([*start, str(empty)], "start") for start in starts] for _ in range(STARTS)]
    return round(1000 * float(np.median([mine - plain for plain, mine in times])), 1)


def prepare(folder: Path, epochs: str) -> dict[str, list[str]]:
    """What each script is given."""
    parts = {
        f"{letter}_{part}": read_idx(MNIST / f"{file}-{kind}-ubyte")
        for part, file in (("train", "train"), ("test", "t10k"))
        for letter, kind in (("x", "images-idx3"), ("y", "labels-idx1"))
    }
    np.savez(folder / "mnist.npz", **parts)  # type: ignore[arg-type]
    bare = folder / "resnet50_notop.h5"
    write_without_top(WEIGHTS, bare)
    return {
        "mnist_convnet": [str(folder / "mnist.npz"), epochs],
        "course_lenet": [str(PHOTOS), epochs],
        "course_resnet": [str(PHOTOS), epochs, str(bare)],
    }


def run(words: list[str], peer: str) -> float:
    """Seconds that a process takes."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    began = time.perf_counter()
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"{peer} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
