"""SymbolicCalls: what a layer does when it is called on symbols instead of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saccade.graph import Node, Symbol, map_symbols, plain_shapes, symbols_in
from saccade.layers.core.calls.call_arguments import first_array, shapes_by_name, shapes_in
from saccade.layers.core.calls.call_history import CallHistory
from saccade.layers.core.calls.closed_symbols import WORD, asks_for_slopes, closed_symbols
from saccade.layers.core.output_shapes import mark_masked, symbols_of, traced_shape
from saccade.layers.core.weight_holder import WeightHolder


class SymbolicCalls(CallHistory, WeightHolder):
    """Builds for the symbols' shapes, notes the call and gives symbols.

    `symbolic_call` and `compute_output_spec` are there to be overridden, as in Keras.
    """

    name: str
    _build_shapes: tuple[str, ...] = ()  # what `build` calls the shapes, where it takes several
    _output_shapes: tuple[str, ...] = ()  # the same of `compute_output_shape`
    _keeps_dtype = False  # whether integers come out as they went in
    _has_no_formula = True  # for its output's shape: `call` is tried on zeros

    def build_on(self, input_shape: Any) -> None:
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Any) -> Any:
        raise NotImplementedError

    def describe(self, args: tuple[Any, ...], kwargs: dict[str, Any], training: Any = None) -> Any:
        """A call on symbols: build for their shapes, note the call, give symbols.

        torch's hooks, which wait for values, are not run.
        """
        if self._build_shapes:
            self.build_on(shapes_by_name(self, self._build_shapes, args, kwargs))
        else:
            self.build_on(shapes_in(first_array(args, kwargs)))
        if training is not None:
            kwargs = {**kwargs, "training": training}
        if asks_for_slopes(self):
            found = self.call(*args, **kwargs)  # type: ignore[attr-defined]
            return found[0] if isinstance(found, list) and len(found) == 1 else found
        if closed := closed_symbols(self, args, kwargs):
            kwargs = {**kwargs, WORD: closed}
        return self.symbolic_call(*args, **kwargs)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Note a call on symbols, and give those that stand for what comes out.

        Source: `keras.Operation.symbolic_call`.
        """
        told = kwargs
        if WORD in kwargs and type(self).compute_output_spec is not _OWN_SPEC:  # a user's
            told = {key: value for key, value in kwargs.items() if key != WORD}
        outputs = self.compute_output_spec(*args, **told)
        node = Node(self, args, kwargs)
        node.note()
        given = node.give(map_symbols(outputs, self._bare))
        if self._makes_masks or _are_masked(node.inputs):
            mark_masked(self, node)
        return given

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbols with shape and dtype of what a call on these symbols gives.

        Source: `keras.layers.Layer.compute_output_spec`.
        """
        kwargs = {key: value for key, value in kwargs.items() if key != "training"}
        dtype = self.compute_dtype
        if self._keeps_dtype and isinstance(args[0], Symbol) and "float" not in args[0].dtype:
            dtype = args[0].dtype
        return symbols_of(self.shape_for(args, kwargs), dtype, self.name)

    def shape_for(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """The output's shape for a call on these symbols."""
        if self._output_shapes:
            given = shapes_by_name(self, self._output_shapes, tuple(args), kwargs)
            return self.compute_output_shape(**given)
        is_of_first = args and symbols_in(args[0]) and not symbols_in((args[1:], kwargs))
        if is_of_first and not self._has_no_formula:
            return self.compute_output_shape(plain_shapes(args[0]))
        return traced_shape(self, tuple(args), kwargs)  # a call sees all arguments, and the mask

    def _bare(self, symbol: Symbol) -> Symbol:
        """A symbol that no other call has made: a user's spec may be one of the inputs."""
        if symbol.node is None and symbol.name:
            return symbol
        return Symbol(tuple(symbol.shape), symbol.dtype, self.name)


_OWN_SPEC = SymbolicCalls.compute_output_spec


def _are_masked(symbols: Sequence[Symbol]) -> bool:
    return any(one.mask_axes is not None for one in symbols)
