"""Killed at any moment and started again, a run ends as one that nobody stopped, bit for bit."""

import os
import subprocess
import sys

import pytest


def soak(root, *words, seed):
    command = [sys.executable, root / "scripts" / "soak_resume.py", "--seed", str(seed), *words]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="its runs are forks")
def test_five_kills(root):
    """Augmented photos with all callbacks, and a frozen prefix; other workers in every run."""
    said = soak(root, "--kills", "5", "--cases", "generator", "frozen", seed=5)
    assert said.count(", 0 with another result") == 2


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="its runs are forks")
def test_fifty_kills(root):
    assert soak(root, "--kills", "50", seed=50).count(", 0 with another result") == 6
