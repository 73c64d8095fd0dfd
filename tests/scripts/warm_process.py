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
from pathlib import Path

LONGEST_S = 600


class WarmProcess:
    """A process with torch loaded, which runs modules of Python in copies of itself."""

    def __init__(self) -> None:
        self._waiting = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "MPLBACKEND": "Agg"},
        )
        atexit.register(self.end)

    def run(self, module: str, words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
        """`python -m MODULE WORDS` in the folder."""
        files = [folder / "stdout.txt", folder / "stderr.txt"]
        request = {"module": module, "words": words, "folder": str(folder)}
        request["files"] = list(map(str, files))
        print(json.dumps(request), file=self._waiting.stdin, flush=True)
        status = int(self._waiting.stdout.readline())
        said = [file.read_text("utf-8") for file in files]
        for file in files:
            file.unlink()
        return subprocess.CompletedProcess(words, status, *said)

    def end(self) -> None:
        with self._waiting:
            self._waiting.stdin.close()


@functools.cache
def warm_process() -> WarmProcess:
    """The one of this process."""
    return WarmProcess()


def wait_for_requests() -> dict:
    """What is asked for, in a copy of this process for each request; ends when nobody asks."""
    for line in sys.stdin:
        request = json.loads(line)
        if copy := os.fork():
            print(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]), flush=True)
        else:
            return request
    sys.exit()


if __name__ == "__main__":
    import numpy as np
    import torch

    request = wait_for_requests()
    signal.alarm(LONGEST_S)
    random.seed(0)  # a script that sets no seed draws the same each time
    np.random.seed(0)
    torch.manual_seed(0)
    os.chdir(request["folder"])
    for number, file in enumerate(request["files"], 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    sys.stdin = open(os.devnull)  # noqa: SIM115
    sys.argv = ["-m", *request["words"]]
    sys.path[0] = request["folder"]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)
