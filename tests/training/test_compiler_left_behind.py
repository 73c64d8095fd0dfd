"""A compiler that takes too long is left behind, and must not spoil the end of a good run."""

import subprocess
import sys
import time

import pytest

BUSY = """
    x = torch.ones(300, 300)
    while True:
        x = x @ x * 0 + 1
"""
WAITING = """
    subprocess.run(["sleep", "60"], check=False)
"""

SCRIPT = """
import subprocess, sys, torch
from saccade.training.compiled.compiled_step import CannotCompile
from saccade.training.compiled.trial import _in_time

def work():{work}

try:
    _in_time(work, 0.2)
except CannotCompile:
    print("trained")
sys.exit({code})
"""


@pytest.mark.parametrize(("work", "code"), [(BUSY, 0), (WAITING, 3)], ids=["in torch", "waiting"])
def test_the_process_ends_soon_and_as_it_should(work, code):
    start = time.monotonic()
    script = SCRIPT.format(work=work, code=code)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=50
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, "trained\n", "")
    assert time.monotonic() - start < 30
