"""Trainings that are killed and go on, and what they must end with."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from recipe import training_server
from saccade.models import load_model

KILLED = -signal.SIGKILL
SAME = ("history.csv", "metrics.json", "classes.json", "curves.png", "confusion.png")


@dataclass
class Trainings:
    """`saccade train` in a folder, by a server that forks."""

    folder: Path
    server: Any
    settings: dict[str, Any] = field(default_factory=dict)

    def start(
        self, *words: Any, processors: int | None = None, events: int | None = None
    ) -> int:
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


def kill_and_go_on(
    here: Trainings, words: Sequence[Any], kills: int, chance: random.Random, span_s: float
) -> list[str]:
    """Begin a run, kill it so often, at random moments, and let it come to its end.

    Returns:
        The moments, for a message.
    """
    moments = []
    done = 0
    while done < kills:
        processors = chance.choice([1, 2])
        if chance.random() < 0.5:
            events = chance.randint(1, 60)
            moments.append(f"event {events}")
            code = here.run(*words, "--resume", processors=processors, events=events)
        else:
            wait_s = chance.uniform(0, span_s)
            moments.append(f"{wait_s:.3f} s")
            process = here.start(*words, "--resume", processors=processors)
            time.sleep(wait_s)
            os.kill(process, signal.SIGKILL)
            code = here.end()
        done += 1
        assert code in (KILLED, 0), (moments, here.said())
        if code == 0:  # it came to its end before
            break
        check_readable(here.folder / words[words.index("-o") + 1])
    else:
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


def assert_same_end(run: Path, other: Path, command: bool = False) -> None:
    """Two runs left the same files: weights and numbers to the bit."""
    for name in SAME:
        one, two = ((folder / name).read_bytes() for folder in (run, other))
        if name == "metrics.json":
            one, two = (json.loads(each) for each in (one, two))
            if not command:
                one["command"] = two["command"] = ""
        assert one == two, name
    one, two = (load_model(folder / "model.keras") for folder in (run, other))
    assert one.optimizer is None or len(one.optimizer.variables) == len(two.optimizer.variables)
    for mine, theirs in zip(one.get_weights(), two.get_weights(), strict=True):
        assert np.array_equal(mine, theirs)
    left = {path.name for path in run.iterdir()}
    assert left == {*SAME, "model.keras"}, left
