"""Compute every case of the thin tensorflow under the real one, and keep what it gives.

    make .bench/tensorflow/.ready && .venv/bin/python scripts/compare_tensorflow.py

The tests compare with the file that this writes, and need no TensorFlow.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".bench" / "tensorflow" / "bin" / "python"
CASES = ROOT / "tests" / "tensorflow_alias"


def main() -> int:
    if not PYTHON.exists():
        print("TensorFlow is not there: make .bench/tensorflow/.ready")
        return 1
    command = [PYTHON, CASES / "evaluation.py", CASES / "outcomes.json"]
    return subprocess.run(list(map(str, command)), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
