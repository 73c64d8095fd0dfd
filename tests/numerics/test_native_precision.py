"""Native precision: which machines compute in bfloat16 themselves."""

from __future__ import annotations

import pytest
import torch

from saccade.numerics.machine import native_precision
from saccade.numerics.machine.native_precision import has_native_bfloat16, processor_flags

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("flags\t\t: fpu avx2 amx_bf16", True),
        ("flags\t\t: fpu avx2 avx512f avx512_bf16", True),
        ("Features\t: fp asimd bf16", True),
        ("Features\t: fp asimd", False),
        ("flags\t\t: fpu avx2 avx512f avx512_vnni", False),
        ("model name\t: one with amx_bf16 in its name", False),
    ],
)
def test_processors(tmp_path, monkeypatch, line, expected):
    info = tmp_path / "cpuinfo"
    info.write_text(f"processor\t: 0\n{line}\n\nprocessor\t: 1\nflags\t\t: amx_bf16\n")
    monkeypatch.setattr(native_precision, "CPUINFO", info)
    assert has_native_bfloat16(CPU) is expected


def test_a_machine_without_cpuinfo_has_none(tmp_path, monkeypatch):
    monkeypatch.setattr(native_precision, "CPUINFO", tmp_path / "none")
    assert processor_flags() == set()
    assert not has_native_bfloat16(CPU)


@pytest.mark.parametrize(
    ("capability", "expected"), [((7, 5), False), ((8, 0), True), ((9, 0), True)]
)
def test_gpus(monkeypatch, capability, expected):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert has_native_bfloat16(torch.device("cuda", 0)) is expected


def test_other_devices_have_none(tmp_path, monkeypatch):
    info = tmp_path / "cpuinfo"
    info.write_text("flags\t: amx_bf16\n")  # the processor's are not the device's
    monkeypatch.setattr(native_precision, "CPUINFO", info)
    assert not has_native_bfloat16(torch.device("meta"))
