"""What an image costs in `predict`: by layers, folded, and in OpenVINO where it is installed.

    OMP_NUM_THREADS=1 python benchmarks/predicting.py MobileNetV2 16 5

Processor time of one thread, in turns, so that a busy machine disturbs it little.
"""

from __future__ import annotations

import sys
import time

import torch

from saccade import applications
from saccade.engines.folded_network import FoldedNetwork
from saccade.engines.openvino_network import OpenVinoNetwork, has_openvino
from saccade.graph import inlined
from saccade.models.graph_holder import network_of
from saccade.numerics.machine.allocator import keep_freed_memory

PX = 128


def main(name: str, batch: int, rounds: int) -> None:
    torch.set_num_threads(1)
    keep_freed_memory()
    model = getattr(applications, name)(weights=None, input_shape=(PX, PX, 3), classes=10)
    network = network_of(model)
    assert network is not None
    x = torch.rand(batch, PX, PX, 3)
    folded = FoldedNetwork(inlined(network, network_of))

    def layers(x: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            return model(x, training=False)

    ways = {"layers": layers, "folded": folded}
    if has_openvino():
        ways["OpenVINO"] = OpenVinoNetwork(folded)
    taken = {way: [] for way in ways}
    for turn in range(rounds + 1):
        for way, run in ways.items():
            began = time.process_time()
            run(x)
            if turn:  # the first one lays out and compiles
                taken[way].append(time.process_time() - began)
    for way, seconds in taken.items():
        print(f"{name}, batch of {batch}, {way}: {1e3 * min(seconds) / batch:.2f} ms an image")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
