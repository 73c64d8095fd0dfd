"""Devices: what there is to compute on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch

from saccade.errors import InvalidArgument
from saccade.notes import note_once
from saccade.numerics.machine.device import gpu_count


class PhysicalDevice(NamedTuple):
    """One device: "/physical_device:GPU:0" and "GPU"."""

    name: str
    device_type: str


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The processor, and the NVIDIA GPUs that torch can use; of one type, or of all."""
    counts = {"CPU": 1, "GPU": gpu_count()}
    return [
        PhysicalDevice(f"/physical_device:{kind}:{number}", kind)
        for kind, count in counts.items()
        for number in range(count)
        if device_type in (None, kind)
    ]


get_visible_devices = list_physical_devices


def list_logical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The same under the names that `tf.device` takes: "/device:GPU:0"."""
    return [
        PhysicalDevice(one.name.replace("physical_", ""), one.device_type)
        for one in list_physical_devices(device_type)
    ]


def set_memory_growth(device: Any, enable: bool) -> None:
    """Memory is taken as it is needed, always; other compile_arguments are told that."""
    if not enable:
        note_once("set_memory_growth: memory is always taken as it is needed")


def get_memory_growth(device: Any) -> bool:
    return True


def get_memory_info(device: str) -> dict[str, int]:
    """Bytes that tensors take on a GPU, now and at most; of the processor zeros.

    Raises:
        InvalidArgument: there is no such device.
    """
    kind, _, number = str(device).lower().lstrip("/").removeprefix("device:").partition(":")
    place = int(number or 0)
    if kind == "cpu":
        return {"current": 0, "peak": 0}
    if kind != "gpu" or place >= len(list_physical_devices("GPU")):
        needed = "there is no such device"
        raise InvalidArgument("tf.config.experimental.get_memory_info", needed, repr(device))
    return {
        "current": torch.cuda.memory_allocated(place),
        "peak": torch.cuda.max_memory_allocated(place),
    }


def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
    """Which GPUs are used is the environment's choice; other compile_arguments are told that."""
    chosen = devices if isinstance(devices, (list, tuple)) else [devices]
    there = list_physical_devices("GPU")
    if device_type != "GPU" or not there:
        return
    if not chosen:
        note_once("set_visible_devices: to hide the GPU, set CUDA_VISIBLE_DEVICES= before the run")
    elif len(chosen) < len(there):
        note_once("set_visible_devices: to choose a GPU, set CUDA_VISIBLE_DEVICES before the run")


def set_soft_device_placement(enabled: bool) -> None:
    """Nothing is placed by hand, so there is nothing to be soft about."""


@contextmanager
def device(name: Any) -> Iterator[None]:
    """`with tf.device("/GPU:0")`: obeyed where the device exists; weights made inside go there.

    A device that is not there is the processor, with a note.
    """
    kind, _, number = str(name).lower().lstrip("/").removeprefix("device:").partition(":")
    if kind == "gpu" and torch.cuda.is_available():
        chosen = torch.device("cuda", int(number or 0))
    else:
        if kind != "cpu":
            note_once(
                f"tf.device({name!r}): there is no such device; the processor is used",
                key="no such device",
            )
        chosen = torch.device("cpu")
    if chosen.type == torch.get_default_device().type:
        yield
        return
    with chosen:
        yield


def set_intra_op_parallelism_threads(num_threads: int) -> None:
    """How many threads share one operation; 0 leaves it to torch."""
    if num_threads:
        torch.set_num_threads(int(num_threads))


def get_intra_op_parallelism_threads() -> int:
    return torch.get_num_threads()


def set_inter_op_parallelism_threads(num_threads: int) -> None:
    """Operations run one after another, whatever is said here."""


def get_inter_op_parallelism_threads() -> int:
    return 1


def set_jit(enabled: Any) -> None:
    """XLA is not there; `compile(jit_compile=True)` compiles with torch."""


def enable_op_determinism() -> None:
    """Operations that give the same numbers every time, where torch has them."""
    torch.use_deterministic_algorithms(True, warn_only=True)


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    return torch.cuda.is_available()


def is_built_with_cuda() -> bool:
    return torch.version.cuda is not None


is_built_with_gpu_support = is_built_with_cuda


def gpu_device_name() -> str:
    """ "/device:GPU:0", or "" without a GPU."""
    return "/device:GPU:0" if torch.cuda.is_available() else ""


class LogicalDeviceConfiguration(NamedTuple):
    """How much of a GPU TensorFlow was to take, in megabytes; torch takes what it needs."""

    memory_limit: Any = None
    experimental_priority: Any = None
    experimental_device_ordinal: Any = None


def set_logical_device_configuration(device: Any, logical_devices: Any) -> None:
    """Memory is taken as it is needed, whatever is said here."""


def get_logical_device_configuration(device: Any) -> None:
    """None: a device is whole."""


def enable_tensor_float_32_execution(enabled: bool) -> None:
    """Whether a GPU may round the factors of float32 products to 10 bits."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = bool(enabled)


def tensor_float_32_execution_enabled() -> bool:
    return bool(torch.backends.cuda.matmul.allow_tf32)


def set_log_device_placement(enabled: bool) -> None:
    """Nothing is placed by itself, so there is nothing to log."""
