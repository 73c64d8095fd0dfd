"""The lesson's claim, measured: 100 photos of two classes and a network of 23 million weights.

    python scripts/claim.py WEIGHTS FRUITS [--out FOLDER]

Three ways to train ResNet50 on the same 100 photos (50 of each class, drawn anew for each seed):
all of it from random weights, all of it from ImageNet's, and only a new head on ImageNet's. FRUITS
has folders train and test; the test photos were taken on other shelves.

Batch normalisation at rest uses moving statistics, which follow the batches with a momentum of
0.99: after 70 steps they still remember the start, and the network that is evaluated is not the
one that was trained. So each whole network is evaluated twice, as `fit` leaves it and with its
statistics taken anew from the 100 photos; no weight is changed in between.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

# Chosen before anything was trained: two fruits unlike in shape and colour, and two alike in both,
# because how much there is to learn depends on that. All four have enough photos.
PAIRS = {"unlike": ("Banana", "Kiwi"), "alike": ("Orange", "Satsumas")}
PHOTOS = 50  # of each class
SIDE_PX, BATCH = 150, 16
WAYS = ("random", "ImageNet", "frozen")
LABELS = {
    "random": "the whole network, from random weights",
    "ImageNet": "the whole network, from ImageNet's",
    "frozen": "frozen ImageNet weights, a new head",
}
SHORT = {
    "random": "whole,\nrandom weights",
    "ImageNet": "whole,\nImageNet's",
    "frozen": "frozen,\na new head",
}
COLORS = {"random": "#7f7f7f", "ImageNet": "#1f77b4", "frozen": "#d62728"}


def draw_photos(train: Path, top: Path, pair: tuple[str, str], seed: int) -> Path:
    """A folder with 50 photos of each class of the pair, without replacement."""
    stream = np.random.RandomState(seed)
    for name in pair:
        (top / name).mkdir(parents=True)
        files = sorted(path for path in (train / name).iterdir() if path.is_file())
        for place in stream.choice(len(files), PHOTOS, replace=False):
            shutil.copy(files[place], top / name / files[place].name)
    return top


def train_once(
    pair: str, way: str, seed: int, epochs: int, weights: Path, fruits: Path
) -> dict[str, Any]:
    """One pair, way and seed: what `fit` said each epoch, and the accuracies afterwards.

    The seconds of the first epoch count from the call of `fit`: there features are computed.
    """
    from saccade.applications.resnet import ResNet50, preprocess_input
    from saccade.callbacks import LambdaCallback
    from saccade.layers import Dense, GlobalAveragePooling2D
    from saccade.models import Sequential
    from saccade.preprocessing.image import ImageDataGenerator
    from saccade.utils import set_random_seed

    set_random_seed(seed)
    shape = (SIDE_PX, SIDE_PX, 3)
    backbone = ResNet50(
        input_shape=shape, weights=None if way == "random" else str(weights), include_top=False
    )
    backbone.trainable = way != "frozen"
    model = Sequential([backbone, GlobalAveragePooling2D(), Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    images = ImageDataGenerator(preprocessing_function=preprocess_input)
    ends_s: list[float] = []
    clock = LambdaCallback(on_epoch_end=lambda epoch, logs: ends_s.append(time.perf_counter()))

    def flow(folder: Path, shuffle: bool) -> Any:
        return images.flow_from_directory(
            folder,
            target_size=shape[:2],
            batch_size=BATCH,
            class_mode="sparse",
            classes=list(PAIRS[pair]),
            shuffle=shuffle,
            seed=seed,
        )

    with tempfile.TemporaryDirectory() as top:
        hundred = draw_photos(fruits / "train", Path(top) / "train", PAIRS[pair], seed)
        begun_s = time.perf_counter()
        history = model.fit(flow(hundred, True), epochs=epochs, callbacks=[clock], verbose=2)
        found = {"train": model.evaluate(flow(hundred, False), verbose=0)[1]}
        found["test"] = model.evaluate(flow(fruits / "test", False), verbose=0)[1]
        if way != "frozen":
            renew_statistics(model, backbone, flow(hundred, True))
            found["train_renewed"] = model.evaluate(flow(hundred, False), verbose=0)[1]
            found["test_renewed"] = model.evaluate(flow(fruits / "test", False), verbose=0)[1]
    return {
        "pair": pair,
        "way": way,
        "seed": seed,
        "accuracy_while_training": history.history["accuracy"],
        "loss_while_training": history.history["loss"],
        "accuracy": found,
        "epoch_s": np.diff([begun_s, *ends_s]).tolist(),
        "threads": int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1)),
    }


def renew_statistics(model: Any, backbone: Any, flow: Any) -> None:
    """Set every moving mean and variance to its mean over one pass of whole batches.

    Law, for batch k = 0, 1, ...: moving <- (k * moving + of the batch) / (k + 1)
    """
    import torch

    from saccade.layers import BatchNormalization

    norms = [layer for layer in backbone.layers if isinstance(layer, BatchNormalization)]
    with torch.no_grad():
        for k in range(PHOTOS * 2 // BATCH):
            for norm in norms:
                norm.momentum = k / (k + 1)
            model(next(flow)[0], training=True)


def print_table(runs: list[dict[str, Any]]) -> None:
    """Markdown: mean over the seeds, and beside it every seed."""
    print(
        "| photos | trained | last epoch | the 100 photos | test photos "
        "| renewed: the 100 | renewed: test | s an epoch |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for (pair, names), way in itertools.product(PAIRS.items(), WAYS):
        rows = choose(runs, pair, way)
        if not rows:
            continue
        columns = [[row["accuracy_while_training"][-1] for row in rows]]
        for key in ("train", "test", "train_renewed", "test_renewed"):
            columns.append([row["accuracy"][key] for row in rows if key in row["accuracy"]])
        cells = [
            f"{statistics.mean(each):.2f} ({', '.join(f'{one:.2f}' for one in each)})"
            if each
            else ""
            for each in columns
        ]
        first = statistics.median(row["epoch_s"][0] for row in rows)
        later = statistics.median(s for row in rows for s in row["epoch_s"][1:])
        words = [" or ".join(names), LABELS[way], *cells, f"{first:.1f}, then {later:.2f}"]
        print(f"| {' | '.join(words)} |")


def draw_plot(runs: list[dict[str, Any]], chances: dict[str, float], path: Path) -> None:
    """Accuracy on the 100 photos and on the test photos: a dot a seed, a bar at their mean."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, (pair, names) in zip(
        np.atleast_1d(figure.subplots(1, len(PAIRS), sharey=True)), PAIRS.items(), strict=True
    ):
        for place, way in enumerate(WAYS):
            rows = choose(runs, pair, way)
            for shift, key in ((-0.2, "train"), (0.2, "test")):
                if rows:
                    draw_bar(axes, place + shift, key, way, [row["accuracy"] for row in rows])
        axes.axhline(chances[pair], color="black", linewidth=0.8, linestyle="--")
        axes.set_xticks(range(len(WAYS)), [SHORT[way] for way in WAYS])
        axes.set_xlim(-0.5, len(WAYS) - 0.5)
        axes.set_ylim(0, 1.05)
        axes.set_title(f"{names[0]} or {names[1]}", fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set_ylabel("accuracy")
    figure.suptitle(
        "ResNet50 on 100 photos. Pale: on the 100, full: on test photos, dots: seeds, "
        "dashed: always the larger class,\ndiamonds: with the statistics of batch normalisation "
        "renewed",
        fontsize=10,
    )
    figure.savefig(path, dpi=120, metadata={"Software": None})


def draw_bar(axes: Any, place: float, key: str, way: str, each: list[dict[str, float]]) -> None:
    """A bar at the mean with its number, the seeds, and the mean with renewed statistics."""
    values = [one[key] for one in each]
    renewed = [one[f"{key}_renewed"] for one in each if f"{key}_renewed" in one]
    mean, alpha = statistics.mean(values), 0.35 if key == "train" else 0.9
    axes.bar(place, mean, 0.36, color=COLORS[way], alpha=alpha)
    axes.plot(place + np.linspace(-0.08, 0.08, len(values)), values, "k.", markersize=6)
    axes.text(
        place,
        0.03,
        f"{mean:.2f}",
        ha="center",
        fontsize=9,
        color="white" if key == "test" else "black",
    )
    if renewed:
        axes.plot(place, statistics.mean(renewed), "D", color="black", markerfacecolor="white")


def choose(runs: list[dict[str, Any]], pair: str, way: str) -> list[dict[str, Any]]:
    """The runs of one bar."""
    return [run for run in runs if run["pair"] == pair and run["way"] == way]


def key_of(run: dict[str, Any]) -> tuple[str, str, int, int]:
    return run["pair"], run["way"], run["seed"], len(run["epoch_s"])


def is_whole(run: dict[str, Any]) -> bool:
    """Whether it has all that is measured now; runs of an older script may lack something."""
    return run["way"] == "frozen" or "test_renewed" in run["accuracy"]


def chance_of(test: Path, pair: str) -> float:
    """The accuracy of always naming the class that has more test photos."""
    counts = [sum(path.is_file() for path in (test / name).iterdir()) for name in PAIRS[pair]]
    return max(counts) / sum(counts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path, help="ResNet50's ImageNet weights")
    parser.add_argument("fruits", type=Path, help="the folder with train and test")
    parser.add_argument("--seeds", nargs="*", type=int, default=[1, 2, 3])
    parser.add_argument("--ways", nargs="*", default=list(WAYS), choices=list(WAYS))
    parser.add_argument("--pairs", nargs="*", default=list(PAIRS), choices=list(PAIRS))
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--out", type=Path, default=Path("runs") / "claim")
    options = parser.parse_args()
    logging.getLogger("saccade").setLevel(logging.ERROR)
    options.out.mkdir(parents=True, exist_ok=True)
    kept = options.out / "claim.json"
    runs: list[dict[str, Any]] = json.loads(kept.read_text()) if kept.exists() else []
    for seed, way, pair in itertools.product(options.seeds, options.ways[::-1], options.pairs):
        mine = (pair, way, seed, options.epochs)
        if any(key_of(run) == mine and is_whole(run) for run in runs):
            continue
        print(f"{' or '.join(PAIRS[pair])}, {LABELS[way]}, seed {seed}", flush=True)
        runs = [run for run in runs if key_of(run) != mine]
        runs.append(train_once(pair, way, seed, options.epochs, options.weights, options.fruits))
        print(runs[-1]["accuracy"], flush=True)
        kept.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
    wanted = [
        run
        for run in runs
        if run["seed"] in options.seeds and len(run["epoch_s"]) == options.epochs
    ]
    print_table(wanted)
    chances = {pair: chance_of(options.fruits / "test", pair) for pair in PAIRS}
    draw_plot(wanted, chances, options.out / "claim.png")
    print(f"Wrote {kept} and {options.out / 'claim.png'}")


if __name__ == "__main__":
    main()
