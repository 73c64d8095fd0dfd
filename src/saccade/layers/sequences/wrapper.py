"""A layer around another."""

from __future__ import annotations

from typing import Any

from saccade.errors import InvalidArgument
from saccade.layers.core.inner_layers import layer_of
from saccade.layers.core.layer import Layer
from saccade.records import to_record


class Wrapper(Layer):
    """Holds another layer; what it does with it, a subclass writes.

    Args:
        layer: the inner layer.

    Raises:
        InvalidArgument: `layer` is none.

    Source: `keras.layers.Wrapper`.
    """

    keras_module = "keras.layers"

    def __init__(self, layer: Layer, **placement: Any):
        if not isinstance(layer, Layer):
            raise InvalidArgument(
                type(self).__name__, "layer must be a layer", repr(layer), "Write Dense(10)."
            )
        super().__init__(**placement)
        self.layer = layer
        if not self._trainable:
            layer.trainable = False

    def build(self, input_shape: Any = None) -> None:
        """Build the inner layer on this shape."""
        if not self.layer.built:
            self.layer.build_on(input_shape)
            for weight in self.layer.weights:
                weight.path = f"{self.name}/{weight.path}"

    def get_config(self) -> dict[str, Any]:
        return {"layer": to_record(self.layer), **super().get_config()}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Wrapper:
        """The layer that a config describes, the inner one too."""
        rest = {key: value for key, value in config.items() if key != "layer"}
        return cls(layer_of(config["layer"], custom_objects), **rest)
