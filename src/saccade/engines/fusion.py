"""Fusion: calls of a network as fewer and cheaper operations, with the same numbers.

    convolution, ReLU, max pooling      convolution, max pooling, ReLU in place: the largest of a
                                        window is the same, and a quarter of the numbers is left
    normalisation or addition, ReLU     the same, ReLU in place: one array less is kept
    images from layer to layer          stay in torch's layout: no views between the layers

Unlike `folding`, everything here has its gradient, and both are the same to the bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch.nn.modules import module as torch_module

from saccade import activations
from saccade.activations import pointwise
from saccade.engines.folding import call_of, kind_of
from saccade.graph import Network, Node, Symbol
from saccade.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    MaxPooling2D,
    ReLU,
)
from saccade.layers.core.calls.call_scope import scope
from saccade.layers.core.layer_kinds import Activated
from saccade.numerics.convolution.nhwc import (
    as_depthwise_weight,
    as_weight,
    average_pool,
    convolve,
    max_pool,
)

Formula = Callable[[Any, torch.Tensor, bool], torch.Tensor]
"""Of a layer, images with their channels second, and whether it is training."""


def _convolution(layer: Any, x: torch.Tensor, training: bool) -> torch.Tensor:
    weight = as_weight(layer.kernel)
    return convolve(
        x, weight, layer.bias, layer.strides, layer.padding, layer.dilation_rate, layer.groups
    )


def _depthwise(layer: Any, x: torch.Tensor, training: bool) -> torch.Tensor:
    weight = as_depthwise_weight(layer.kernel)
    channels = layer.kernel.shape[-2]
    return convolve(
        x, weight, layer.bias, layer.strides, layer.padding, layer.dilation_rate, channels
    )


def _normalisation(layer: Any, x: torch.Tensor, training: bool) -> torch.Tensor:
    return layer.normalised(x, training)


def _max_pooling(layer: Any, x: torch.Tensor, training: bool) -> torch.Tensor:
    return max_pool(x, layer.pool_size, layer.strides, layer.padding)


def _average_pooling(layer: Any, x: torch.Tensor, training: bool) -> torch.Tensor:
    return average_pool(x, layer.pool_size, layer.strides, layer.padding)


def _relu(layer: Any, x: torch.Tensor, training: bool) -> torch.Tensor:
    return torch.relu(x)


def _relu_in_place(layer: Any, x: torch.Tensor, training: bool) -> torch.Tensor:
    return torch.relu_(x)


def _relu6(layer: Any, x: torch.Tensor, training: bool) -> torch.Tensor:
    return F.relu6(x)


def _relu6_in_place(layer: Any, x: torch.Tensor, training: bool) -> torch.Tensor:
    return F.relu6(x, inplace=True)


def _activated(layer: Any, x: torch.Tensor, training: bool) -> torch.Tensor:
    return layer.activation(x)


FORMULAS: dict[type, Formula] = {
    Conv2D: _convolution,
    DepthwiseConv2D: _depthwise,
    BatchNormalization: _normalisation,
    MaxPooling2D: _max_pooling,
    AveragePooling2D: _average_pooling,
}
IN_PLACE: dict[Formula, Formula] = {_relu: _relu_in_place, _relu6: _relu6_in_place}
_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
_GLOBAL_HOOKS = [getattr(torch_module, f"_global{name}") for name in _HOOKS]


class FusedCalls:
    """Calls in a row, each of which takes what the one before it gives, and nobody else does.

    Args:
        nodes: the calls. The first may be an addition of two.

    Attributes:
        reads: the values that they take, by `id` of their symbols.
        gives: the value that they make, likewise.
    """

    def __init__(self, nodes: list[Node]):
        self.nodes = nodes
        self.reads = [id(symbol) for symbol in nodes[0].inputs]
        self.gives = id(nodes[-1].outputs)
        self._layers = [node.layer for node in nodes]
        self._seen = [_sight_of(layer) for layer in self._layers]
        self._formulas = _formulas_of(self._layers)
        self._hooks = [getattr(layer, name) for layer in self._layers for name in _HOOKS]
        self._hooks += _GLOBAL_HOOKS

    def fit(self, *images: Any) -> bool:
        """Whether the layers are as they were, and these are images of floats."""
        return (
            not any(self._hooks)
            and all(
                type(x) is torch.Tensor and x.ndim == 4 and x.is_floating_point() for x in images
            )
            and (len(images) == 1 or images[0].shape == images[1].shape)
            and all(map(_is_as_seen, self._layers, self._seen))
        )

    def run(self, *images: torch.Tensor) -> torch.Tensor:
        """What the calls give for images with their channels second, likewise."""
        training, casting = bool(scope.training), scope.casting
        if len(images) == 2:
            first = self._layers[0]._computes_in
            x = images[0].to(first) + images[1].to(first)
        else:
            (x,) = images
        try:
            for layer, formula in self._formulas:
                if layer is not None:
                    if x.dtype is not layer._computes_in:
                        x = x.to(layer._computes_in)
                    scope.casting = layer if layer._is_mixed else None
                x = formula(layer, x, training)
        finally:
            scope.casting = casting
        return x


def fused(network: Network) -> list[FusedCalls | Node]:
    """The calls of a network in an order that works, those that can be fused together."""
    users: dict[int, int] = {id(symbol): 1 for symbol in network.output_symbols}
    for node in network.calls:
        for symbol in node.inputs:
            users[id(symbol)] = users.get(id(symbol), 0) + 1
    open_rows: dict[int, list[Node]] = {}  # by what the last call of a row gives
    rows: list[list[Node]] = []
    for node in network.calls:
        row = open_rows.pop(id(node.inputs[0]), None) if _goes_on(node) else None
        if row is not None:
            row.append(node)
        elif _can_begin(node):
            rows.append(row := [node])
        if row is not None and users.get(id(node.outputs)) == 1:
            open_rows[id(node.outputs)] = row
    # At the place of the first of them, so that gradients meet in the order that they had.
    by_first = {id(row[0]): row for row in rows}
    inside = {id(node) for row in rows for node in row[1:]}
    return [
        FusedCalls(by_first[id(node)]) if id(node) in by_first else node
        for node in network.calls
        if id(node) not in inside
    ]


def _goes_on(node: Node) -> bool:
    """Whether a call is of one batch of images whose channels are last, by a formula known here."""
    layer, kind = node.layer, kind_of(node.layer)
    if not node.is_plain or not _is_images(node.args[0]) or not _is_images(node.outputs):
        return False
    if not layer.autocast or layer.activity_regularizer is not None:
        return False
    if kind is BatchNormalization:
        return layer.axis in (-1, 3) and not layer._has_own_moments
    if kind is ReLU:
        return _rectifier_of(layer) is not None
    if kind is Activation:
        return is_same_in_either_layout(layer.activation)
    if kind in (Conv2D, DepthwiseConv2D):
        return is_same_in_either_layout(layer.activation) and layer.data_format == "channels_last"
    return kind in FORMULAS and layer.data_format == "channels_last"


def _can_begin(node: Node) -> bool:
    if kind_of(node.layer) is not Add:
        return _goes_on(node)
    return (
        len(node.inputs) == 2
        and not node.kwargs
        and all(map(_is_images, [*node.inputs, node.outputs]))
        and node.inputs[0].shape == node.inputs[1].shape
        and node.layer.autocast
        and node.layer.activity_regularizer is None
    )


def _is_images(symbol: Any) -> bool:
    return isinstance(symbol, Symbol) and len(symbol.shape) == 4 and "float" in symbol.dtype


def is_same_in_either_layout(activation: Any) -> bool:
    """Whether an activation gives the same bits in either layout, as all but one here do."""
    inside = getattr(activation, "__module__", "") == pointwise.__name__
    return inside and activation is not activations.gelu


def _rectifier_of(layer: Any) -> Formula | None:
    """ReLU, or ReLU up to 6; None for other settings."""
    if layer.negative_slope or layer.threshold:
        return None
    return {None: _relu, 6.0: _relu6}.get(layer.max_value)


def _formulas_of(layers: list[Any]) -> list[tuple[Any, Formula]]:
    """What is computed, with the layer that says how; none for what needs no layer."""
    found: list[tuple[Any, Formula]] = []
    for layer in layers:
        kind = kind_of(layer)
        if kind in FORMULAS:
            found.append((layer, FORMULAS[kind]))
        if kind is ReLU:
            found.append((None, _rectifier_of(layer) or _relu))
        elif kind in (Conv2D, DepthwiseConv2D, Activation):
            known = {activations.relu: _relu, activations.relu6: _relu6}
            if layer.activation is not activations.linear:
                rectifier = known.get(layer.activation)
                found.append((None, rectifier) if rectifier else (layer, _activated))
    # The largest of what is cut off at 0 is the largest, cut off at 0; and where several are the
    # largest, the first of them gets the gradient, or none does.
    for place, (_, formula) in enumerate(found[:-1]):
        if formula is _relu and found[place + 1][1] is _max_pooling:
            found[place : place + 2] = found[place + 1], found[place]
    # What a layer before gave is for nobody else, and its gradient does not need it; what comes
    # into the row may be.
    writes = {*FORMULAS.values()}
    is_sum = kind_of(layers[0]) is Add
    before: list[Formula | None] = [None, *(formula for _, formula in found)]
    return [
        (layer, IN_PLACE.get(formula, formula))
        if last in writes or (last is None and is_sum)
        else (layer, formula)
        for last, (layer, formula) in zip(before, found, strict=False)
    ]


def _are_floats(x: Any) -> bool:
    return type(x) is torch.Tensor and x.ndim == 4 and x.is_floating_point()


def _sight_of(layer: Any) -> tuple[Any, ...]:
    """What of a layer the row was made for."""
    return call_of(layer), layer.activation if isinstance(layer, Activated) else None


def _is_as_seen(layer: Any, seen: tuple[Any, ...]) -> bool:
    return layer.built and _sight_of(layer) == seen and layer.activity_regularizer is None
