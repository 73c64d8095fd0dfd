"""GraphHolder: the half of a model that may be a graph of layers between symbols."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from saccade.data.sources.source import ManyArrays
from saccade.engines.fused_network import fused_network
from saccade.engines.inference import Inference, adds_nothing
from saccade.engines.sloped_network import run_with_slopes
from saccade.errors import InvalidArgument, NotKnownYet, StateError
from saccade.graph import Network, Shape, Symbol, inlined, plain_shapes, symbols_in
from saccade.layers.core.calls.call_arguments import in_shape_of
from saccade.layers.core.layer import Layer
from saccade.layers.core.masks import with_mask_of, with_masks
from saccade.layers.core.tracking import safe_key
from saccade.layers.operations.operation import Operation
from saccade.layers.operations.tensorflow_function import TFOpLambda
from saccade.models.graph_config import graph_config, rebuilt
from saccade.models.old_methods import LayerList, cut_off
from saccade.models.symbol_losses import add_symbols, closing, drop_losses, run_whole, taken
from saccade.models.trainer import Trainer
from saccade.names import told_apart
from saccade.nests import is_nest
from saccade.old_layer_names import todays_name
from saccade.script_door import is_script_door_open
from saccade.training.custom_step import overrides
from saccade.training.features.feature_reuse import FeatureReuse, reuse_of
from saccade.training.features.frozen_prefix import is_watched
from saccade.training.outputs import is_deep, names_in
from saccade.user_names import inner_values, set_inside, values_inside

MANY_IMAGES = 32  # from so many on, predicting earns back what folding the layers costs


class GraphHolder(Trainer):
    """Knows the calls between its inputs and outputs when it was made of symbols."""

    _training_place = 1  # call(inputs, training, mask), as in Keras 2
    _network: Network | None = None
    _graph_layers: Sequence[Layer] = ()
    _with_losses: Network | None = None  # [outputs, losses, metrics], where some were added
    _keeps_values: int = False  # of its symbols, for a loss that uses them: 2 where by gradients

    def sublayers(self) -> Iterator[Any]:
        known = self._graph_layers
        yield from known
        ids = {id(layer) for layer in known}
        yield from (layer for layer in super().sublayers() if id(layer) not in ids)

    @property
    def layers(self) -> list[Any]:
        """The layers directly inside the model, those of a graph in Keras's order, by depth.

        Operators and functions of `keras.ops` between them are not among them, as in Keras 3,
        which `operations` lists. In a graph with functions of TensorFlow's they are: only tf.keras
        2 knew such graphs, and there they were layers.
        """
        found = [layer for layer in self.sublayers() if isinstance(layer, Layer)]
        if not any(isinstance(layer, TFOpLambda) for layer in found):
            found = [layer for layer in found if not is_operator(layer)]
        return LayerList(found, self)

    @property
    def operations(self) -> list[Any]:
        """All that a graph of symbols calls, functions and operators too, by depth.

        Source: `keras.Model.operations`.
        """
        return list(self._graph().layers)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """The layer of this name, or at this place.

        Raises:
            InvalidArgument: there is none; the message lists the names.
        """
        layers = self.layers
        if index is not None and name is None:
            if -len(layers) <= index < len(layers):
                return layers[index]
            raise InvalidArgument(self.where, f"there are {len(layers)} layers", f"index {index}")
        name = name.replace("/", "_") if isinstance(name, str) else name
        by_name = {layer.name: layer for layer in reversed(layers)}
        found = by_name.get(name)
        if found is None and isinstance(name, str) and is_script_door_open():
            found = by_name.get(todays_name(name, by_name))
        if found is not None:
            return found
        raise InvalidArgument(
            self.where,
            "get_layer needs the name of a layer",
            repr(name),
            f"The layers are {', '.join(layer.name for layer in layers)}.",
        )

    def _set_graph(self, inputs: Any, outputs: Any) -> None:
        """Become the graph between some symbols."""
        network = Network(inputs, outputs)
        network.check_names()
        # Not attributes like others: the layers are tracked in Keras's order.
        set_inside(self, "_network", network)
        set_inside(self, "_graph_layers", list(network.layers))
        for number, layer in enumerate(network.layers):
            self._modules[safe_key("_graph_layers", number)] = layer  # torch finds them there
        self.autocast = False  # each input says what it needs
        self.built = True
        self._built_shape = plain_shapes(inputs)

    @property
    def inputs(self) -> list[Symbol]:
        """The symbols that come in; a model without a graph may keep what it likes here."""
        own = vars(self)
        return own["inputs"] if "inputs" in own else self._graph().input_symbols

    @inputs.setter
    def inputs(self, value: Any) -> None:
        if self._is_graph():
            do = "Make another: Model(inputs, outputs)."
            raise StateError(self.where, "the inputs of a graph stay as they are", do=do)
        vars(self)["inputs"] = value

    @property
    def outputs(self) -> list[Symbol]:
        """The symbols that come out; a model without a graph may keep what it likes here."""
        own = vars(self)
        return own["outputs"] if "outputs" in own else self._graph().output_symbols

    @outputs.setter
    def outputs(self, symbols: Any) -> None:
        if self._is_graph():
            cut_off(self, symbols)
        else:
            vars(self)["outputs"] = symbols

    def _cut_at(self, symbols: list[Symbol]) -> None:
        """End at these symbols of the graph."""
        for number in range(len(self._graph_layers)):
            self._modules.pop(safe_key("_graph_layers", number), None)
        self._set_graph(self.input, symbols if len(symbols) > 1 else symbols[0])

    @property
    def input(self) -> Any:
        return self._graph().inputs

    @property
    def output(self) -> Any:
        return self._graph().outputs

    def get_input_at(self, node_index: int) -> Any:
        """The symbols of one of the model's calls; the first is the graph itself, as in Keras 2."""
        if self._network is None or node_index < 0:
            return super().get_input_at(node_index)
        return super().get_input_at(node_index - 1) if node_index else _the_one(self.input)

    def get_output_at(self, node_index: int) -> Any:
        """The symbols that one of the calls gave; the first is the graph itself."""
        if self._network is None or node_index < 0:
            return super().get_output_at(node_index)
        return super().get_output_at(node_index - 1) if node_index else _the_one(self.output)

    @property
    def input_names(self) -> list[str]:
        return [symbol.name for symbol in self.inputs]

    @property
    def output_names(self) -> list[str]:
        """The names of the layers that make the outputs; a number tells apart those of one."""
        return told_apart(symbol.node.layer.name for symbol in self.outputs)

    def _is_graph(self) -> bool:
        return self._network is not None or type(self)._graph is not GraphHolder._graph

    def _graph(self) -> Network:
        if self._network is None:
            raise NotKnownYet(
                self.where,
                "inputs and outputs are known for models made of symbols",
                None,
                "Use Model(inputs, outputs), or a Sequential with an input shape.",
            )
        return self._network

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        if self._network is None:
            return super().call(inputs, *args, **kwargs)
        if kwargs.get("mask") is not None:
            inputs = with_masks(inputs, kwargs["mask"])
        if self._with_losses is not None or self._keeps_values:
            network = self._with_losses or self._network
            kept = self._keeps_values
            run = run_whole(self, network, inputs) if kept else network.run(inputs, self._fitted)
            return run if self._with_losses is None else taken(self, run)
        if self._network.takes_gradients:
            return run_with_slopes(self._network, inputs, self._fitted)
        return fused_network(self._network).run(inputs, self._fitted)

    call.is_to_be_written = True  # type: ignore[attr-defined]  # where there is no graph

    def add_loss(self, loss: Any, inputs: Any = None) -> None:
        """Add to what training makes smaller: numbers in `call`, or symbols of the model's graph.

        Symbols are Keras 2's: `model.add_loss(K.mean(K.square(outputs - inputs)))`, with
        `compile(loss=None)` where there is no other. One that holds several numbers is summed.
        """
        found = symbols_in(loss)
        if not found or self._network is None:
            super().add_loss(loss)
            return
        add_symbols(self, found)

    def add_metric(self, value: Any, name: str | None = None, aggregation: Any = None) -> None:
        """Follow the mean of a number in `call`, or of a symbol of the model's graph, by a name."""
        if not symbols_in(value) or self._network is None or name is None:
            return super().add_metric(value, name, aggregation)
        return add_symbols(self, [], {name: value})

    def _with_symbols(self, *given: Any) -> tuple[Any, ...]:
        found = [closing(self, one) for one in given]
        set_inside(self, "_keeps_values", max(uses for _, uses in found) or False)
        return tuple(one for one, _ in found)

    def _fitted(self, value: Any, symbol: Symbol) -> Any:
        return with_mask_of(value, in_shape_of(symbol, value, self))

    def compute_output_shape(self, input_shape: Any) -> Any:
        if self._network is None:
            return super().compute_output_shape(input_shape)
        return self._network.shapes(input_shape)

    @property
    def input_shape(self) -> Any:
        """The shape of the input, batch first; a nest of them for several."""
        if self._network is None:
            return super().input_shape
        return plain_shapes(_the_one(self._network.inputs))

    @property
    def output_shape(self) -> Any:
        if self._network is None:
            return super().output_shape
        return plain_shapes(self._network.result)

    def known_output_shape(self, x: Any) -> Shape | None:
        """The output's shape for a batch like x, when it can be told without computing."""
        if self._network is None or not isinstance(self._network.result, Symbol):
            return None
        return tuple(self._network.result.shape)

    def _names_of_outputs(self) -> list[str] | None:
        if self._network is None:
            return None
        outputs = self._network.outputs
        if is_deep(outputs):
            return names_in(outputs, lambda symbol: symbol.node.layer.name)
        return sorted(outputs) if isinstance(outputs, dict) else self.output_names

    def _several(self, x: Any = None, y: Any = None) -> ManyArrays:
        if self._network is None:
            return super()._several(x, y)
        return ManyArrays(is_nest(self._network.inputs), is_nest(self._network.outputs))

    def _reuse(self, wanted: bool, image_shape: Any = None) -> FeatureReuse | None:
        own = ("train_step", "test_step", "compute_loss", "compute_metrics")
        network = None if overrides(self, *own) else network_of(self)
        if network is None:
            return None
        flat = inlined(network, network_of)
        return reuse_of(flat, self, wanted, in_fit=image_shape is not None)

    def forward_at_rest(self, images: int, for_loss: bool = False) -> Any:
        if images < MANY_IMAGES or (network := network_of(self)) is None:
            return self
        known = values_inside(self, "_at_rest")
        held, networks = known.get("_at_rest"), networks_in(network)
        if held is None or held[0] != networks:  # models inside may have other layers now
            flat = inlined(network, network_of)
            single = isinstance(flat.inputs, Symbol) and isinstance(flat.outputs, Symbol)
            held = known["_at_rest"] = networks, Inference(flat, measures=True) if single else None
        inference = held[1]
        if inference is None or inference.engine == "layers":
            return self
        flat = inference.network
        if any(is_watched(layer) for layer in flat.layers):
            return self
        if for_loss and (self.run_eagerly or not all(map(adds_nothing, flat.layers))):
            return self
        if any(node.kwargs.get("training") for node in flat.calls):
            return self  # Dropout()(x, training=True) is never at rest
        inference.images = images
        inference.look_again()
        (symbol,) = flat.input_symbols

        def run(x: Any, training: bool) -> Any:
            value = self._fitted(flat.assign(x)[id(symbol)], symbol)
            engine = inference.engine_for(value, on_torch=for_loss)
            return self(x, training=training) if engine is None else engine(value)

        return run

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        inner_values(state, "_at_rest").pop("_at_rest", None)
        drop_losses(self, state)
        network = inner_values(state, "_network").get("_network")
        if network is not None:
            calls = graph_config(network, with_layers=False)
            inner_values(state, "_network")["_network"] = calls
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        calls = inner_values(state, "_network").pop("_network", None)
        inner_values(state, "_network")["_network"] = None
        super().__setstate__(state)
        if calls is not None:
            self._set_graph(*rebuilt(calls, self._graph_layers))


def network_of(layer: Any) -> Network | None:
    """The network that a model runs when it is called, if it does that and nothing else."""
    if not isinstance(layer, GraphHolder) or not layer.built or is_watched(layer):
        return None
    more = layer.activity_regularizer or layer._with_losses is not None or layer._keeps_values
    if more or not type(layer).call.__module__.startswith("saccade."):
        return None
    try:
        return layer._graph()
    except NotKnownYet:  # a model that was built without symbols
        return None


def networks_in(network: Network) -> list[Network]:
    """A network and all those inside it."""
    inner = [network_of(layer) for layer in network.layers]
    return [network, *(each for one in inner if one is not None for each in networks_in(one))]


def all_layers(model: Any) -> list[Any]:
    """The layers of a model with the operators and functions between them, as pictures show it."""
    found = model.sublayers() if isinstance(model, GraphHolder) else model.layers
    return [layer for layer in found if isinstance(layer, Layer)]


def _the_one(nest: Any) -> Any:
    """What stands in a list of one, which `Model(inputs=[x])` is made with; else the nest."""
    return nest[0] if isinstance(nest, (list, tuple)) and len(nest) == 1 else nest


def is_operator(layer: Any) -> bool:
    """Whether a layer stands for an operator or a function of arrays."""
    return isinstance(layer, Operation) or layer.stands_for_operator
