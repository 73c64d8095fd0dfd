"""At rest: a network that is run without training it, as fast as this machine can."""

from __future__ import annotations

from typing import Any

import torch

from saccade.graph import Network
from saccade.notes import note_once
from saccade.training.fast_network import FastNetwork
from saccade.training.openvino_network import OpenVinoNetwork, has_openvino

WORTH_IMAGES = 400  # from so many on, OpenVINO earns back the seconds that it takes to compile


class AtRest:
    """A network of one input and one output at rest; melted when it first runs.

    A weight that changes later is seen: the network is melted again.

    Args:
        network: without models inside it.
        images: about how many will be run; decides what is worth preparing.
        dtype: in which to compute; None for the layers' own.
    """

    def __init__(self, network: Network, images: int = 0, dtype: torch.dtype | None = None):
        self.network, self.images = network, images
        self._dtype = dtype or common_dtype(network)
        self._melted: Any = None
        self._melted_from: Any = None

    @property
    def engine(self) -> str:
        """ "openvino", "torch", or "layers" where the layers' precisions differ."""
        if self._dtype is None:
            return "layers"
        on_cpu = all(weight.device.type == "cpu" for weight in self._weights())
        fits = self._dtype is torch.float32 and self.images >= WORTH_IMAGES
        return "openvino" if fits and on_cpu and has_openvino() else "torch"

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """The output for a batch, for reading only."""
        if self._dtype is None:
            with torch.no_grad():
                return self.network.run(x, lambda value, symbol: value)
        state = self.state()
        if self._melted is None or self._melted_from != state:
            self._melted, self._melted_from = self._melt(x), state
        return self._melted(x)

    def state(self) -> Any:
        """Differs after a weight has changed; cheap enough to ask often."""
        return [(id(weight), weight._version, weight.device) for weight in self._weights()]

    def _melt(self, x: torch.Tensor) -> Any:
        melted = FastNetwork(self.network, self._dtype or torch.float32, x.device)
        if self.engine != "openvino":
            return melted
        fast = OpenVinoNetwork(melted)
        try:
            fast(x)
        except Exception as fault:  # whatever it can't do, torch can
            first = (str(fault).splitlines() or [""])[0]
            note_once(f"OpenVINO cannot run this network, so torch does: {first}")
            return melted
        return fast

    def _weights(self) -> list[Any]:
        return [weight for layer in self.network.layers for weight in layer.weights]


def common_dtype(network: Network) -> torch.dtype | None:
    """The precision in which all layers compute; None where they differ."""
    words = {node.layer.compute_dtype for node in network.calls}
    return getattr(torch, words.pop()) if len(words) == 1 else None
