"""Network: the calls between some inputs and outputs, ready to run on values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from saccade.errors import InvalidArgument
from saccade.graph.node import Node
from saccade.graph.order import order_layers, order_nodes
from saccade.graph.symbol import Symbol, map_symbols, own_nest, symbols_in
from saccade.nests import Mismatch, by_key, is_nest, paired_leaves
from saccade.notes import note_once


class Network:
    """A graph of layer calls.

    Args:
        inputs, outputs: symbols, or nests (lists, tuples, dicts) of them.

    Attributes:
        nodes: the calls, in Keras's order, which is also one that works.
        calls: the same without those that make the inputs.
        last_uses: for each of `calls` the values, by `id` of their symbol, not needed after it.
        layers: the layers that are called, in Keras's order, inputs too.
        fused: the same in fewer operations, once an engine made it.
        takes_gradients: whether a call gives gradients of what others gave (`K.gradients`).
    """

    fused: Any = None

    def __init__(self, inputs: Any, outputs: Any):
        inputs, outputs = own_nest(inputs), own_nest(outputs)
        self.inputs, self.outputs = inputs, outputs
        # A list of one output says how it is written down; what a call gives is the one.
        is_one = isinstance(outputs, (list, tuple)) and len(outputs) == 1
        self.result = outputs[0] if is_one else outputs
        self.input_symbols, self.output_symbols = symbols_in(inputs), symbols_in(outputs)
        if not self.input_symbols or not self.output_symbols:
            raise InvalidArgument(
                "Model",
                "inputs and outputs must come from Input() and from layers called on it",
                f"{type(inputs).__name__} and {type(outputs).__name__}",
            )
        self.nodes = order_nodes(self.input_symbols, self.output_symbols)
        self.layers = order_layers(self.nodes)
        given = {id(symbol) for symbol in self.input_symbols}
        self.calls = [node for node in self.nodes if not self._is_given(node, given)]
        self.last_uses = self._find_last_uses()
        self.takes_gradients = any(
            getattr(type(node.layer), "_takes_gradients", False) for node in self.calls
        )

    @staticmethod
    def _is_given(node: Node, given: set[int]) -> bool:
        return all(id(symbol) in given for symbol in symbols_in(node.outputs))

    def _find_last_uses(self) -> list[list[int]]:
        """For each call, the values that nobody needs after it: freed at once."""
        kept = {id(symbol) for symbol in self.output_symbols}
        seen: set[int] = set(kept)
        drops: list[list[int]] = []
        for node in reversed(self.calls):
            used = {id(symbol) for symbol in node.inputs} - seen
            seen |= used
            drops.append(sorted(used))
        return drops[::-1]

    def check_names(self) -> None:
        """Raise where two layers have one name, which a model does not allow."""
        names = [layer.name for layer in self.layers]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidArgument(
                "Model", "the names of layers must differ", ", ".join(twice), "Rename them."
            )

    @property
    def is_chain(self) -> bool:
        """Whether every call gets what the one before it gives, and nothing else."""
        before = None
        for node in self.nodes:
            if [symbol.node for symbol in node.inputs] != ([] if before is None else [before]):
                return False
            before = node
        return len(self.layers) == len(self.nodes)

    def run(self, inputs: Any, fitted: Callable[[Any, Symbol], Any]) -> Any:
        """The outputs for values of the inputs, given in the same nest.

        Args:
            fitted: makes a value what its symbol says, or raises.
        """
        values = self._values(inputs, fitted, self.last_uses)
        return map_symbols(self.result, lambda symbol: values[id(symbol)])

    def run_whole(
        self, inputs: Any, fitted: Callable[[Any, Symbol], Any]
    ) -> tuple[Any, dict[int, Any]]:
        """The outputs as `run`, and the value of every symbol by its `id`: nothing is freed."""
        values = self._values(inputs, fitted, [[]] * len(self.calls))
        return map_symbols(self.result, lambda symbol: values[id(symbol)]), values

    def _values(
        self, inputs: Any, fitted: Callable[[Any, Symbol], Any], unneeded: list[list[int]]
    ) -> dict[int, Any]:
        values = self.assign(inputs)
        for symbol in self.input_symbols:
            values[id(symbol)] = fitted(values[id(symbol)], symbol)
        for node, drops in zip(self.calls, unneeded, strict=True):
            self.call(node, values)
            for unused in drops:
                del values[unused]
        return values

    @staticmethod
    def call(node: Node, values: dict[int, Any]) -> None:
        """Make one of the calls: take what it needs from the values, by `id`, and add its own."""
        if node.is_plain:  # one array and nothing else, as most calls are
            result = node.layer(values[id(node.args[0])])
        else:
            args, kwargs = node.arguments(values)
            result = node.layer(*args, **kwargs)
        if isinstance(node.outputs, Symbol):
            values[id(node.outputs)] = result
        else:
            for symbol, value in zip(
                symbols_in(node.outputs), values_at(node.outputs, result), strict=True
            ):
                values[id(symbol)] = value

    def assign(self, inputs: Any) -> dict[int, Any]:
        """The input values by `id` of their symbols.

        Raises:
            InvalidArgument: their number or names differ.
        """
        names = [symbol.name for symbol in self.input_symbols]
        if isinstance(inputs, dict):
            note_ignored(self.inputs.keys() if isinstance(self.inputs, dict) else names, inputs)
        if isinstance(inputs, dict) and not isinstance(self.inputs, dict):
            if not set(names) <= set(inputs):
                raise InvalidArgument(
                    "Model",
                    f"needs the inputs {', '.join(names)}",
                    ", ".join(map(str, inputs)) or "an empty dict",
                )
            values = [inputs[name] for name in names]
        elif isinstance(self.inputs, Symbol) and isinstance(inputs, list) and len(inputs) == 1:
            values = inputs
        elif self._is_in_order(inputs):
            values = list(inputs)
        elif len(names) == 1 and not is_nest(inputs):
            values = [inputs]
        else:
            values = values_at(self.inputs, inputs)
        return {id(symbol): value for symbol, value in zip(self.input_symbols, values, strict=True)}

    def _is_in_order(self, inputs: Any) -> bool:
        """Whether a list may stand for a dict of inputs: its keys are in the one order there is."""
        return (
            isinstance(self.inputs, dict)
            and isinstance(inputs, (list, tuple))
            and len(inputs) == len(self.inputs)
            and all(isinstance(one, Symbol) for one in self.inputs.values())
            and list(self.inputs) == by_key(self.inputs)
        )

    def shapes(self, inputs: Any) -> Any:
        """The outputs' shapes for shapes of the inputs, given in the same nest."""
        shapes = self.all_shapes(inputs)
        return map_symbols(self.result, lambda symbol: shapes[id(symbol)])

    def all_shapes(self, inputs: Any) -> dict[int, Any]:
        """The shape of every symbol by its `id`, for shapes of the inputs."""
        if len(self.input_symbols) == 1 and isinstance(self.inputs, (list, tuple)):
            is_shape = all(n is None or isinstance(n, int) for n in inputs)
            inputs = [inputs] if is_shape else inputs
        shapes = self.assign(inputs)
        for node in self.calls:
            args, kwargs = map_symbols(
                (node.args, node.kwargs), lambda symbol: Symbol(shapes[id(symbol)], symbol.dtype)
            )
            result = node.layer.shape_for(args, kwargs)
            for symbol, shape in zip(
                symbols_in(node.outputs), values_at(node.outputs, result), strict=True
            ):
                shapes[id(symbol)] = shape
        return shapes


def note_ignored(taken: Iterable[str], given: dict[Any, Any]) -> None:
    """Say once which inputs a model does not have, and leaves aside."""
    if ignored := given.keys() - taken:
        names = ", ".join(str(name) for name in given if name in ignored)
        note_once(f"The model takes the inputs {', '.join(taken)}; {names} is left aside.")


def values_at(pattern: Any, values: Any) -> list[Any]:
    """The values at the places where the pattern has symbols, in the order of `symbols_in`.

    Raises:
        InvalidArgument: the two nests differ.
    """
    try:
        pairs = paired_leaves(pattern, values, by_key)
    except Mismatch as fault:
        names = ", ".join(symbol.name for symbol in symbols_in(fault.pattern))
        count = f" of {len(fault.values)}" if is_nest(fault.values) else ""
        raise InvalidArgument(
            "Model",
            f"needs {len(fault.pattern)} arrays in a {type(fault.pattern).__name__}: {names}",
            f"{type(fault.values).__name__}{count}",
        ) from None
    return [value for symbol, value in pairs if isinstance(symbol, Symbol)]
