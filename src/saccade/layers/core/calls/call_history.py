"""CallHistory: what a layer remembers of its calls on symbols."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saccade.errors import NotKnownYet
from saccade.graph import Node, calls_on_results_of, plain_shapes
from saccade.notes import note_old_word


class NodeList:
    """A list of calls; a layer of the user's may keep something else under its name."""

    def __init__(self, find: Callable[[Any], list[Node]]):
        self._find = find

    def __get__(self, layer: Any, cls: type | None = None) -> Any:
        return self if layer is None else self._find(layer)


class CallHistory:
    """The symbols that went into a layer's calls, and those that came out.

    Attributes:
        nodes: the calls, in their order.
    """

    nodes: list[Node]

    # The layer's calls, and those on what it gave: Keras 3's and 2's words, and Keras 1's.
    _inbound_nodes = inbound_nodes = NodeList(lambda layer: list(layer.nodes))
    _outbound_nodes = outbound_nodes = NodeList(calls_on_results_of)

    @property
    def input(self) -> Any:
        """The symbols that the layer was first called on."""
        return self._given_to(0)

    @property
    def output(self) -> Any:
        """The symbols that the layer's first call on symbols gave."""
        return self._call_at(0).outputs

    def get_input_shape_at(self, node_index: int) -> Any:
        """The shapes of `get_input_at`, batch first."""
        return plain_shapes(self.get_input_at(node_index))

    def get_output_shape_at(self, node_index: int) -> Any:
        """The shapes of `get_output_at`, batch first."""
        return plain_shapes(self.get_output_at(node_index))

    def get_input_at(self, node_index: int) -> Any:
        """The symbols of one of the layer's calls, in the order of the calls."""
        note_old_word("get_input_at(0) is Keras 2's way to write .input.", key="get_input_at")
        return self._given_to(node_index)

    def get_output_at(self, node_index: int) -> Any:
        """The symbols that one of the layer's calls gave, in the order of the calls."""
        note_old_word("get_output_at(0) is Keras 2's way to write .output.", key="get_output_at")
        return self._call_at(node_index).outputs

    def _given_to(self, number: int) -> Any:
        args = self._call_at(number).args
        return args[0] if len(args) == 1 else list(args)

    def _call_at(self, number: int) -> Node:
        if not -len(self.nodes) <= number < len(self.nodes):
            raise NotKnownYet(
                self.where,  # type: ignore[attr-defined]
                "input and output are those of a call on symbols",
                f"{len(self.nodes)} calls" if self.nodes else "none",
                "Build the model with an Input or input_shape=, or call the layer on Input(...).",
            )
        return self.nodes[number]
