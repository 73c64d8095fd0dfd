"""Work: how many multiplications and bytes a network needs, and how fast this machine does them.

The limit of an operation is what the machine's peak allows for its multiplications, counted as
direct convolution; its roofline is the larger of that and of its bytes by the bandwidth. Training
is the forward pass and two more: gradients of what came in, and of the weights.
"""

from __future__ import annotations

import time
from math import prod
from typing import Any, NamedTuple

FORWARD, TRAINING = 1, 3


class Operation(NamedTuple):
    """One call of a layer, for one image."""

    multiplications: int
    reads: int  # numbers that it takes, weights not counted: a batch shares them
    writes: int
    is_normalisation: bool


def operations(model: Any) -> list[Operation]:
    """Of a model of saccade's that has no models inside."""
    found = []
    for node in model._graph().calls:
        layer = node.layer
        reads = sum(prod(symbol.shape[1:]) for symbol in node.inputs)
        out = node.outputs.shape[1:]
        kind = type(layer).__name__
        each = 0
        if kind in ("Conv2D", "DepthwiseConv2D"):
            each = prod(layer.kernel.shape[: -1 if kind == "Conv2D" else 2])
        elif kind == "SeparableConv2D":
            depthwise, pointwise = layer.depthwise_kernel.shape, layer.pointwise_kernel.shape
            each = prod(depthwise[:2]) * pointwise[2] / pointwise[3] + pointwise[2]
        elif kind == "Dense":
            each = layer.kernel.shape[0]
        many = prod(out) * each
        found.append(Operation(int(many), reads, prod(out), kind == "BatchNormalization"))
    return found


def multiplications(parts: list[Operation]) -> int:
    return sum(part.multiplications for part in parts)


def roofline_s(
    parts: list[Operation], flops: float, bytes_a_second: float, number_bytes: int, passes: int
) -> float:
    """Seconds an image takes at least, one operation after another.

    Forward an operation reads what it takes and writes what it gives; a normalisation reads twice,
    for it needs the mean first. Backward it reads what it took and the gradient of what it gave,
    and writes the gradient of what it took; a convolution does so in two passes.
    """
    total = 0.0
    for part in parts:
        forward = part.reads * (2 if part.is_normalisation else 1) + part.writes
        backward = 2 * part.reads + part.writes
        if part.multiplications:
            backward += part.writes  # for the weights once more
        if part.is_normalisation:
            backward += part.reads + part.writes
        times = [(part.multiplications, forward)]
        if passes == TRAINING:
            times.append((2 * part.multiplications, backward))
        for many, numbers in times:
            total += max(2 * many / flops, numbers * number_bytes / bytes_a_second)
    return total


def peak_flops(dtype: str, size: int = 2048, times: int = 8) -> float:
    """Of a matrix product of this process, the best of some, additions counted."""
    import torch

    a = torch.randn(size, size).to(getattr(torch, dtype))
    b = torch.randn(size, size).to(a.dtype)
    return 2 * size**3 / best_s(lambda: a @ b, times)


def peak_bytes(times: int = 8) -> float:
    """Bytes a second that are read and written when two large arrays are added."""
    import torch

    a, b, c = (torch.rand(1 << 24) for _ in range(3))
    return 3 * a.nbytes / best_s(lambda: torch.add(a, b, out=c), times)


def best_s(call: Any, times: int) -> float:
    call()
    best = float("inf")
    for _ in range(times):
        begin = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - begin)
    return best
