"""Sequential: layers one after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.data.sources.source import ManyArrays
from saccade.engines.fused_network import fused_network
from saccade.errors import InvalidArgument, NotKnownYet, ShapeError, StateError
from saccade.graph import Network, Shape, Symbol
from saccade.layers.core.calls.call_arguments import with_last_axis
from saccade.layers.core.calls.one_sample import advice_for_one
from saccade.layers.core.layer import Layer
from saccade.layers.core.layer_kinds import Spatial
from saccade.layers.core.masks import mask_of, with_masks
from saccade.layers.core.output_shapes import shape_of
from saccade.layers.input import InputLayer
from saccade.models.graph_config import layer_record
from saccade.models.model import Model
from saccade.models.old_methods import LayerList
from saccade.models.reviving import check_layers
from saccade.names import auto_name, is_overridden
from saccade.nests import is_nest
from saccade.training.features.feature_reuse import FeatureReuse
from saccade.user_names import inner_values, set_inside

# Keras makes a model of this name whenever it builds a Sequential; the next one counts on from it.
_INSIDE = "functional"


class Sequential(Model):
    """A stack of layers, each fed by the one before.

    Args:
        layers: the first layers; more come with `add`. The first may be an `Input`, or have
            `input_shape=`: then the weights exist at once. Otherwise the first batch builds them.
        name: of the model.

    Example:
        >>> from saccade.layers import Conv2D, Dense, Flatten
        >>> model = Sequential([Conv2D(4, 3, input_shape=(32, 32, 3)), Flatten(), Dense(10)])
        >>> model.output_shape
        (None, 10)

    Source: the lesson; `keras.Sequential`.
    """

    keras_module = "keras"
    _of_keras = Model._of_keras | {"add", "input_shape", "output_shape"}
    _top: Any
    _joined: Any
    _input: InputLayer | None
    _stack: list[Layer]

    _training_place = 1  # call(inputs, training, mask), as in Keras 2

    def __init__(
        self, layers: Sequence[Any] | None = None, trainable: bool = True, name: str | None = None
    ):
        super().__init__(trainable=trainable, name=name)
        self.autocast = False  # the first layer knows what it needs
        set_inside(self, "_top", None)  # the symbol that comes out
        set_inside(self, "_joined", None)  # the same, where the first layer joins several inputs
        self._input: InputLayer | None = None
        self._stack: list[Layer] = []
        if isinstance(layers, (Layer, type)):
            raise InvalidArgument(
                self.where, "layers must be a list", repr(layers), "Write Sequential([...])."
            )
        for layer in [] if layers is None else layers:
            self.add(layer, rebuild=False)
        if self._top is not None:
            auto_name(_INSIDE)

    @property
    def layers(self) -> list[Any]:
        """The layers in order, without the input's."""
        return LayerList(self._stack, self)

    def sublayers(self) -> Any:
        return iter(self._stack)

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer on top.

        Raises:
            InvalidArgument: not a layer, or a name that is taken.
            ShapeError: the layer does not fit on the one below; nothing is added then.
        """
        if isinstance(layer, Symbol):
            layer = layer.node.layer
        if isinstance(layer, InputLayer):
            if self._stack or self._input is not None:
                raise InvalidArgument(self.where, "Input must come first and only once")
            self._input = layer
            return
        if not isinstance(layer, Layer):
            kind = layer.__name__ if isinstance(layer, type) else type(layer).__name__
            do = f"Write {kind}(...)." if isinstance(layer, type) else ""
            raise InvalidArgument(self.where, "only layers can be added", kind, do)
        if any(layer.name == other.name for other in self._stack):
            raise InvalidArgument(
                self.where,
                "the names of layers must differ",
                f'"{layer.name}" twice',
                "Give one of them another name=.",
            )
        first = self._input
        if not self._stack and first is None:
            shape = layer._given_shape or self._inner_input(layer)
            first = None if shape is None else InputLayer(batch_shape=shape)
        if first is not None:  # a layer that does not fit says so now
            top = layer.describe((first.output if self._top is None else self._top,), {})
            self._set_top(top, first)
        else:  # Keras 1's Merge of branches tells its shape
            set_inside(self, "_joined", self._joined_top(layer))
        self._stack.append(layer)
        self._input = first
        if first is not None and rebuild:
            auto_name(_INSIDE)
        if first is not None and is_overridden(self, "build"):
            self.build(first.batch_shape)

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the top layer off and return it."""
        if not self._stack:
            raise StateError(self.where, "there is no layer to pop")
        layer = self._stack.pop()
        self.built = bool(self._stack) and self._input is not None
        if self._top is not None:
            self._set_top(self._top.node.args[0] if self._stack else None, self._input)
            if self._stack and rebuild:
                auto_name(_INSIDE)
        elif self._joined is not None:
            set_inside(self, "_joined", self._joined.node.args[0] if self._stack else None)
        return layer

    def _cut_at(self, symbols: list[Symbol]) -> None:
        """Take layers off until the one that gives the symbol is the top."""
        while self._stack[-1] is not symbols[-1].node.layer:
            self.pop()

    def build(self, input_shape: Any = None) -> None:
        """Create all weights for batches of this shape (batch first, None for unknown)."""
        if self._input is None:
            if input_shape is None:
                raise InvalidArgument(
                    self.where, "build needs the shape of a batch", None, "Write build((None, 4))."
                )
            self._input = InputLayer(batch_shape=tuple(input_shape))
        elif isinstance(input_shape, (tuple, list)) and _differ(input_shape, self.input_shape):
            raise InvalidArgument(
                self.where, f"is made for inputs of {self.input_shape}", str(tuple(input_shape))
            )
        self._call_on_symbols()

    def _call_on_symbols(self) -> None:
        assert self._input is not None
        top = self._input.output
        try:
            for layer in self._stack:
                top = layer.describe((top,), {})
        except NotImplementedError:  # a layer of the user's that cannot say its output's shape
            self.built, self._built_shape = True, self._input.batch_shape
            return
        self._set_top(top, self._input)
        auto_name(_INSIDE)

    def build_for(self, inputs: Any) -> None:
        if not self._stack:
            raise StateError(self.where, "there must be a layer", "none", "Add one with add().")
        if is_nest(inputs) and not (isinstance(inputs, (list, tuple)) and len(inputs) == 1):
            self.built = True  # the first layer joins several arrays: calls build, as in a subclass
            self._built_shape = shape_of(inputs)
        else:
            first, shape = self._stack[0], getattr(inputs, "shape", None)
            if isinstance(first, Spatial) and shape is not None:
                first.check_rank(shape)  # as it was given: a shape to build on has no batch
            super().build_for(inputs)

    def _reuse(self, wanted: bool, image_shape: Any = None) -> FeatureReuse | None:
        if not self.built and image_shape and any(not layer.trainable for layer in self._stack):
            self.build((None, *image_shape))  # a little earlier than the first batch would
        return super()._reuse(wanted, image_shape)

    def call(self, x: Any, mask: Any = None) -> Any:
        if isinstance(x, (list, tuple)) and len(x) == 1:  # a list of inputs, as every model takes
            x, mask = x[0], mask[0] if isinstance(mask, (list, tuple)) else mask
        if self._input is not None and len(self._input.batch_shape) != getattr(x, "ndim", None):
            x = self._with_all_axes(x, self._input.batch_shape)
        given = x = x if mask is None or mask_of(x) is mask else with_masks(x, mask)
        try:
            if self._top is not None and type(x) is torch.Tensor:
                return fused_network(self._graph()).run(x, lambda value, symbol: value)
            for layer in self._stack:
                x = layer(x)
        except ShapeError as fault:
            hint = self._size_hint(given)
            if not hint or "was built for" in fault.do:
                raise
            do = f"{fault.do} {hint}".strip()
            raise ShapeError(fault.where, fault.needed, fault.got, do) from fault
        return x

    def _with_all_axes(self, x: Any, needed: Shape) -> Any:
        """x, with a last axis of one added or taken off where it lacks it.

        Raises:
            ShapeError: x is one sample, without the axis of a batch.
        """
        got, fitted = tuple(getattr(x, "shape", ())), with_last_axis(x, needed)
        sizes = zip(needed[1:], getattr(fitted, "shape", ())[1:], strict=False)
        if fitted is not x and all(n in (None, size) for n, size in sizes):
            return fitted
        if got and (do := advice_for_one(got, needed)):
            raise ShapeError(self.where, f"input must be {needed}", str(got), do)
        return fitted

    def _size_hint(self, x: Any) -> str:
        """What the model was built for, where x has other sizes."""
        needed = () if self._input is None else self._input.batch_shape[1:]
        got = tuple(getattr(x, "shape", ()))[1:]
        fits = all(n in (None, size) for n, size in zip(needed, got, strict=False))
        if len(needed) != len(got) or fits:
            return ""
        return f"The model was built for inputs of {(None, *needed)}, and got {(None, *got)}."

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        for layer in self._stack:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    @property
    def input_shape(self) -> Shape:
        if self._input is None:
            raise NotKnownYet(
                self.where,
                "the input shape is known once the model is built",
                None,
                "Give the first layer input_shape=, or call the model on data.",
            )
        return self._input.batch_shape

    def known_output_shape(self, x: Any) -> Shape | None:
        if not self._stack or not hasattr(x, "shape"):
            return None
        if self._input is not None:
            return self.output_shape
        if not all(
            type(layer).compute_output_shape is not Layer.compute_output_shape
            for layer in self._stack
        ):
            return None
        return self.compute_output_shape((None, *x.shape[1:]))

    def _names_of_outputs(self) -> list[str] | None:
        return [self._stack[-1].name] if self._stack else None

    def _several(self, x: Any = None, y: Any = None) -> ManyArrays:
        if self._input is not None:
            return ManyArrays()
        return ManyArrays(super()._several(x, y).inputs, unknown=True)

    def _set_top(self, top: Any, first: InputLayer | None) -> None:
        """Note the symbol that comes out, None for none."""
        set_inside(self, "_top", top)
        set_inside(self, "_network", None)  # made again when somebody asks
        if top is not None and first is not None:
            self.built = True
            self._built_shape = first.batch_shape

    def _graph(self) -> Network:
        if self._network is None and self._top is not None and self._input is not None:
            set_inside(self, "_network", Network(self._input.output, self._top))
        return super()._graph()

    def _joined_top(self, layer: Layer) -> Symbol | None:
        """What comes out of a layer on top of a model of several inputs; None for all else."""
        if self._stack:
            return None if self._joined is None else layer.describe((self._joined,), {})
        several = isinstance(layer, Model) and layer._network is not None and len(layer.inputs) > 1
        return layer.output if several and isinstance(layer.output, Symbol) else None

    @staticmethod
    def _inner_input(layer: Layer) -> Shape | None:
        """The input shape of a model that is the first layer, when it knows it."""
        if isinstance(layer, Sequential):
            return None if layer._input is None else layer._input.batch_shape
        if isinstance(layer, Model) and layer._network is not None and len(layer.inputs) == 1:
            return layer.inputs[0].shape
        return None

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        for name in ("_network", "_top", "_joined"):
            inner_values(state, name)[name] = None
        return {**state, "_has_top": self._top is not None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        has_top = state.pop("_has_top", False)
        super().__setstate__(state)
        if has_top:
            self._call_on_symbols()

    def get_config(self) -> dict[str, Any]:
        """Name and the records of all layers, the input's first."""
        policy = Layer.get_config(self)["dtype"]
        head = [] if self._input is None else [self._input]
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": policy,
            "layers": [layer_record(layer) for layer in (*head, *self._stack)],
        }
        if self._input is not None:
            config["build_input_shape"] = list(self._input.batch_shape)
        return config

    @classmethod
    def from_revived(cls, config: dict[str, Any], record: dict[str, Any]) -> Any:
        check_layers(config["layers"], f'{cls.__name__} "{config.get("name")}"')
        model = cls(trainable=config.get("trainable", True), name=config.get("name"))
        for layer in config["layers"]:
            model.add(layer)
        if config.get("build_input_shape") and not model.built:
            model.build(tuple(config["build_input_shape"]))
        return model


def _differ(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether no batch has both shapes."""
    if len(one) != len(other):
        return True
    return any(None not in pair and pair[0] != pair[1] for pair in zip(one, other, strict=True))
