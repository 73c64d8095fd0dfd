"""Folded network: a network at rest, with its layers folded into as few operations as possible."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from saccade.engines.folded_convolution import Convolve
from saccade.engines.folding import fold
from saccade.graph import Network

LARGEST = 1e12  # the norm of a weight that nobody trained on purpose


class FoldedNetwork:
    """A network of one input and one output, ready to run at rest, without gradients.

    The weights are copied: what changes in the layers afterwards is not seen.

    Args:
        network: without models inside it (`graph.inlined`), every layer built.
        dtype: in which to compute, torch.float32 or torch.bfloat16.
        device: where to.

    Attributes:
        is_tame: whether all weights are finite and of a size that does not make infinity of
            images; else NaN may come up inside, of which ReLU in a convolution makes zero.
    """

    def __init__(self, network: Network, dtype: torch.dtype = torch.float32, device: Any = "cpu"):
        self.dtype, self.device = dtype, torch.device(device)
        self._input, self._output = (id(network.input_symbols[0]), id(network.output_symbols[0]))
        self._steps = fold(network, dtype)
        self.is_tame = self._is_tame()
        self._drops = self._find_drops()

    @torch.no_grad()
    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """The output for a batch, in `dtype`, for reading only; whole numbers stay as they are."""
        return self.run(x.to(self.device, self.dtype if x.is_floating_point() else x.dtype))

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """The same for a batch that is so already."""
        values = {self._input: x}
        for step, drops in zip(self._steps, self._drops, strict=True):
            values[step.gives] = step.run(*(values[name] for name in step.reads))
            for unused in drops:
                del values[unused]
        return values[self._output]

    @property
    def own_weights(self) -> list[torch.Tensor]:
        """The weights of layers that nothing was folded into: the layers' own, no copies."""
        found = {id(weight): weight for step in self._steps for weight in step.weights}
        return list(found.values())

    @contextmanager
    def in_plain_operations(self) -> Iterator[None]:
        """Meanwhile no operation is used that only torch's own compiler knows."""
        convolutions = [step.run for step in self._steps if isinstance(step.run, Convolve)]
        for one in convolutions:
            one.folded.is_plain = True
        try:
            yield
        finally:
            for one in convolutions:
                one.folded.is_plain = False

    def _is_tame(self) -> bool:
        found = self.own_weights
        for step in self._steps:
            if isinstance(step.run, Convolve):
                found += [step.run.folded.weight, step.run.folded.bias]
        norms = [
            torch.linalg.vector_norm(one, dtype=torch.float32)
            for one in found
            if one.is_floating_point()
        ]
        return not norms or bool((torch.stack(norms) < LARGEST).all())

    def _find_drops(self) -> list[list[int]]:
        """The values that nobody takes after each step; where it may be, a sum is written there."""
        readers: dict[int, list[Any]] = {}
        for step in self._steps:
            for name in step.reads:
                readers.setdefault(name, []).append(step.run)
        fresh = {step.gives for step in self._steps if isinstance(step.run, Convolve)}
        needed, drops = {self._output}, []
        for step in reversed(self._steps):
            unused = {name for name in step.reads if name not in needed}
            needed |= set(step.reads)
            drops.append(sorted(unused))
            if isinstance(step.run, Convolve) and len(step.reads) == 2:
                x, added = step.reads
                # Other layers may hand on what they were given, and it may still be needed.
                own = all(isinstance(one, Convolve) for one in readers[added])
                step.run.may_write = own and added in fresh and added in unused and added != x
        return drops[::-1]
