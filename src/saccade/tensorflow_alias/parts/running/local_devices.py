"""Local devices: what there is to compute on, as TensorFlow 1 described it."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from saccade.tensorflow_alias.parts.running.devices import list_logical_devices


class DeviceAttributes(NamedTuple):
    """One device: "/device:GPU:0", "GPU", its bytes of memory, and what it is."""

    name: str
    device_type: str
    memory_limit: int
    physical_device_desc: str


def list_local_devices(session_config: Any = None) -> list[DeviceAttributes]:
    """The processor, and the NVIDIA GPUs that torch can use.

    The memory of the processor is told as 256 MiB, which TensorFlow says of every one.
    """
    found = []
    for device in list_logical_devices():
        memory, about = 256 * 2**20, ""
        if device.device_type == "GPU":
            number = int(device.name.rpartition(":")[2])
            told = torch.cuda.get_device_properties(number)
            memory, about = told.total_memory, f"device: {number}, name: {told.name}"
        found.append(DeviceAttributes(device.name, device.device_type, memory, about))
    return found
