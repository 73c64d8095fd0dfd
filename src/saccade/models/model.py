"""Model: a layer that can be trained."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import torch

from saccade.errors import InvalidArgument, NotSupported, StateError
from saccade.files import keras_archive, weights_file
from saccade.graph import Network, Shape, Symbol, map_symbols
from saccade.layers.checks import refuse
from saccade.layers.layer import Layer, shape_of
from saccade.models.summary import print_summary
from saccade.models.trainer import Trainer


class Model(Trainer):
    """A layer with `compile`, `fit`, `evaluate`, `predict`, `summary` and `save`.

    Subclass it, make layers in `__init__` and write `call`; or use `Sequential`.

    Source: `keras.Model`.
    """

    keras_module: str | None = "keras"

    def __new__(cls, *args: Any, **kwargs: Any):
        if cls is Model and (len(args) >= 2 or "outputs" in kwargs):
            return super().__new__(Functional)
        return super().__new__(cls)

    def __init__(
        self,
        *args: Any,
        inputs: Any = None,
        outputs: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(trainable=trainable, name=name, **kwargs)
        given = [*args, *(nest for nest in (inputs, outputs) if nest is not None)]
        if given and len(given) != 2:
            raise InvalidArgument(
                self.where, "Model needs inputs and outputs", f"{len(given)} arguments"
            )
        # Not an attribute that torch looks into: its layers are tracked below, in Keras's order.
        self.__dict__["_network"] = Network(*given) if given else None
        if self._network is not None:
            self._graph_layers = list(self._network.layers)
            self.build_on(map_symbols(self._network.inputs, lambda symbol: symbol.shape))
        # What a picture needs on its way in and a number on its way out; saved with the model.
        self.preprocessing: dict[str, Any] | None = None
        self.class_names: list[str] | None = None

    @property
    def layers(self) -> list[Any]:
        """The layers directly inside the model."""
        return [layer for layer in self.sublayers() if isinstance(layer, Layer)]

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
        for layer in layers:
            if layer.name == name:
                return layer
        raise InvalidArgument(
            self.where,
            "get_layer needs the name of a layer",
            repr(name),
            f"The layers are {', '.join(layer.name for layer in layers)}.",
        )

    def build(self, input_shape: Any) -> None:
        """Create the weights of all layers, by running `call` once on zeros of this shape.

        A model that is called on data without this is built by that call.
        """
        sample = torch.zeros([1 if n is None else n for n in input_shape], device=self.device)
        with torch.no_grad():
            self.call(sample)

    def build_for(self, inputs: Any) -> None:
        if type(self).build is not Model.build:
            super().build_for(inputs)
            return
        self.built = True  # by the call that these inputs are for
        if self._built_shape is None:
            self._built_shape = shape_of(inputs)

    # -- a graph of layers -----------------------------------------------------------------

    @property
    def inputs(self) -> list[Symbol]:
        """The symbols that come in."""
        return self._graph().input_symbols

    @property
    def outputs(self) -> list[Symbol]:
        """The symbols that come out."""
        return self._graph().output_symbols

    @property
    def input(self) -> Any:
        return self._graph().inputs

    @property
    def output(self) -> Any:
        return self._graph().outputs

    def _graph(self) -> Network:
        if self._network is None:
            raise StateError(
                self.where,
                "inputs and outputs are known for models made of symbols",
                None,
                "Use Model(inputs, outputs), or a Sequential with an input shape.",
            )
        return self._network

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        if self._network is None:
            return super().call(inputs, *args, **kwargs)
        return self._network.run(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        if self._network is None:
            return super().compute_output_shape(input_shape)
        return self._network.shapes(input_shape)

    def known_output_shape(self, x: Any) -> Shape | None:
        """The output's shape for a batch like x, when it can be told without computing."""
        if self._network is None or not isinstance(self._network.outputs, Symbol):
            return None
        return self._network.outputs.shape

    # -- looking and keeping ---------------------------------------------------------------

    def summary(
        self,
        line_length: int | None = None,
        positions: Sequence[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Sequence[str] | None = None,
    ) -> None:
        """Print the layers, their output shapes and counts of parameters."""
        print_summary(
            self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range
        )

    def save(self, filepath: str | os.PathLike[str], overwrite: bool = True, **extra: Any) -> None:
        """Write the model, its optimizer and their state to a `.keras` file, which Keras reads.

        `preprocessing` and `class_names` go along. An existing file stays as it was until the new
        one is whole.

        Args:
            filepath: ends in ".keras".
            overwrite: False raises where the file exists.

        Raises:
            NotSupported: another kind of file, or a lambda in the model.
            InvalidArgument: the file exists, or the model holds something that JSON can't.
            NoSuchFile: the folder does not exist.
        """
        for option in extra:
            raise NotSupported("save", f"{option}= is not supported yet")
        keras_archive.write(self, filepath, overwrite=overwrite)

    def save_weights(
        self,
        filepath: str | os.PathLike[str],
        overwrite: bool = True,
        max_shard_size: float | None = None,
    ) -> None:
        """Write the weights, and the optimizer's state, to a `.weights.h5` file, which Keras reads.

        Raises:
            StateError: the model is not built. InvalidArgument, NotSupported, NoSuchFile: the path.
        """
        refuse("save_weights", max_shard_size=max_shard_size)
        weights_file.write_weights(self, filepath, overwrite=overwrite)

    def load_weights(
        self, filepath: str | os.PathLike[str], skip_mismatch: bool = False, **extra: Any
    ) -> None:
        """Read the weights from a `.weights.h5` or `.keras` file, all or none.

        Raises:
            StateError: the model is not built. NoSuchFile: there is no such file.
            FileFormatError: damaged, or not the weights of this model; each fault is listed.
        """
        refuse("load_weights", skip_mismatch=skip_mismatch, **extra)
        weights_file.read_weights(self, filepath)


class Functional(Model):
    """What `Model(inputs, outputs)` makes: the graph of layers between two sets of symbols.

    Source: `keras.Model`, functional form.
    """

    keras_module = "keras.src.models.functional"
