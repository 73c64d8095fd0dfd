"""Folding: the calls of a network at rest as few operations.

    convolution -> batch normalisation -> ReLU, ReLU up to 6, swish      one operation
    convolution -> batch normalisation -> + another branch -> ReLU       one operation
    zeros around images -> convolution                                   part of that operation

At rest a batch normalisation is y = scale * x + shift, per channel, so it goes into the kernels and
the bias of the convolution before it. Every other layer runs as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from saccade import activations
from saccade.engines.folded_convolution import Convolve
from saccade.graph import Network, Node, Symbol
from saccade.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    ReLU,
    ZeroPadding2D,
)
from saccade.numerics.convolution.fused import (
    HARD_SILU,
    RELU,
    RELU6,
    SILU,
    FusedConvolution,
    Pointwise,
)

# What a convolution can do to its own sum.
POINTWISE: dict[Any, Pointwise] = {
    activations.relu: RELU,
    activations.relu6: RELU6,
    activations.silu: SILU,
    activations.hard_silu: HARD_SILU,
}

# What folding reads of layers, besides their weights.
SETTINGS = (
    "activation",
    "axis",
    "data_format",
    "dilation_rate",
    "epsilon",
    "max_value",
    "negative_slope",
    "padding",
    "sides",
    "strides",
    "threshold",
)


@dataclass(eq=False)
class Step:
    """One operation.

    Attributes:
        reads: the values that it takes, by `id` of their symbols.
        gives: the value that it makes, likewise.
        run: from values to a value; images are in the data format of the layers.
        weights: those of a layer that is called as it is.
    """

    reads: list[int]
    gives: int
    run: Callable[..., torch.Tensor]
    weights: list[torch.Tensor] = field(default_factory=list)


def fold(network: Network, dtype: torch.dtype) -> list[Step]:
    """The steps, each after those that make what it takes.

    Args:
        network: of one output, without models inside it.
        dtype: of the folded weights.
    """
    with torch.no_grad():
        return _Folding(network, dtype).steps()


def settings_of(network: Network) -> list[tuple[Any, ...]]:
    """What of every layer is folded in with its weights, and the `call` that it has by now."""
    return [
        (call_of(layer), *(getattr(layer, name, None) for name in SETTINGS))
        for layer in network.layers
    ]


class _Folding:
    def __init__(self, network: Network, dtype: torch.dtype):
        self.dtype = dtype
        self.calls = network.calls
        self.place = {id(node): place for place, node in enumerate(self.calls)}
        self.users: dict[int, list[Node | None]] = {id(network.output_symbols[0]): [None]}
        for node in self.calls:
            for symbol in node.inputs:
                self.users.setdefault(id(symbol), []).append(node)
        self.folded: set[int] = set()  # ids of the calls that another's step stands for
        self.borders: dict[int, Node] = {}  # calls of ZeroPadding2D, by `id` of what they give

    def steps(self) -> list[Step]:
        found: list[tuple[int, Step]] = []
        for node in self.calls:
            if id(node) in self.folded:
                continue
            kind = kind_of(node.layer)
            if kind is ZeroPadding2D and self._next_is_convolution(node):
                self.borders[id(node.outputs)] = node
            elif kind in (Conv2D, DepthwiseConv2D) and _has_known_activation(node.layer):
                found.append(self._convolution(node))
            else:
                found.append((self.place[id(node)], _as_it_is(node)))
        return [step for _, step in sorted(found, key=lambda pair: pair[0])]

    def _convolution(self, node: Node) -> tuple[int, Step]:
        layer, last = node.layer, node
        weight, bias, groups = _weights_of(layer)
        then = POINTWISE.get(layer.activation)
        after = None if then else self._only_user(last)
        if after is not None and _normalises_channels(after, layer.data_format):
            scale, shift = _scale_and_shift(after.layer)
            weight, bias = weight * scale.reshape(-1, 1, 1, 1), shift + scale * bias
            last, after = self._take(after)
        added = None
        if after is not None and kind_of(after.layer) is Add:
            added = self._other_summand(after, last)
            if added is not None:
                last, after = self._take(after)
        after_it = None if after is None else _pointwise_of(after.layer)
        if after is not None and (after_it is RELU or (after_it and added is None)):
            last, _ = self._take(after)
            then = after_it
        padded = self.borders.get(id(node.args[0]))
        reads = [id((padded or node).args[0]), *([] if added is None else [id(added)])]
        border = (0, 0, 0, 0)
        if padded is not None:
            border = tuple(n for sides in padded.layer.sides for n in sides)
        folded = FusedConvolution(
            weight.to(self.dtype),
            bias.to(self.dtype),
            layer.strides,
            layer.dilation_rate,
            groups,
            then,
        )
        return self.place[id(last)], Step(reads, id(last.outputs), Convolve(layer, folded, border))

    def _take(self, node: Node) -> tuple[Node, Node | None]:
        """Fold a call in; gives it, and the call after it."""
        self.folded.add(id(node))
        return node, self._only_user(node)

    def _only_user(self, node: Node) -> Node | None:
        """The one call that takes what a call gives; None where there are several, or it goes out.

        A call that another convolution has taken is nobody's.
        """
        users = self.users.get(id(node.outputs), [])
        only = users[0] if len(users) == 1 else None
        return None if only is None or id(only) in self.folded else only

    def _other_summand(self, add: Node, mine: Node) -> Symbol | None:
        """What is added to mine, where both are images of one shape and come in one list."""
        pair = add.inputs
        if len(pair) != 2 or add.kwargs.keys() - {"training"}:
            return None
        other = pair[1] if pair[0] is mine.outputs else pair[0]
        same = other.shape == mine.outputs.shape and other.dtype == mine.outputs.dtype
        # The step runs where the addition stands, after whatever makes the other.
        return other if same else None

    def _next_is_convolution(self, node: Node) -> bool:
        after = self._only_user(node)
        if after is None or kind_of(after.layer) not in (Conv2D, DepthwiseConv2D):
            return False
        if after.layer.data_format != node.layer.data_format:
            return False
        return after.layer.padding == "valid" and _has_known_activation(after.layer)


def _as_it_is(node: Node) -> Step:
    """A call of the layer itself."""
    names = [id(symbol) for symbol in node.inputs]

    def run(*values: torch.Tensor) -> torch.Tensor:
        args, kwargs = node.arguments(dict(zip(names, values, strict=True)))
        return node.layer(*args, **kwargs | {"training": False})

    return Step(names, id(node.outputs), run, list(node.layer.weights))


def call_of(layer: Any) -> Any:
    """What a layer computes with: its class's method, or what somebody put into it."""
    own = vars(layer)
    return own.get("call") or own.get("convolution_op") or type(layer).call


def kind_of(layer: Any) -> type | None:
    """The class of a layer; None where somebody put another `call` into it, or into its class."""
    module = str(getattr(call_of(layer), "__module__", ""))
    return type(layer) if module.startswith("saccade.") else None


def _has_known_activation(layer: Any) -> bool:
    return layer.activation is activations.linear or layer.activation in POINTWISE


def _pointwise_of(layer: Any) -> Pointwise | None:
    """What a layer does to each number alone, if a convolution can do it too."""
    if kind_of(layer) is Activation:
        return POINTWISE.get(layer.activation)
    if kind_of(layer) is not ReLU or layer.negative_slope or layer.threshold:
        return None
    return {None: RELU, 6.0: RELU6}.get(layer.max_value)


def _normalises_channels(node: Node, data_format: str) -> bool:
    layer = node.layer
    axes = (1, -3) if data_format == "channels_first" else (-1, 3)
    return (
        kind_of(layer) is BatchNormalization and layer.axis in axes and len(node.args[0].shape) == 4
    )


def _scale_and_shift(layer: BatchNormalization) -> tuple[torch.Tensor, torch.Tensor]:
    """At rest the layer is y = scale * x + shift."""
    scale = torch.rsqrt(layer.moving_variance.double() + layer.epsilon)
    if layer.gamma is not None:
        scale = scale * layer.gamma.double()
    shift = -layer.moving_mean.double() * scale
    return scale, shift if layer.beta is None else shift + layer.beta.double()


def _weights_of(layer: Any) -> tuple[torch.Tensor, torch.Tensor, int]:
    """torch's weight (filters, channels/groups, height, width), bias and groups, in float64."""
    if kind_of(layer) is DepthwiseConv2D:
        height, width, channels, _ = layer.kernel.shape
        weight = layer.kernel.permute(2, 3, 0, 1).reshape(-1, 1, height, width)
        groups = channels
    else:
        weight, groups = layer.kernel.permute(3, 2, 0, 1), layer.groups
    weight = weight.double()
    bias = weight.new_zeros(len(weight)) if layer.bias is None else layer.bias.double()
    return weight, bias, groups
