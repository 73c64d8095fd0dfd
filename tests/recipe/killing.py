"""Trainings that are killed and go on, and what they must end with."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from faces.photo_folders import make_photos
from recipe import training_server
from saccade.applications.resnet import ResNet50
from saccade.models import load_model
from saccade.utils import set_random_seed

KILLED = -signal.SIGKILL
SAME = ("history.csv", "metrics.json", "classes.json", "curves.png", "confusion.png")


LENET = ["photos", "--epochs", 8, "--batch-size", 4, "--size", 16]
RESNET = ["photographs", "--weights", "resnet.weights.h5", "--size", 32, "--epochs", 2,
          "--batch-size", 4, "--test", 0.2, "--validation", 0.2, "--views", 2]  # fmt: skip
FEW_EPOCHS = {"saccade.recipe.training.transfer:LAST_LAYER.epochs": 3}


def prepare(network: str, folder: Path) -> tuple[list[Any], dict[str, Any]]:
    """Photos, and weights, for a small run of a network: its command, and the server's settings."""
    if network == "lenet":
        make_photos(folder / "photos", count=8)
        return LENET, {}
    make_photos(folder / "photographs", count=5, size=(80, 90), colors=True)
    set_random_seed(1)
    whole = ResNet50(weights=None, include_top=False, input_shape=(32, 32, 3))
    whole.save_weights(folder / "resnet.weights.h5")
    return RESNET, FEW_EPOCHS


@dataclass
class Trainings:
    """`saccade train` in a folder, by a server that forks."""

    folder: Path
    server: Any
    settings: dict[str, Any] = field(default_factory=dict)

    def start(self, *words: Any, processors: int | None = None, events: int | None = None) -> int:
        """Begin one; the number of its process."""
        asked = {"words": [str(word) for word in words], "processors": processors,
                 "events": events, "settings": self.settings}  # fmt: skip
        self.server.stdin.write(json.dumps(asked) + "\n")
        self.server.stdin.flush()
        return int(self.server.stdout.readline())

    def end(self) -> int:
        """Wait for its end; the exit code."""
        return int(self.server.stdout.readline())

    def run(self, *words: Any, **options: Any) -> int:
        self.start(*words, **options)
        return self.end()

    def said(self) -> str:
        """What was said since the last time."""
        file = self.folder / "said"
        text = file.read_text() if file.exists() else ""
        file.unlink(missing_ok=True)
        return text


@dataclass
class Whole:
    """How long a run takes that is not stopped, and how many events it has."""

    seconds: float
    events: int


def run_whole(here: Trainings, words: Sequence[Any]) -> Whole:
    """Run a command to its end, into the folder "whole"."""
    begun_s = time.monotonic()
    assert here.run(*words, "-o", "whole", events=10**9) == 0, here.said()
    return Whole(time.monotonic() - begun_s, int((here.folder / "events").read_text()))


@contextmanager
def trainings(folder: Path, settings: dict[str, Any] | None = None) -> Iterator[Trainings]:
    """A server in a folder, until the end."""
    home = folder / "keras"
    server = subprocess.Popen(
        [sys.executable, training_server.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=folder,
        text=True,
        env=os.environ | {"KERAS_HOME": str(home), "OMP_NUM_THREADS": "1"},
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        yield Trainings(folder, server, settings or {})
    finally:
        server.kill()
        server.wait()
        for stream in (server.stdin, server.stdout):
            assert stream is not None
            stream.close()


def kill_often(
    here: Trainings, words: Sequence[Any], kills: int, chance: random.Random, whole: Whole
) -> None:
    """Runs that are killed at random moments and go on until they end as "whole" did.

    Half of the moments are of the clock, half are those at which files are written.

    Args:
        kills: of all of them together; a run has at most ten.
    """
    run = here.folder / "killed"
    while kills > 0:
        moments = _kill_one(here, [*words, "-o", run.name], min(kills, 10), chance, whole)
        kills -= len(moments)
        here.said()
        try:
            assert_same_end(run, here.folder / "whole")
        except AssertionError as fault:
            raise AssertionError(f"killed at {moments}: {fault}") from fault
        shutil.rmtree(run)


def _kill_one(
    here: Trainings, words: Sequence[Any], kills: int, chance: random.Random, whole: Whole
) -> list[str]:
    """Begin a run, kill it so often, and let it come to its end; the moments at which it died."""
    moments: list[str] = []
    run = here.folder / words[words.index("-o") + 1]
    while len(moments) < kills:
        processors = chance.choice([1, 2])
        if chance.random() < 0.5:
            events = chance.randint(1, whole.events)
            moment = f"event {events}"
            code = here.run(*words, "--resume", processors=processors, events=events)
        else:
            wait_s = chance.uniform(0, whole.seconds)
            moment = f"{wait_s:.3f} s"
            process = here.start(*words, "--resume", processors=processors)
            time.sleep(wait_s)
            with contextlib.suppress(ProcessLookupError):  # it has come to its end
                os.kill(process, signal.SIGKILL)
            code = here.end()
        if code == 0:
            return moments
        moments.append(moment)
        assert code == KILLED, (moments, here.said())
        check_readable(run)
    code = here.run(*words, "--resume")
    assert code == 0, (moments, here.said())
    return moments


def check_readable(run: Path) -> None:
    """Whatever is in the run folder is whole."""
    history = run / "history.csv"
    if history.exists():
        text = history.read_bytes()
        assert text.endswith(b"\r\n")
        columns = text.splitlines()[0].count(b",")
        assert all(line.count(b",") == columns for line in text.splitlines())
    for name in ("metrics.json", "classes.json"):
        if (run / name).exists():
            json.loads((run / name).read_text())
    if (run / "model.keras").exists():
        load_model(run / "model.keras")


def record_of(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as file:
        return json.loads(file.read("config.json"))


def assert_same_end(run: Path, other: Path, command: bool = False) -> None:
    """Two runs left the same files: weights and numbers to the bit."""
    for name in SAME:
        one, two = ((folder / name).read_bytes() for folder in (run, other))
        if name == "metrics.json":
            one, two = (json.loads(each) for each in (one, two))
            if not command:
                one["command"] = two["command"] = ""
        assert one == two, name
    one, two = (record_of(folder / "model.keras") for folder in (run, other))
    assert one == two
    one, two = (load_model(folder / "model.keras") for folder in (run, other))
    assert one.optimizer is None or len(one.optimizer.variables) == len(two.optimizer.variables)
    for mine, theirs in zip(one.get_weights(), two.get_weights(), strict=True):
        assert np.array_equal(mine, theirs)
    left = {path.name for path in run.iterdir()}
    assert left == {*SAME, "model.keras"}, left
