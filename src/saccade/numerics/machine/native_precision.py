"""Native precision: what this machine computes in few bits without imitating it."""

from __future__ import annotations

from pathlib import Path

import torch

CPUINFO = Path("/proc/cpuinfo")
BFLOAT16_FLAGS = frozenset({"amx_bf16", "avx512_bf16", "bf16"})
AMPERE = (8, 0)  # the first of NVIDIA's generations with bfloat16 in its circuits


def processor_facts() -> dict[str, str]:
    """The first processor's lines in /proc/cpuinfo; empty where there is none."""
    try:
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").split("\n\n")[0].splitlines()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in lines)
    return {name.strip(): value.strip() for name, _, value in pairs}


def processor_flags() -> set[str]:
    """The processor's abilities, by Linux's names: "avx2", "amx_bf16"; "bf16" on ARM."""
    facts = processor_facts()
    return set((facts.get("flags") or facts.get("Features") or "").split())


def has_native_bfloat16(device: torch.device) -> bool:
    """Whether a device computes in bfloat16 natively; where it imitates it, it is slow.

    Law: the processor has AMX-BF16, AVX512-BF16 or ARM's BF16; the GPU is Ampere or newer.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= AMPERE
    return device.type == "cpu" and bool(BFLOAT16_FLAGS & processor_flags())
