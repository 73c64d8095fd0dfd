"""Sequential: layers one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from saccade.errors import InvalidArgument, ShapeError, StateError
from saccade.graph import Shape, Symbol
from saccade.layers import CLASSES
from saccade.layers.input import InputLayer
from saccade.layers.layer import Layer
from saccade.models.model import Model
from saccade.records import resolve, to_record


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

    def __init__(
        self, layers: Sequence[Any] | None = None, trainable: bool = True, name: str | None = None
    ):
        super().__init__(trainable=trainable, name=name)
        self._input: InputLayer | None = None
        self._stack: list[Layer] = []
        if isinstance(layers, (Layer, type)):
            raise InvalidArgument(
                self.where, "layers must be a list", repr(layers), "Write Sequential([...])."
            )
        for layer in [] if layers is None else layers:
            self.add(layer)

    @property
    def layers(self) -> list[Any]:
        """The layers in order, without the input's."""
        return list(self._stack)

    def sublayers(self) -> Any:
        return iter(self._stack)

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer on top.

        Raises:
            InvalidArgument: not a layer, or a name that is taken.
            ShapeError: the layer does not fit on the one below; nothing is added then.
        """
        if isinstance(layer, Symbol):
            layer = InputLayer(batch_shape=layer.shape, dtype=layer.dtype, name=layer.name)
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
        if first is not None:
            below = self.compute_output_shape(first.batch_shape)
            layer.build_on(below)
            layer.compute_output_shape(below)  # a layer that does not fit says so now
        self._stack.append(layer)
        self._input = first
        if first is not None:
            self._set_built()

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the top layer off and return it."""
        if not self._stack:
            raise StateError(self.where, "there is no layer to pop")
        layer = self._stack.pop()
        self.built = bool(self._stack) and self._input is not None
        return layer

    def build(self, input_shape: Any = None) -> None:
        """Create all weights for batches of this shape (batch first, None for unknown)."""
        if self._input is None:
            if input_shape is None:
                raise InvalidArgument(
                    self.where, "build needs the shape of a batch", None, "Write build((None, 4))."
                )
            self._input = InputLayer(batch_shape=tuple(input_shape))
        below: Any = self._input.batch_shape
        for layer in self._stack:
            layer.build_on(below)
            below = layer.compute_output_shape(below)
        self._set_built()

    def build_for(self, inputs: Any) -> None:
        if not self._stack:
            raise StateError(self.where, "there must be a layer", "none", "Add one with add().")
        super().build_for(inputs)

    def call(self, x: Any) -> Any:
        given = x
        try:
            for layer in self._stack:
                x = layer(x)
        except ShapeError as fault:
            hint = self._size_hint(given)
            if not hint or "was built for" in fault.do:
                raise
            do = f"{fault.do} {hint}".strip()
            raise ShapeError(fault.where, fault.needed, fault.got, do) from fault
        return x

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
            raise StateError(
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

    def _set_built(self) -> None:
        self.built = True
        assert self._input is not None
        self._built_shape = self._input.batch_shape

    @staticmethod
    def _inner_input(layer: Layer) -> Shape | None:
        """The input shape of a model that is the first layer, when it knows it."""
        inner = getattr(layer, "_input", None)
        return inner.batch_shape if isinstance(inner, InputLayer) else None

    def get_config(self) -> dict[str, Any]:
        """Name and the records of all layers, the input's first."""
        policy = Layer.get_config(self)["dtype"]
        head = [] if self._input is None else [self._input]
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": policy,
            "layers": [_layer_record(layer) for layer in (*head, *self._stack)],
        }
        if self._input is not None:
            config["build_input_shape"] = list(self._input.batch_shape)
        return config

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Sequential:
        """The model that `get_config()` described, with fresh weights.

        Args:
            custom_objects: classes of your own, by name.
        """
        table = {**CLASSES, "Sequential": Sequential, **(custom_objects or {})}
        model = cls(name=config.get("name"), trainable=config.get("trainable", True))
        for layer in config["layers"]:
            model.add(layer if isinstance(layer, Layer) else resolve("layer", layer, table))
        if config.get("build_input_shape") and not model.built:
            model.build(tuple(config["build_input_shape"]))
        return model


def _layer_record(layer: Layer) -> dict[str, Any]:
    record = to_record(layer)
    if layer._built_shape is not None and not isinstance(layer, InputLayer):
        record["build_config"] = {"input_shape": list(layer._built_shape)}
    return record
