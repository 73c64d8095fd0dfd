"""A frozen ResNet50, block by block: the layers as they are, folded, and in OpenVINO.

    python benchmarks/transfer/frozen_prefix.py [--size 150] [--rounds 5]

The ways take turns; each round runs a few blocks of 16 images. Random weights: what is computed
does not depend on them.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch

from saccade.applications.resnet import ResNet50
from saccade.engines.folded_network import FoldedNetwork
from saccade.engines.openvino_network import OpenVinoNetwork, has_openvino
from saccade.graph import inlined
from saccade.layers import GlobalAveragePooling2D
from saccade.models import Sequential
from saccade.models.graph_holder import network_of
from saccade.numerics.machine.allocator import keep_freed_memory
from saccade.training.features.frozen_prefix import BLOCK

BLOCKS = 4  # to a round


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    ways = ways_to_run(given.size)
    x = 255 * torch.rand(BLOCK, given.size, given.size, 3) - 110
    reference = ways["layers as they are"](x)
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for name, run in ways.items():
        off = (run(x) - reference).abs().max() / reference.abs().max()
        print(f"{name}: largest difference {off:.1e} of the largest feature")
    for _ in range(given.rounds):
        for name, run in ways.items():
            began_s = time.perf_counter()
            for _ in range(BLOCKS):
                run(x)
            speeds[name].append(BLOCK * BLOCKS / (time.perf_counter() - began_s))
    base = speeds["layers as they are"]
    print(f"\nimages/s at {given.size}x{given.size}, blocks of {BLOCK}, {given.rounds} rounds")
    for name, found in speeds.items():
        ratios = [one / other for one, other in zip(found, base, strict=True)]
        print(
            f"{name:48} {statistics.median(found):6.1f} ({min(found):.1f} to {max(found):.1f})"
            f"   {statistics.median(ratios):.2f} times"
        )


def ways_to_run(size: int) -> dict[str, Callable[[torch.Tensor], torch.Tensor]]:
    keep_freed_memory()
    backbone = ResNet50(weights=None, include_top=False, input_shape=(size, size, 3))
    model = Sequential([backbone, GlobalAveragePooling2D()])
    network = inlined(model._graph(), network_of)
    folded, plain = FoldedNetwork(network), FoldedNetwork(network)

    def as_they_are(x: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            return model(x, training=False)

    def in_plain_operations(x: torch.Tensor) -> torch.Tensor:
        with plain.in_plain_operations():
            return plain(x)

    ways = {
        "layers as they are": as_they_are,
        "normalisation folded": in_plain_operations,
        "and sums, ReLU fused, weights packed": folded,
    }
    if has_openvino():
        ways["OpenVINO"] = OpenVinoNetwork(folded)
    return ways


if __name__ == "__main__":
    main()
