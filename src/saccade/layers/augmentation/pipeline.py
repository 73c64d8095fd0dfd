"""A layer that calls others, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saccade.errors import InvalidArgument
from saccade.layers.core.inner_layers import layer_of
from saccade.layers.core.layer import Layer
from saccade.records import to_record


class Pipeline(Layer):
    """Layers one after the other, for images on their way to the model.

    Outside of a model, without `training`, it trains, as augmenting layers do.

    Args:
        layers: to be called in this order.
        name: unique within a model.

    Input and output: those of the first and of the last layer.

    Source: `keras.layers.Pipeline`.
    """

    keras_module = "keras.layers"

    def __init__(self, layers: Sequence[Layer], name: str | None = None):
        super().__init__(name=name)
        if not isinstance(layers, (list, tuple)) or not layers:
            raise InvalidArgument(self.where, "layers must be a list of layers", repr(layers))
        for layer in layers:
            if not isinstance(layer, Layer):
                raise InvalidArgument(self.where, "layers must be a list of layers", repr(layer))
        self._pipeline_layers = list(layers)

    @property
    def layers(self) -> list[Layer]:
        """The layers, in the order of their calls."""
        return self._pipeline_layers

    def build(self, input_shape: Any) -> None:
        for layer in self._pipeline_layers:
            if not layer.built:
                layer.build_on(input_shape)
            input_shape = layer.compute_output_shape(input_shape)
        self.built = True

    def call(self, inputs: Any, training: bool = True, mask: Any = None) -> Any:
        for layer in self._pipeline_layers:
            inputs = layer(inputs, training=training)
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        for layer in self._pipeline_layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "layers": [to_record(layer) for layer in self._pipeline_layers]}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Pipeline:
        """The pipeline of a config, whose layers may still be records."""
        if not isinstance(config.get("layers"), (list, tuple)):
            raise InvalidArgument("Pipeline", "a config must list its layers", repr([*config]))
        return cls([layer_of(one) for one in config["layers"]], config.get("name"))
