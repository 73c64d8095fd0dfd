"""Compute every case of the thin tensorflow under the real one, and keep what it gives.

    make .bench/tensorflow/.ready && .venv/bin/python scripts/compare_tensorflow.py

The tests compare with the file that this writes, and need no TensorFlow.
"""

from __future__ import annotations

import json
import os
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
    status = subprocess.run(list(map(str, command)), check=False).returncode
    keep_script_tensors()
    return status


def keep_script_tensors() -> None:
    """What a script that imports Keras alone may do with tensors there; what raises is left out."""
    ran = subprocess.run(
        [PYTHON, CASES / "programs" / "script_tensors.py"],
        env={**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(ran.stdout[ran.stdout.index("{\n") :])
    computed = {text: one for text, one in found.items() if one != "raises"}
    (CASES / "script_tensors.json").write_text(json.dumps(computed, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
