"""What fit, evaluate and predict gave in a script, with saccade and with a Keras, side by side.

    python tests/scripts/told_numbers.py PYTHON PHOTOS NAME ...

prints the largest difference of each script, in what was told and in what was left at the end; PYTHON is an interpreter whose `import keras` is to be
compared with, such as .bench/tensorflow/bin/python for Keras on TensorFlow itself.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
TOLD, LEFT = ("fit: ", "evaluate: ", "predict: "), ("left: ",)


def run(words: list[str | Path], cwd: Path, python: str = sys.executable, **environment) -> str:
    """What a process printed; it must end well."""
    done = subprocess.run(
        [python, *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "KERAS_BACKEND": "torch", "MPLBACKEND": "Agg", **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def numbers_in(said: str, first_words: tuple[str, ...]) -> list[tuple[str, np.ndarray]]:
    """Every number that was told, in order, with what it is called."""
    found = []
    for line in said.splitlines():
        for word in first_words:
            if line.startswith(word):
                found += _named(word, ast.literal_eval(line.removeprefix(word)))
    return found


def _named(name: str, told) -> list[tuple[str, np.ndarray]]:
    if isinstance(told, dict):
        return [row for key in sorted(told) for row in _named(f"{name}{key} ", told[key])]
    return [(name.strip(), np.ravel(np.array(_flat(told), "float64")))]


def _flat(told) -> list[float]:
    if isinstance(told, list | tuple):
        return [number for one in told for number in _flat(one)]
    return [float(told)]


def largest_difference(ours: str, theirs: str, first_words: tuple[str, ...] = TOLD) -> float:
    """Relative where a number is above 1, absolute below."""
    mine, other = (numbers_in(said, first_words) for said in (ours, theirs))
    assert [name for name, _ in mine] == [name for name, _ in other]
    worst = 0.0
    for (name, one), (_, two) in zip(mine, other, strict=True):
        assert one.shape == two.shape, name
        worst = max(worst, float(np.max(abs(one - two) / np.maximum(1, abs(two)), initial=0)))
    return worst


def main(python: str, *words: str) -> None:
    photos, *names = words
    look = "import importlib.util, sys; sys.exit(importlib.util.find_spec('tensorflow') is None)"
    has_tensorflow = not subprocess.run([python, "-c", look], check=False).returncode
    theirs = {"KERAS_BACKEND": "tensorflow"} if has_tensorflow else {}
    for name in names:
        script = [HERE / "fixed_run.py", HERE / "acceptance" / f"{name}.py", Path(photos).resolve()]
        said = []
        try:
            with tempfile.TemporaryDirectory() as folder:
                said.append(run(script, Path(folder), python, **theirs))
            with tempfile.TemporaryDirectory() as folder:
                said.append(run(["-m", "saccade", *script], Path(folder)))
            told, left = (largest_difference(*said[::-1], words) for words in (TOLD, LEFT))
            print(f"{name:24} {told:.1e} {left:.1e}", flush=True)
        except AssertionError as error:
            for who, one in zip(("keras", "saccade"), said, strict=False):
                Path(f"{tempfile.gettempdir()}/{name}.{who}").write_text(one)
            print(f"{name:24} {str(error).strip().splitlines()[-1][:150]}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
