"""Model: a layer that can be trained."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from saccade.errors import InvalidArgument, NotSupported
from saccade.files import script_names, weights_file
from saccade.files.input_record import InputRecord
from saccade.graph import Symbol, from_inputs
from saccade.layers.core.checks import refuse
from saccade.layers.core.output_shapes import shape_of
from saccade.layers.core.own_arguments import default_config, made_again
from saccade.layers.input import Input
from saccade.models.compile_config import compile_config, compile_from, model_record
from saccade.models.graph_config import graph_config, rebuilt
from saccade.models.graph_holder import GraphHolder
from saccade.models.reviving import MadeLayers, check_layers, reviver
from saccade.models.summary import print_summary
from saccade.models.symbol_losses import note_not_written
from saccade.names import refuse_hooks, refuse_overriding

_HOOKS = {
    "Model": """_assert_compile_called _flatten_metrics_in_order _get_metrics_result_or_logs
        _resolve_auto_jit_compile _should_eval _symbolic_build""",
    "Sequential": "_is_layer_name_unique _maybe_rebuild",
}
"""Methods that Keras calls on its models and saccade has not. `_compute_loss` stays:
many call their own function so."""


class Model(GraphHolder):
    """A layer with `compile`, `fit`, `evaluate`, `predict`, `summary` and `save`.

    Subclass it, make layers in `__init__` and write `call`; or use `Sequential`.

    Source: `keras.Model`.
    """

    _loses_masks_quietly = True  # those inside hand them on
    keras_module: str | None = "keras"
    _of_keras = frozenset({"fit"})  # which of augmentations is a word inside

    def __new__(cls, *args: Any, **kwargs: Any):
        if cls is Model and (len(args) >= 2 or "outputs" in kwargs):
            return super().__new__(Functional)  # type: ignore[arg-type]
        return super().__new__(cls)

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        for kind in ("train", "test", "predict"):
            instead = f"Override {kind}_step(data), which is one batch's."
            refuse_overriding(cls, Model, "model", (f"make_{kind}_function",), instead)
        instead = "Override train_step(), compute_loss(), compute_metrics() or call()."
        refuse_hooks(cls, Model, "model", _HOOKS, instead)

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
        if given and len(given) not in (2, 3 - (name is not None)):
            raise InvalidArgument(
                self.where, "Model needs inputs and outputs", f"{len(given)} arguments"
            )
        if len(given) == 3:  # Model(inputs, outputs, "name")
            self.name = given.pop()
        if given:
            inputs, outputs = given
            self._set_graph(*from_inputs(inputs, outputs, _like))
            if not trainable:
                self.trainable = False
        # What a picture needs on its way in and a number on its way out; saved with the model.
        self.preprocessing: dict[str, Any] | None = None
        self.class_names: list[str] | None = None
        # What a network with trained weights was trained on; None where that is not known.
        self.input_record: InputRecord | None = None

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

    @default_config
    def get_config(self) -> dict[str, Any]:
        if not self._is_described_by_graph():
            return super().get_config()
        if self._with_losses is not None:
            note_not_written(self.where)
        return {"name": self.name, "trainable": self.trainable, **graph_config(self._graph())}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Any:
        """The model that `get_config()` described, with fresh weights.

        Args:
            custom_objects: classes and functions of your own, by name.
        """
        made = config.get("layers")
        if isinstance(made, MadeLayers):
            return cls.from_revived(config, {"config": {**config, "layers": made.records}})
        revived = reviver(cls.__name__, custom_objects).revive(config)
        return cls.from_revived(revived, {"config": config})

    @classmethod
    def from_revived(cls, config: dict[str, Any], record: dict[str, Any]) -> Any:
        """The same from a config whose layers are made already, and the record it was."""
        if "input_layers" not in config:
            return made_again(cls, config)
        check_layers(config["layers"], f'{cls.__name__} "{config.get("name")}"')
        inputs, outputs = rebuilt(record["config"], config["layers"])
        known = ("layers", "input_layers", "output_layers", "inputs", "outputs")
        options = {key: value for key, value in config.items() if key not in known}
        return cls(inputs=inputs, outputs=outputs, **options)

    def _is_described_by_graph(self) -> bool:
        """Whether inputs and outputs are all that the constructor takes."""
        own = type(self).__init__
        return self._network is not None and (own is Model.__init__ or _takes_graph(own))

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

    def save(
        self,
        filepath: str | os.PathLike[str],
        overwrite: bool = True,
        zipped: bool | None = None,
        *,
        include_optimizer: bool = True,
        **extra: Any,
    ) -> None:
        """Write the model, its optimizer and their state to a file that Keras reads.

        `preprocessing` and `class_names` go along. An existing file stays as it was until the new
        one is whole. Where a file cannot hold the model, the weights are written beside it before
        the error is raised, which says where they are.

        Args:
            filepath: ends in ".keras"; or in ".h5" or ".hdf5", the older format.
            overwrite: False raises where the file exists.
            zipped: False, a folder, is not supported.
            include_optimizer: False leaves out how the model trains.

        Raises:
            NotSupported: another kind of file, or a lambda in the model.
            InvalidArgument: the file exists, or the model holds something that JSON can't.
            NoSuchFile: the folder does not exist (for ".h5" it is made).
        """
        if zipped is False:
            raise NotSupported(
                "save", "zipped=False is not supported", None, "A model is one .keras file."
            )
        save_format = extra.pop("save_format", None)
        for option in extra:
            raise NotSupported("save", f"{option}= is not supported")
        path, kind = script_names.format_of("save", filepath, "write_model", save_format)
        kind.load("write_model")(self, path, overwrite, include_optimizer)

    def save_weights(
        self,
        filepath: str | os.PathLike[str],
        overwrite: bool = True,
        max_shard_size: float | None = None,
        save_format: str | None = None,
        options: Any = None,
    ) -> None:
        """Write the weights, and the optimizer's state, to a `.weights.h5` file, which Keras reads.

        A name that ends in ".safetensors" gives a file of the weights alone, each named by its
        path in the HDF5 tree ("layers/dense/vars/0").

        Raises:
            StateError: the model is not built. InvalidArgument, NotSupported, NoSuchFile: the path.
        """
        refuse("save_weights", max_shard_size=max_shard_size)
        weights_file.write_weights(self, filepath, overwrite, save_format)

    def load_weights(
        self,
        filepath: str | os.PathLike[str],
        skip_mismatch: bool = False,
        by_name: bool = False,
        **extra: Any,
    ) -> Any:
        """Read the weights from an `.h5`, `.safetensors` or `.keras` file, all or none.

        The `.h5` files of every Keras are read by what is in them: `.weights.h5`, the older
        layout of weights alone, and the weights of a whole model.

        Args:
            skip_mismatch: True leaves the layers as they are whose weights do not fit; one note
                lists them.
            by_name: True takes the layers whose names agree and no others; for the older layout.

        Raises:
            StateError: the model is not built. NoSuchFile: there is no such file.
            FileFormatError: damaged, or not the weights of this model; each fault is listed.
        """
        refuse("load_weights", **extra)
        weights_file.read_weights(self, filepath, skip_mismatch, bool(by_name))
        return script_names.status_of(filepath)

    def to_yaml(self, **kwargs: Any) -> str:
        """The model without its weights as YAML, for `model_from_yaml`: the text of `to_json()`,
        for all JSON is YAML. What is given for PyYAML's `dump` is not looked at."""
        return self.to_json(indent=2)

    def to_json(self, **kwargs: Any) -> str:
        """The model without its weights as JSON, for `model_from_json`.

        Args:
            kwargs: for `json.dumps`, such as indent=2.

        Raises:
            NotSupported: a lambda in the model.
        """
        return json.dumps(model_record(self), **kwargs)

    def get_compile_config(self) -> dict[str, Any] | None:
        """What `compile` was given, as Keras writes it down; None before."""
        return compile_config(self)

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as `get_compile_config()` of this or another model says."""
        compile_from(self, reviver(self.where).revive(config))


def _like(symbol: Symbol) -> Symbol:
    """An input like a symbol in the middle of a graph."""
    name = f"{symbol.name}_input" if symbol.name else None
    return Input(batch_shape=symbol.shape, dtype=symbol.dtype, name=name)


def _takes_graph(constructor: Any) -> bool:
    """Whether a constructor can be called with inputs= and outputs= alone."""
    parameters = inspect.signature(constructor).parameters
    kinds = {parameter.kind for parameter in parameters.values()}
    return {"inputs", "outputs"} <= set(parameters) or {
        inspect.Parameter.VAR_POSITIONAL,
        inspect.Parameter.VAR_KEYWORD,
    } <= kinds


class Functional(Model):
    """What `Model(inputs, outputs)` makes: the graph of layers between two sets of symbols.

    Source: `keras.Model`, functional form.
    """

    keras_module = "keras.src.models.functional"
