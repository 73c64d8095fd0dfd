"""Frozen prefix: the first part of a model, which training cannot change.

It ends at one array that everything behind it is computed from; nothing in it has a weight that is
trained, and nothing in it does in training what it does not do in prediction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import torch

from saccade.engines.fused_network import fused_network
from saccade.engines.inference import Inference, as_it_lies, is_known
from saccade.graph import Network, Node, Symbol, map_symbols, symbols_in
from saccade.layers import BatchNormalization, Lambda, Normalization
from saccade.layers.core.layer import Layer
from saccade.layers.operations.operation import Operation
from saccade.user_names import set_inside, values_inside

BLOCK = 16  # images that run together, however many are asked for


class Tail(Layer):
    """What of a model comes after its frozen prefix: the same layers, called on features.

    Args:
        network: from the features to the model's outputs.
        model: whose place it takes: what layers add to the loss is noted there.
    """

    def __init__(self, network: Network, model: Layer):
        super().__init__(name="tail", autocast=False)
        lossy = values_inside(model, "_lossy").setdefault("_lossy", {})
        set_inside(self, "_lossy", lossy)
        self._network = network
        self._parts = list(network.layers)  # so that torch finds their weights here, too
        self.built = True

    def call(self, features: torch.Tensor) -> Any:
        return fused_network(self._network).run(features, lambda value, symbol: value)


class FrozenPrefix:
    """A prefix, folded and ready to run on images.

    Law: features(x) runs blocks of 16 images, the last one filled up with zeros, so an image's
    features do not depend on the batch that it comes in, to the bit.

    Args:
        network: from the model's input to the end of the prefix, without models inside it.
        fitted: makes an input what its symbol says, or raises; see `Network.run`.

    Attributes:
        tail: what comes after it.
        inference: runs it.
        is_known: whether saccade knows all that its layers do.
    """

    def __init__(self, network: Network, tail: Tail, fitted: Callable[[Any, Symbol], Any]):
        self.network, self.tail = network, tail
        self.is_known = all(map(is_known, network.layers))
        self._fitted = fitted
        self.inference = Inference(network)

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Of the features of one image."""
        return self.network.output_symbols[0].shape[1:]

    @property
    def dtype(self) -> torch.dtype:
        """Of the features."""
        return getattr(torch, self.network.output_symbols[0].dtype)

    @property
    def device(self) -> torch.device:
        return next(w.device for layer in self.network.layers for w in layer.weights)

    def is_still(self) -> bool:
        """Whether nothing was unfrozen since it was found."""
        return all(_is_still(node) for node in self.network.calls)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """The features of images on the model's device, (n, ...) in its precision."""
        x = self._only(x)
        blocks = [self._of_block(x[start : start + BLOCK]) for start in range(0, len(x), BLOCK)]
        return torch.cat(blocks)

    def features_together(self, x: torch.Tensor) -> torch.Tensor:
        """The same for images that nobody asks for twice: all of them in one block of their own."""
        x = self._fitted(self._only(x), self.network.input_symbols[0])
        with torch.no_grad():
            return self.inference(x).clone()  # a tensor of inference mode could not be trained on

    def _only(self, x: Any) -> Any:
        """The one input, which may come in a list or a dict."""
        return x if torch.is_tensor(x) else next(iter(self.network.assign(x).values()))

    def _of_block(self, x: torch.Tensor) -> torch.Tensor:
        rows = len(x)
        if rows < BLOCK:
            x = torch.cat([x, x.new_zeros(BLOCK - rows, *x.shape[1:])])
        return self.features_together(x)[:rows]

    def state(self) -> Any:
        """Differs after a weight has changed; cheap enough to ask often."""
        return self.inference.state()

    def name(self) -> bytes:
        """What stands for all that an image's features depend on: layers, settings, weights."""
        whole = hashlib.blake2b(f"{self.inference.engine} {self.device.type}".encode())
        layers = {id(layer): place for place, layer in enumerate(self.network.layers)}
        calls = {id(node): place for place, node in enumerate(self.network.nodes)}

        def place_of(symbol: Symbol) -> Any:
            return "from", calls[id(symbol.node)], symbol.index

        for node in self.network.nodes:
            given = repr(map_symbols([node.args, node.kwargs], place_of))
            config: Any = id(node.layer)
            if is_known(node.layer):
                config = node.layer.get_config() | {"name": "", "trainable": False}
            parts = [layers[id(node.layer)], type(node.layer).__name__, given, config]
            whole.update(json.dumps(parts, default=str, sort_keys=True).encode())
        for layer in self.network.layers:
            for weight in layer.weights:
                whole.update(str(weight.stride()).encode())
                whole.update(_bytes(weight.detach().cpu()).numpy().data)
        return whole.digest()


def _bytes(weight: torch.Tensor) -> torch.Tensor:
    return as_it_lies(weight).contiguous().reshape(-1).view(torch.uint8)


def find_prefix(network: Network, model: Any) -> FrozenPrefix | None:
    """The longest frozen prefix of a model; None where none has weights.

    Args:
        network: the model's, without models inside it.
    """
    if len(network.input_symbols) != 1 or isinstance(network.inputs, dict):
        return None
    cut = None
    for live, has_weights in _prefixes(network):
        if len(live) == 1 and has_weights:
            cut = live[0]
    if cut is None or any(cut is symbol for symbol in network.output_symbols):
        return None
    prefix = Network(network.input_symbols[0], cut)
    return FrozenPrefix(prefix, Tail(Network(cut, network.outputs), model), model._fitted)


def random_before_frozen(network: Network) -> Layer | None:
    """The layer that draws, without weights, before the first ones with weights, all frozen."""
    draws = None
    for node in network.calls:
        if node.layer.weights:
            return draws if _is_still(node) else None
        if draws is None and not _is_still(node):
            draws = node.layer
    return None


def _prefixes(network: Network) -> Iterator[tuple[list[Symbol], bool]]:
    """After each of the first calls that are still: (values needed later, any weights)."""
    uses: dict[int, int] = {}
    for symbol in network.output_symbols:
        uses[id(symbol)] = uses.get(id(symbol), 0) + 1
    for node in network.calls:
        for symbol in node.inputs:
            uses[id(symbol)] = uses.get(id(symbol), 0) + 1
    live = {id(symbol): symbol for symbol in network.input_symbols}
    has_weights = False
    for node in network.calls:
        if not _is_still(node):
            return
        # A Normalization alone is no work that is worth keeping.
        has_weights |= bool(node.layer.weights) and type(node.layer) is not Normalization
        for symbol in node.inputs:
            uses[id(symbol)] -= 1
            if not uses[id(symbol)]:
                live.pop(id(symbol), None)
        live |= {id(one): one for one in symbols_in(node.outputs) if uses.get(id(one))}
        yield list(live.values()), has_weights


def _is_still(node: Node) -> bool:
    """Whether a call does the same in training as in prediction, and cannot change."""
    layer = node.layer
    known = type(layer).__module__.startswith("saccade.layers.")
    if (
        not known
        or layer._makes_masks
        or layer.activity_regularizer is not None
        or is_watched(layer)
    ):
        return False
    # A weight of a frozen layer may be trained all the same: layer.kernel.trainable = True.
    if any(one.requires_grad for one in layer.weights) or any(True for _ in layer.sublayers()):
        return False
    if isinstance(layer, Operation) and not layer.keeps_samples_apart:
        return False
    if type(layer) is Lambda:
        return "training" not in layer._passed_on
    if not layer._takes_training or node.kwargs.get("training") is False:
        return True
    return type(layer) is BatchNormalization and not layer.trainable


def is_watched(layer: Any) -> bool:
    """Whether somebody hung torch hooks on a layer, which want to see it called."""
    return bool(layer._forward_hooks or layer._forward_pre_hooks or layer._backward_hooks)
