"""Processes that begin with torch loaded: each is split off one that waits, instead of started anew.

Loading torch takes most of the time of a small script. A script still has a process of its own,
with its own modules, arguments and folder, and ends as Python ends.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import random
import runpy
import signal
import subprocess
import sys
import tempfile
import types
from pathlib import Path

LONGEST_S = 600


class WarmProcess:
    """A process with torch loaded, which runs Python in copies of itself."""

    def __init__(self) -> None:
        self._waiting = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._said = tempfile.TemporaryDirectory()
        atexit.register(self.end)

    def run(self, words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
        files = [Path(self._said.name, name) for name in ("stdout", "stderr")]
        request = {"words": words, "folder": str(folder), "files": list(map(str, files))}
        request["environment"] = {**os.environ, "MPLBACKEND": "Agg"}
        print(json.dumps(request), file=self._waiting.stdin, flush=True)
        status = int(self._waiting.stdout.readline())
        said = [file.read_text("utf-8") for file in files]
        for file in files:
            file.unlink()
        return subprocess.CompletedProcess(words, status, *said)

    def end(self) -> None:
        with self._waiting:
            self._waiting.stdin.close()
        self._said.cleanup()


@functools.cache
def warm_process() -> WarmProcess:
    """The one of this process."""
    return WarmProcess()


def python(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What `python WORDS` does in the folder: `-m MODULE ...`, `-c TEXT ...` or `FILE ...`.

    Tracebacks begin with frames of this file, and torch is there without having been imported.
    """
    words = tuple(map(str, words))
    if sys.platform == "linux":
        return warm_process().run(list(words), cwd)
    return subprocess.run(  # elsewhere a process with torch may not be split
        [sys.executable, *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        env={**os.environ, "MPLBACKEND": "Agg"},
    )


def wait_for_requests() -> dict:
    """What is asked for, in a copy of this process for each request; ends when nobody asks."""
    for line in sys.stdin:
        request = json.loads(line)
        if copy := os.fork():
            print(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]), flush=True)
        else:
            return request
    sys.exit()


def run_words(first: str, *others: str) -> None:
    if first == "-m":
        sys.argv, sys.path[0] = ["-m", *others[1:]], os.getcwd()
        runpy.run_module(others[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.argv, sys.path[0] = ["-c", *others[1:]], ""
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(compile(others[0], "<string>", "exec"), vars(main))
    else:
        sys.argv, sys.path[0] = [first, *others], str(Path(first).absolute().parent)
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        main.__file__ = first
        exec(compile(Path(first).read_text("utf-8"), first, "exec"), vars(main))


if __name__ == "__main__":
    import numpy as np
    import torch

    request = wait_for_requests()
    signal.alarm(LONGEST_S)
    os.environ.clear()
    os.environ.update(request["environment"])
    random.seed(0)  # a script that sets no seed draws the same each time
    np.random.seed(0)
    torch.manual_seed(0)
    os.chdir(request["folder"])
    for number, file in enumerate(request["files"], 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    sys.stdin = open(os.devnull)  # noqa: SIM115
    run_words(*request["words"])
