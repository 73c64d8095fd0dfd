"""ResNet50's ImageNet weights, out of Keras's file, in the two forms that the peers read.

Keras and saccade get the file without its top; torchvision's network gets the same numbers, so that
all peers of transfer.py train a head on the same features.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np

TOPS = ("fc1000", "predictions", "probs")  # what the last layer was called over the years


def write_without_top(source: Path, target: Path) -> None:
    """Copy a legacy .h5 file but for its last layer: Keras reads no other into the backbone."""
    with h5py.File(source) as old, h5py.File(target, "w") as new:
        names = [name for name in layer_names(old) if name not in TOPS]
        for name in names:
            old.copy(name, new)
        for key, value in old.attrs.items():
            new.attrs[key] = value
        new.attrs["layer_names"] = [name.encode() for name in names]


def layer_names(file: Any) -> list[str]:
    """The names in Keras's order; HDF5 gives them as bytes."""
    return [n.decode() if isinstance(n, bytes) else n for n in file.attrs["layer_names"]]


def write_for_torch(source: Path, target: Path) -> None:
    """Write the backbone as a state of torchvision's resnet50.

    Kernels (height, width, in, out) become (out, in, height, width). A bias b before a batch
    normalisation is the same as a moving mean m - b. Keras's images are BGR and torchvision's RGB,
    so the first kernel's channels are turned round; the means are then in the worker's Normalize.
    """
    import torch

    state: dict[str, Any] = {}
    with h5py.File(source) as file:
        for name in layer_names(file):
            if name in TOPS or not name.endswith("_conv"):
                continue
            conv = arrays(file, name)
            norm = arrays(file, name.removesuffix("_conv") + "_bn")
            kernel = conv["kernel"].transpose(3, 2, 0, 1)
            to_conv, to_norm = places(name)
            state[f"{to_conv}.weight"] = kernel[:, ::-1] if name == "conv1_conv" else kernel
            state[f"{to_norm}.weight"], state[f"{to_norm}.bias"] = norm["gamma"], norm["beta"]
            state[f"{to_norm}.running_mean"] = norm["moving_mean"] - conv["bias"]
            state[f"{to_norm}.running_var"] = norm["moving_variance"]
    tensors = {key: torch.from_numpy(np.ascontiguousarray(value)) for key, value in state.items()}
    torch.save(tensors, target)


def arrays(file: Any, layer: str) -> dict[str, np.ndarray]:
    """A layer's weights by the last word of their names."""
    group = file[layer]
    found = {}
    for path in group.attrs["weight_names"]:
        path = path.decode() if isinstance(path, bytes) else path
        found[path.rpartition("/")[2].partition(":")[0]] = np.asarray(group[path])
    return found


def places(name: str) -> tuple[str, str]:
    """conv3_block1_2_conv -> layer2.0.conv2, layer2.0.bn2; torchvision's names for Keras's."""
    if name == "conv1_conv":
        return "conv1", "bn1"
    stage, block, number, _ = name.split("_")
    prefix = f"layer{int(stage.removeprefix('conv')) - 1}.{int(block.removeprefix('block')) - 1}"
    if number == "0":
        return f"{prefix}.downsample.0", f"{prefix}.downsample.1"
    return f"{prefix}.conv{number}", f"{prefix}.bn{number}"
