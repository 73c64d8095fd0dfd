"""`saccade --help`, `--version`, shell completion, `doctor`: quick, and light."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from saccade.cli import app
from saccade.numerics.machine import native_precision
from saccade.recipe import doctor
from saccade.version import __version__

COMMANDS = ("train", "predict", "evaluate", "augment-preview", "summary", "contours", "doctor")
HELP_S = 0.4


def run(*words: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    source = {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    return subprocess.run(
        [sys.executable, "-m", "saccade", *words],
        capture_output=True,
        text=True,
        env=os.environ | source | (environment or {}),
        check=False,
    )


def test_help_names_every_command_at_once():
    # The processor's time, not the clock's: other work on the machine must not fail this.
    before = os.times()
    page = run("--help")
    after = os.times()
    spent_s = after.children_user + after.children_system
    spent_s -= before.children_user + before.children_system
    assert page.returncode == 0
    assert not [name for name in COMMANDS if name not in page.stdout]
    assert spent_s < HELP_S * 1.5  # a machine half as fast again as ours may run the tests


def test_the_page_of_train_tells_defaults():
    page = run("train", "--help", environment={"COLUMNS": "200"}).stdout
    for word in (
        "--optimizer",
        "adam",
        "--seed",
        "--validation",
        "--overwrite",
        "[default: (0.2 for lenet, 0.1 for others)]",
    ):
        assert word in page


def test_version():
    assert run("--version").stdout == f"saccade {__version__}\n"


def test_completion_is_offered():
    shown = run(
        "",
        environment={
            "_SACCADE_COMPLETE": "complete_bash",
            "COMP_WORDS": "saccade tr",
            "COMP_CWORD": "1",
        },
    )
    assert shown.stdout.split() == ["train"]


def test_doctor_names_what_it_finds(tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "resnet50_notop.h5").write_bytes(b"")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("CXX", sys.executable)
    done = CliRunner().invoke(app, ["doctor"], catch_exceptions=False)
    rows = dict(line.split("  ", 1) for line in done.stdout.splitlines())
    rows = {name.strip(): value.strip() for name, value in rows.items()}
    found = f"resnet50_notop.h5 in {tmp_path / 'models'}"
    assert rows["weights"] == f"{found}; SACCADE_OFFLINE=1 forbids to fetch others"
    monkeypatch.delenv("SACCADE_OFFLINE")
    assert doctor.doctor()["weights"] == found
    assert rows["C++ compiler"] == sys.executable
    assert rows["saccade"] == __version__
    assert {"device", "threads", "python", "torch", "numpy", "pillow"} <= set(rows)


@pytest.mark.parametrize(
    ("flags", "found"),
    [
        ("fpu avx2 avx512f avx512_bf16 amx_bf16 amx_tile", "AMX-BF16, AVX512-BF16"),
        ("fpu avx2", "none found: float32 only"),
    ],
)
def test_doctor_reads_the_processors_flags(tmp_path, monkeypatch, flags, found):
    info = tmp_path / "cpuinfo"
    info.write_text(
        f"processor\t: 0\nmodel name\t: Some CPU\nflags\t\t: {flags}\n\nprocessor\t: 1\n"
    )
    monkeypatch.setattr(native_precision, "CPUINFO", info)
    rows = doctor.doctor()
    assert rows["low precision"] == found
    assert rows["processor"].startswith("Some CPU (AVX")


def test_doctor_without_compiler_weights_and_cpuinfo(tmp_path, monkeypatch):
    monkeypatch.setattr(native_precision, "CPUINFO", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("SACCADE_OFFLINE")
    rows = doctor.doctor()
    assert rows["C++ compiler"].startswith("none found")
    assert rows["weights"] == f"none in {tmp_path / 'models'}"
