"""The device that new weights and batches go to."""

from __future__ import annotations

import torch


def default_device() -> torch.device:
    """CUDA, then Apple's MPS, then the CPU; `torch.set_default_device` wins over all.

    Read anew each time it is asked, because a user may set torch's default at any moment.
    """
    chosen = torch.get_default_device()
    if chosen.type != "cpu":
        return chosen
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def gpu_count() -> int:
    """How many NVIDIA GPUs torch can use."""
    return torch.cuda.device_count() if torch.cuda.is_available() else 0
