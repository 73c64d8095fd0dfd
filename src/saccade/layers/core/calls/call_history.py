"""CallHistory: what a layer remembers of its calls on symbols."""

from __future__ import annotations

from typing import Any

from saccade.errors import NotKnownYet
from saccade.graph import Node, plain_shapes
from saccade.notes import note_old_word


class CallHistory:
    """The symbols that went into a layer's calls, and those that came out.

    Attributes:
        nodes: the calls, in their order.
    """

    nodes: list[Node]

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
