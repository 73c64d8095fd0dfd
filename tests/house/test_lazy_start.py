"""What a fresh interpreter loads: `--help` no torch, the layers no picture library."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"torch", "numpy", "PIL", "h5py", "sklearn", "matplotlib", "scipy"}


def loaded_by(arguments: list[str], root: Path) -> tuple[set[str], str]:
    """The top-level modules that a fresh `python ARGUMENTS` imports, and what it prints."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(root / "src")},
        cwd=root,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [row for row in done.stderr.splitlines() if row.startswith("import time:")]
    return {row.rpartition("|")[2].strip().split(".")[0] for row in rows}, done.stdout


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import saccade", HEAVY | {"rich", "typer"}),
        ("import saccade.errors, saccade.notes, saccade.names", HEAVY | {"rich", "typer"}),
        pytest.param(  # `saccade.models` loads it
            "import saccade.layers", HEAVY - {"torch", "numpy"} | {"rich"}, marks=pytest.mark.slow
        ),
        ("import saccade.models", HEAVY - {"torch", "numpy"} | {"rich"}),
    ],
)
def test_an_import_loads_no_more_than_it_needs(code, unwanted, root):
    loaded, _ = loaded_by(["-c", code], root)
    assert "saccade" in loaded
    assert sorted(loaded & unwanted) == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["-m", "saccade", "--help"], id="python -m saccade"),
        pytest.param(
            ["-c", "import sys; from saccade.cli import main; sys.argv[1:] = ['--help']; main()"],
            id="console entry",
        ),
    ],
)
def test_help_loads_neither_torch_nor_sklearn_nor_matplotlib(arguments, root):
    loaded, page = loaded_by(arguments, root)
    assert "saccade" in loaded
    assert "usage" in page.lower()
    assert sorted(loaded & HEAVY) == []
