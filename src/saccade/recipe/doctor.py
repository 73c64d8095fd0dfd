"""The machine: what `saccade.doctor` finds."""

from __future__ import annotations

import os
import platform
import shutil

import torch

from saccade.applications import NETWORKS
from saccade.files.published.kept_file import keras_home, spoiled_file
from saccade.files.published.offline import who_forbids
from saccade.numerics.machine.device import default_device
from saccade.numerics.machine.native_precision import processor_facts, processor_flags
from saccade.recipe.versions import versions

COMPILERS = ("c++", "g++", "clang++", "cl")
WEIGHT_FILES = (".h5", ".keras", ".safetensors", ".json")
# Flag in /proc/cpuinfo -> the name that people know; the first group computes in few bits.
PRECISIONS = {
    "amx_bf16": "AMX-BF16",
    "amx_fp16": "AMX-FP16",
    "amx_int8": "AMX-INT8",
    "avx512_bf16": "AVX512-BF16",
    "avx512_fp16": "AVX512-FP16",
    "avx512_vnni": "AVX512-VNNI (int8)",
    "avx_vnni": "AVX-VNNI (int8)",
    "bf16": "BF16",
    "fphp": "FP16",
    "i8mm": "I8MM (int8)",
}
VECTORS = {"avx512f": "AVX-512", "avx2": "AVX2", "sve": "SVE", "asimd": "NEON"}


def doctor() -> dict[str, str]:
    """What this machine and installation offer, by what it is: processor, device, versions, ..."""
    return {
        "device": _device(),
        "processor": _processor(),
        "low precision": _low_precision(),
        "threads": f"{torch.get_num_threads()} for torch, {os.cpu_count()} processors",
        "C++ compiler": _compiler(),
        "weights": _weights(),
    } | versions()


def _device() -> str:
    device = default_device()
    return f"cuda, {torch.cuda.get_device_name(device)}" if device.type == "cuda" else device.type


def _processor() -> str:
    name = processor_facts().get("model name") or platform.processor() or platform.machine()
    vectors = next((word for flag, word in VECTORS.items() if flag in processor_flags()), None)
    return f"{name} ({vectors or torch.backends.cpu.get_cpu_capability()})"


def _low_precision() -> str:
    found = [word for flag, word in PRECISIONS.items() if flag in processor_flags()]
    return ", ".join(found) or "none found: float32 only"


def _compiler() -> str:
    for name in (os.environ.get("CXX"), *COMPILERS):
        if name and (path := shutil.which(name)):
            return path
    return "none found (only torch.compile needs one)"


def _weights() -> str:
    folder = keras_home() / "models"
    spoiled = {
        spoiled_file(file)
        for network in NETWORKS.values()
        for file in (network.pretrained.with_top, network.pretrained.without_top)
        if file is not None
    }
    files = sorted(
        path.name + (" (not as published)" if path in spoiled else "")
        for path in folder.glob("*")
        if path.suffix.lower() in WEIGHT_FILES
    )
    setting = who_forbids()
    forbidden = f"; {setting} forbids to fetch others" if setting else ""
    return f"{', '.join(files) or 'none'} in {folder}{forbidden}"
