"""Sloped network: one in which a call gives gradients of what others gave, in prediction too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from saccade.graph import Network, Symbol
from saccade.nests import map_nest


def run_with_slopes(network: Network, inputs: Any, fitted: Callable[[Any, Symbol], Any]) -> Any:
    """As `Network.run`, with a graph of torch's from the inputs on, whoever calls it.

    Where the caller wants no gradients, the outputs know nothing of that graph.
    """
    wanted = torch.is_grad_enabled()
    with torch.inference_mode(False), torch.enable_grad():
        result = network.run(map_nest(_with_slope, inputs), fitted)
    return result if wanted else map_nest(torch.Tensor.detach, result)


def _with_slope(value: Any) -> Any:
    if not torch.is_tensor(value):
        return value
    value = value.clone() if value.is_inference() else value
    is_plain = value.is_floating_point() and not value.requires_grad
    return value.detach().requires_grad_() if is_plain else value
