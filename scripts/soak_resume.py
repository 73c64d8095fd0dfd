"""Kills trainings again and again, goes on with them, and compares with ones that nobody stopped.

    python scripts/soak_resume.py --kills 200 [--seed 0] [--cases generator frozen ...]

Each kill is SIGKILL: at a random moment of a run, or inside the writing of its state. A training is
killed a few times and then left to end; weights, optimizer, history and every file that callbacks
wrote must then be, to the bit, those of the training that was never stopped. The number of loading
workers is another one in every run. Exit code 1 and the seed where they are not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
EPOCHS = 3
KILLS_OF_A_RUN = 4  # of one training, before it may end


# -- the trainings -------------------------------------------------------------------------


def pictures(root: Path) -> Path:
    """A folder of small photos in two classes."""
    import numpy as np
    from PIL import Image

    stream = np.random.RandomState(1)
    for name in ("a", "b"):
        (root / name).mkdir(parents=True)
        for i in range(20):
            pixels = stream.randint(0, 255, (12, 12, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(root / name / f"{i}.png")
    return root


def small_model(half: bool = False) -> Any:
    from saccade.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten
    from saccade.mixed_precision import set_global_policy
    from saccade.models import Sequential

    set_global_policy("mixed_float16" if half else "float32")
    return Sequential(
        [
            Conv2D(4, 3, activation="relu", input_shape=(12, 12, 3)),
            BatchNormalization(),
            Dropout(0.3, seed=3),
            Flatten(),
            Dropout(0.2),
            Dense(2, activation="softmax", dtype="float32"),
        ]
    )


def watching(out: Path) -> list[Any]:
    """Callbacks of every kind that remembers something."""
    from saccade import callbacks

    class Counts(callbacks.Callback):
        """One of the user's, with a state of its own."""

        def __init__(self):
            super().__init__()
            self.losses: list[float] = []

        def on_train_batch_end(self, batch, logs=None):
            self.losses.append(logs["loss"])

        def on_epoch_end(self, epoch, logs=None):
            logs["steps"] = float(len(self.losses))

        def state(self):
            return {"losses": self.losses}

        def restore(self, state):
            self.losses = state["losses"]

    return [
        Counts(),
        callbacks.EarlyStopping("val_loss", patience=2, min_delta=0.5, restore_best_weights=True),
        callbacks.ReduceLROnPlateau("val_loss", factor=0.5, patience=1, min_delta=1.0),
        callbacks.ModelCheckpoint(out / "best.weights.h5", save_best_only=True,
                                  save_weights_only=True),
        callbacks.CSVLogger(out / "log.csv"),
        callbacks.TensorBoard(out / "events", update_freq=2),
    ]  # fmt: skip


def generator(photos: Path, out: Path, workers: int) -> tuple[Any, dict[str, Any]]:
    """Augmented photos of a folder, no seed, validation of its own."""
    from saccade.metrics import AUC
    from saccade.preprocessing.image import ImageDataGenerator

    flowing = ImageDataGenerator(
        rescale=1 / 255, rotation_range=20, horizontal_flip=True, zoom_range=0.2,
        validation_split=0.25, workers=workers,
    )  # fmt: skip
    shared = {"target_size": (12, 12), "batch_size": 5, "class_mode": "categorical"}
    model = small_model()
    model.compile("adam", "categorical_crossentropy", metrics=["acc", AUC(num_thresholds=20)])
    return model, {
        "x": flowing.flow_from_directory(photos, subset="training", **shared),
        "validation_data": flowing.flow_from_directory(photos, subset="validation", **shared),
        "callbacks": watching(out),
    }


def frozen(photos: Path, out: Path, workers: int) -> tuple[Any, dict[str, Any]]:
    """A frozen prefix, whose features are computed anew after a kill."""
    from saccade.optimizers import SGD
    from saccade.preprocessing.image import ImageDataGenerator

    plain = ImageDataGenerator(rescale=1 / 255, validation_split=0.25, workers=workers)
    shared = {"target_size": (12, 12), "batch_size": 5, "class_mode": "sparse"}
    model = small_model()
    model.layers[0].trainable = model.layers[1].trainable = False
    model.compile(SGD(0.01, momentum=0.9), "sparse_categorical_crossentropy", metrics=["acc"])
    return model, {
        "x": plain.flow_from_directory(photos, subset="training", **shared),
        "validation_data": plain.flow_from_directory(photos, subset="validation", **shared),
        "callbacks": watching(out),
        "reuse_features": workers != 1,
    }


def arrays(photos: Path, out: Path, workers: int) -> tuple[Any, dict[str, Any]]:
    """Arrays in half precision, averages of the weights, epochs that are no passes."""
    import numpy as np

    from saccade.callbacks import SwapEMAWeights
    from saccade.optimizers import Adam

    stream = np.random.RandomState(2)
    x = stream.standard_normal((48, 12, 12, 3)).astype(np.float32)
    model = small_model(half=True)
    model.compile(
        Adam(0.01, use_ema=True), "sparse_categorical_crossentropy", weighted_metrics=["acc"]
    )
    return model, {
        "x": x, "y": stream.randint(0, 2, 48), "batch_size": 6, "steps_per_epoch": 5,
        "validation_split": 0.25, "class_weight": {0: 1.0, 1: 2.0},
        "callbacks": [SwapEMAWeights(swap_on_epoch=True), *watching(out)[:1], *watching(out)[2:]],
    }  # fmt: skip


def dataset(photos: Path, out: Path, workers: int) -> tuple[Any, dict[str, Any]]:
    """A pipeline with a shuffle, a cache and threads that read ahead."""
    from saccade.callbacks import LearningRateScheduler
    from saccade.utils import image_dataset_from_directory

    shared = {"validation_split": 0.25, "seed": 4, "image_size": (12, 12), "batch_size": None,
              "verbose": False}  # fmt: skip
    train = image_dataset_from_directory(photos, subset="training", **shared)
    held = image_dataset_from_directory(photos, subset="validation", **shared)
    train = train.map(lambda x, y: (x / 255.0, y), num_parallel_calls=workers or None).cache()
    train = train.shuffle(20).batch(5).prefetch(workers)
    model = small_model()
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["acc"])
    falling = LearningRateScheduler(lambda epoch, rate: rate * 0.9)
    return model, {
        "x": train,
        "validation_data": held.map(lambda x, y: (x / 255.0, y)).batch(5),
        "callbacks": [falling, *watching(out)],
    }


def sequence(photos: Path, out: Path, workers: int) -> tuple[Any, dict[str, Any]]:
    """Batches by number, shuffled by the user's own on_epoch_end."""
    import numpy as np

    from saccade.optimizers import SGD
    from saccade.optimizers.schedules import ExponentialDecay
    from saccade.utils import Sequence

    stream = np.random.RandomState(3)
    x, y = stream.standard_normal((30, 12, 12, 3)).astype(np.float32), stream.randint(0, 2, 30)

    class Shuffled(Sequence):
        def __init__(self):
            super().__init__(workers=workers)
            self.order, self.rng = np.arange(30), np.random.default_rng(5)

        def __len__(self):
            return 6

        def __getitem__(self, number):
            rows = self.order[number * 5 : number * 5 + 5]
            return x[rows], y[rows]

        def on_epoch_end(self):
            self.rng.shuffle(self.order)
            np.random.shuffle(self.order)

    model = small_model()
    rate = ExponentialDecay(0.05, 4, 0.9, staircase=True)
    model.compile(SGD(rate, momentum=0.9), "sparse_categorical_crossentropy", metrics=["acc"])
    return model, {
        "x": Shuffled(),
        "validation_data": (x[:10], y[:10]),
        "callbacks": [one for one in watching(out) if not hasattr(one, "cooldown")],
    }


def stream(photos: Path, out: Path, workers: int) -> tuple[Any, dict[str, Any]]:
    """A Python generator that draws from NumPy's stream, and a step of the user's own."""
    import numpy as np
    import torch

    from saccade.layers import Dense, Flatten
    from saccade.models import Model

    class Own(Model):
        def __init__(self):
            super().__init__()
            self.flat, self.out = Flatten(), Dense(2, activation="softmax")

        def call(self, x, training=False):
            return self.out(self.flat(x))

        def train_step(self, data):
            x, y = data
            loss = self.compute_loss(x, y, self(x, training=True))
            gradients = torch.autograd.grad(loss, self.trainable_weights)
            self.optimizer.apply(gradients, self.trainable_weights)
            return {"loss": loss, "first": self.out.kernel[0, 0]}

    def batches():
        while True:
            yield np.random.standard_normal((5, 12, 12, 3)), np.random.randint(0, 2, 5)

    model = Own()
    model(torch.zeros(1, 12, 12, 3))
    model.compile("nadam", "sparse_categorical_crossentropy")
    return model, {"x": batches(), "steps_per_epoch": 6, "callbacks": watching(out)[4:]}


CASES: dict[str, Callable[..., Any]] = {
    one.__name__: one for one in (generator, frozen, arrays, dataset, sequence, stream)
}


# -- one run, in a process of its own --------------------------------------------------------


def train(case: str, photos: Path, out: Path, workers: int, save_freq: Any) -> None:
    """Train, or go on; what came out of it is written to out/result.json."""
    from saccade.callbacks import BackupAndRestore
    from saccade.training.resuming.state_folder import STATE_FILE
    from saccade.utils import set_random_seed

    if not (out / "backup" / STATE_FILE).exists():
        shutil.rmtree(out, ignore_errors=True)  # killed after the end of fit: it begins anew
    out.mkdir(exist_ok=True)
    set_random_seed(7)
    model, arguments = CASES[case](photos, out, workers)
    keeps = BackupAndRestore(out / "backup", save_freq=save_freq)
    history = model.fit(
        epochs=EPOCHS, verbose=0, **arguments | {"callbacks": [keeps, *arguments["callbacks"]]}
    )
    result = {
        "history": {name: [repr(float(one)) for one in values]
                    for name, values in history.history.items()},
        "epochs": history.epoch,
        "weights": [_hash(weight) for weight in model.weights],
        "optimizer": [_hash(one) for one in model.optimizer.variables],
        "files": {str(path.relative_to(out)): _content(path)
                  for path in sorted(out.rglob("*")) if path.is_file()},
    }  # fmt: skip
    events = sorted(name for name in result["files"] if name.startswith("events"))
    found = [result["files"].pop(name) for name in events]
    result["events"] = sorted(map(str, (one for some in found for one in some)))
    (out / "result.tmp").write_text(json.dumps(result, indent=1))
    os.replace(out / "result.tmp", out / "result.json")


def _hash(value: Any) -> str:
    import numpy as np

    array = np.ascontiguousarray(value.detach().numpy() if hasattr(value, "detach") else value)
    return hashlib.blake2b(array.tobytes(), digest_size=8).hexdigest()


def _content(path: Path) -> Any:
    """What counts of a file: numbers of a checkpoint, events without their times, else bytes."""
    if path.suffix == ".h5":
        import h5py

        found = {}
        with h5py.File(path) as file:
            file.visititems(
                lambda name, one: (
                    found.update({name: _hash(one[()])}) if isinstance(one, h5py.Dataset) else None
                )
            )
        return found
    if "tfevents" in path.name:
        return _events(path)
    return hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()


def _events(path: Path) -> list[Any]:
    """(step, tag and value as bytes) of each event after the first; the file must end whole."""
    content, found = path.read_bytes(), []
    while content:
        length = int.from_bytes(content[:8], "little")
        record, content = content[12 : 12 + length], content[16 + length :]
        assert len(record) == length, f"{path} ends in half an event"
        if (
            b"graph_keras_model" in record
        ):  # written when a run begins, so that it may be there twice
            continue
        if record[9:10] == bytes([15 << 3 | 2]):  # only fills a page: see `event_record.filler`
            continue
        found.append(hashlib.blake2b(record[9:], digest_size=8).hexdigest())  # after the time
    return found[1:]


# -- killing -------------------------------------------------------------------------------


def set_trap(number: int) -> None:
    """Let this process be killed in its call number `number` of those that write a state."""
    from saccade.files import state_file

    left = [number]

    def trapped(function: Callable[..., Any], half: bool = False) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            left[0] -= 1
            if left[0] <= 0:
                if half:  # some of the bytes are written
                    args[0].write(args[1][: len(args[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)

        return call

    os.fsync = trapped(os.fsync)  # type: ignore[assignment]
    os.replace = trapped(os.replace)  # type: ignore[assignment]
    state_file._write_all = trapped(state_file._write_all, half=True)


def run(arguments: tuple[Any, ...], kill_after_s: float | None, trap: int | None) -> bool:
    """One run in a fork of this process, which has loaded everything; whether it ended well."""
    pid = os.fork()
    if pid == 0:
        try:
            if trap is not None:
                set_trap(trap)
            train(*arguments)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(70)
    if kill_after_s is not None:
        until = time.monotonic() + kill_after_s
        while time.monotonic() < until:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return _ended(status)
            time.sleep(0.002)
        os.kill(pid, signal.SIGKILL)
    return _ended(os.waitpid(pid, 0)[1])


def _ended(status: int) -> bool:
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, -signal.SIGKILL):
        raise SystemExit(f"a run ended with {code}, which nobody wished")
    return code == 0


def soak(case: str, kills: int, draws: random.Random, photos: Path, root: Path) -> int:
    """Kill trainings of one case so often; returns how often their results were others."""
    began_s = time.monotonic()
    reference = root / f"{case} whole"
    assert run((case, photos, reference, 2, "epoch"), None, None)
    took_s = time.monotonic() - began_s
    expected = (reference / "result.json").read_text()
    done = training = faults = 0
    while done < kills:
        training += 1
        out = root / f"{case} {training}"
        save_freq = draws.choice(["epoch", 1, 2, 3])
        for _ in range(KILLS_OF_A_RUN):
            inside = draws.random() < 0.4
            moment = (None, draws.randint(1, 60)) if inside else (draws.uniform(0, took_s), None)
            if run((case, photos, out, draws.choice([0, 1, 2, 4]), save_freq), *moment):
                break
            done += 1
            if done == kills:
                break
        if not (out / "result.json").exists():
            assert run((case, photos, out, draws.choice([0, 1, 2, 4]), save_freq), None, None)
        got = (out / "result.json").read_text()
        if got != expected:
            faults += 1
            print(f"{case}, training {training}, save_freq {save_freq}: another result")
            show_difference(json.loads(expected), json.loads(got))
    print(f"{case}: {done} kills of {training} trainings, {faults} with another result", flush=True)
    return faults


def show_difference(expected: Any, got: Any, place: str = "") -> None:
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in sorted({*expected, *got}):
            show_difference(expected.get(key), got.get(key), f"{place}/{key}")
    elif isinstance(expected, list) and isinstance(got, list) and expected != got:
        lacking, more = Counter(expected), Counter(got)
        print(f"  {place}: of {len(expected)}, lacking {lacking - more}, too many {more - lacking}")
    elif expected != got:
        print(f"  {place}: {str(expected)[:300]} != {str(got)[:300]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--cases", nargs="*", default=list(CASES), choices=list(CASES))
    given = parser.parse_args()
    # What every run needs, loaded once; nothing is computed before the forks.
    import saccade.callbacks
    import saccade.metrics
    import saccade.preprocessing.image
    import saccade.utils  # noqa: F401

    draws = random.Random(given.seed)
    print(f"seed {given.seed}", flush=True)
    cases = draws.sample(given.cases, len(given.cases))
    shares = [given.kills // len(cases) + (i < given.kills % len(cases)) for i in range(len(cases))]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        photos = pictures(root / "photos")
        faults = sum(
            soak(case, share, draws, photos, root)
            for case, share in zip(cases, shares, strict=True)
            if share
        )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
