"""The lesson's LeNet with Adam on MNIST: five epochs, test accuracy at least 0.985.

scripts/fetch_mnist.sh && python benchmarks/mnist_lenet.py
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from rounds import machine, timed, use_two_processors, versions

TARGET = 0.985


def read_idx(path: Path) -> np.ndarray:
    """An idx file of bytes: two zeros, 8 for uint8, the number of axes, each length, the data."""
    data = path.read_bytes()
    if data[:3] != b"\0\0\x08":
        raise SystemExit(f"{path}: not an idx file of unsigned bytes")
    axes = data[3]
    shape = tuple(int(n) for n in np.frombuffer(data, ">u4", axes, offset=4))
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def read_part(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Images as float32 NHWC in [0, 1] and their labels."""
    images = read_idx(folder / f"{part}-images-idx3-ubyte")
    x_nhwc = images[..., np.newaxis].astype(np.float32) / 255
    return x_nhwc, read_idx(folder / f"{part}-labels-idx1-ubyte").astype(np.int64)


def main() -> None:
    root = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=root / ".data" / "mnist")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--limit", type=int, help="only so many training images: a trial")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    out = root / "benchmarks" / "results" / "mnist_lenet.json"
    parser.add_argument("--out", type=Path, default=out)
    options = parser.parse_args()
    if not options.data.is_dir():
        raise SystemExit(f"{options.data} is not there; run scripts/fetch_mnist.sh")
    use_two_processors()
    from lenet_worker import build_keras_like
    from saccade import layers
    from saccade.models import Sequential
    from saccade.utils import set_random_seed

    set_random_seed(options.seed)
    x_train, y_train = read_part(options.data, "train")
    x_test, y_test = read_part(options.data, "t10k")
    x_train, y_train = x_train[: options.limit], y_train[: options.limit]
    model = build_keras_like(layers, Sequential, layers.Input)
    seconds = timed(
        lambda: model.fit(
            x_train, y_train, batch_size=options.batch_size, epochs=options.epochs, verbose=2
        )
    )
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"test accuracy {accuracy:.4f} (target {TARGET}), {seconds:.0f} s of training")
    if options.limit is None:
        found = {
            **machine(),
            "versions": versions("saccade", "torch", "numpy"),
            "epochs": options.epochs,
            "batch_size": options.batch_size,
            "seed": options.seed,
            "seconds": seconds,
            "test_accuracy": accuracy,
        }
        options.out.parent.mkdir(exist_ok=True)
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        sys.exit(accuracy < TARGET)


if __name__ == "__main__":
    main()
