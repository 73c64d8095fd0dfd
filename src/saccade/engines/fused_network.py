"""Fused network: a network that is trained or run as it is, its calls fused where they can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from saccade.engines.fusion import FusedCalls, fused
from saccade.graph import Network, Node, Symbol, map_symbols
from saccade.layers.core.masks import MaskPassing
from saccade.numerics.convolution.nhwc import channels_last, channels_second


class FusedNetwork:
    """A network that runs with the same numbers and gradients, in fewer operations.

    What somebody looks at is there: a layer with hooks, and one that was changed since, runs as
    it is.

    Args:
        network: what is run.
    """

    def __init__(self, network: Network):
        self._network = network
        self._steps = fused(network)
        self._drops = self._find_drops()
        self._shown = self._find_shown()

    def run(self, inputs: Any, fitted: Callable[[Any, Symbol], Any]) -> Any:
        """As `Network.run`."""
        network = self._network
        if MaskPassing.seen:  # masks are handed on from layer to layer
            return network.run(inputs, fitted)
        values = network.assign(inputs)
        for symbol in network.input_symbols:
            values[id(symbol)] = fitted(values[id(symbol)], symbol)
        second: dict[int, torch.Tensor] = {}  # images that fused calls gave, channels second
        for step, drops in zip(self._steps, self._drops, strict=True):
            if not isinstance(step, FusedCalls):
                _call(network, step, values, second)
            elif not _runs_fused(step, values, second):
                for node in step.nodes:
                    _call(network, node, values, second)
            elif step.gives in self._shown:  # what reads it here takes the same tensor
                values[step.gives] = channels_last(second.pop(step.gives))
            for unused in drops:
                values.pop(unused, None)
                second.pop(unused, None)
        return map_symbols(network.result, lambda symbol: _last(id(symbol), values, second))

    def _find_drops(self) -> list[list[int]]:
        """For each step, the values that nobody needs after it."""
        kept = {id(symbol) for symbol in self._network.output_symbols}
        seen, drops = set(kept), []
        for step in reversed(self._steps):
            nodes = step.nodes if isinstance(step, FusedCalls) else [step]
            used = {id(symbol) for node in nodes for symbol in node.inputs} - seen
            seen |= used
            drops.append(sorted(used))
        return drops[::-1]

    def _find_shown(self) -> set[int]:
        """The values that the caller sees, and other layers.

        Somebody may ask for the gradient with respect to one, as Grad-CAM does. So what is computed
        from it has to be computed from the tensor that is seen, and not from another view.
        """
        plain = [step for step in self._steps if not isinstance(step, FusedCalls)]
        symbols = [*self._network.output_symbols, *(one for node in plain for one in node.inputs)]
        return {id(symbol) for symbol in symbols}


def _runs_fused(step: FusedCalls, values: dict[int, Any], second: dict[int, torch.Tensor]) -> bool:
    """Run fused calls; False where they do not fit, or where the layers have to say why not."""
    images = [second[name] if name in second else values[name] for name in step.reads]
    if not step.fit(*images):
        return False
    # A view for each reader, as layers have it: gradients are summed in the same order.
    images = [
        x if name in second else channels_second(x)
        for name, x in zip(step.reads, images, strict=True)
    ]
    try:
        second[step.gives] = step.run(*images)
    except RuntimeError:
        return False
    return True


def _call(
    network: Network, node: Node, values: dict[int, Any], second: dict[int, torch.Tensor]
) -> None:
    """Make one call as it is, on values as layers see them."""
    taken = {id(symbol) for symbol in node.inputs}.intersection(second)
    for name in taken:
        values[name] = channels_last(second[name])
    network.call(node, values)
    for name in taken:
        del values[name]


def _last(name: int, values: dict[int, Any], second: dict[int, torch.Tensor]) -> Any:
    return channels_last(second[name]) if name in second else values[name]


def fused_network(network: Network) -> FusedNetwork:
    """The network fused, once."""
    if network.fused is None:
        network.fused = FusedNetwork(network)
    return network.fused
