"""Model: a layer that can be trained."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from saccade import losses, optimizers
from saccade.data.source import WeightedSource, as_source, is_array
from saccade.errors import InvalidArgument, NotSupported, StateError
from saccade.files import keras_archive, weights_file
from saccade.graph import Network, Shape, Symbol, map_symbols
from saccade.layers.checks import refuse
from saccade.layers.layer import Layer, shape_of
from saccade.models.summary import print_summary
from saccade.notes import note_once
from saccade.training import loop
from saccade.training.arguments import (
    as_epochs,
    as_frequency,
    as_steps,
    as_verbosity,
    held_out,
    split_off,
)
from saccade.training.callback import CallbackList
from saccade.training.feed import Feed
from saccade.training.history import History
from saccade.training.objective import Objective
from saccade.training.progress import Progress
from saccade.training.run import Run


class Model(Layer):
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
        self.optimizer: Any = None
        self.history: Any = None
        self.stop_training = False
        self.compiled = False
        self._objective: Objective | None = None
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

    # -- compile ---------------------------------------------------------------------------

    def compile(  # type: ignore[override]
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | str = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Choose how to train; every misspelt name is an error here.

        Args:
            optimizer: a word ("adam") or an object.
            loss: a word, an object, or a function of (y_true, y_pred).
            metrics: a list of words, objects and functions; "acc" is reported as "acc".
        """
        refuse(self, loss_weights=loss_weights, weighted_metrics=weighted_metrics or None)
        if steps_per_execution != 1 or jit_compile is True:
            asked = "jit_compile=True" if jit_compile is True else "steps_per_execution"
            raise NotSupported("compile", f"{asked} is not supported yet")
        # Both may raise: only then is anything of the model changed.
        optimizer, objective = optimizers.get(optimizer), Objective(loss, metrics)
        self.optimizer, self._objective = optimizer, objective
        self.loss = loss
        self.compiled = True

    def _compiled(self, where: str) -> Objective:
        if self._objective is None:
            raise StateError(
                where, "the model must be compiled first", None, "Call model.compile(...)."
            )
        return self._objective

    @property
    def metrics(self) -> list[Any]:
        return [] if self._objective is None else self._objective.metrics

    @property
    def metrics_names(self) -> list[str]:
        return [metric.name for metric in self.metrics]

    # -- fit, evaluate, predict ------------------------------------------------------------

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
    ) -> History:
        """Train for a number of epochs.

        Args:
            x: arrays or tensors with the samples along the first axis, images
                (samples, height, width, channels); or an iterator of batches (x, y).
            y: targets for arrays.
            batch_size: samples to a step, for arrays; None is 32, or what makes one pass of
                `steps_per_epoch`.
            epochs: number of the last epoch, from 1.
            verbose: 0 nothing, 1 a bar, 2 a line an epoch.
            callbacks: what to call; see `saccade.callbacks`.
            validation_split: share of the arrays, the last part, to validate on.
            validation_data: (x, y), (x, y, sample_weight), or an iterator.
            shuffle: a new order of the arrays in every epoch.
            class_weight: weight of each class number in the loss; those left out weigh 1.
            sample_weight: weight of each sample in the loss.
            initial_epoch: where to start, to go on with an earlier training.
            steps_per_epoch: batches to an epoch, if not one pass. More or fewer than a pass has
                goes round the data: an epoch starts where the last one ended.
            validation_steps: batches to validate on, always the first ones.
            validation_batch_size: as `batch_size`, for validation arrays.
            validation_freq: validate every so many epochs, or after the epochs listed.

        Returns:
            A History: `history.history["loss"]` has a number an epoch.

        Raises:
            StateError: not compiled. DataError, ShapeError: data that cannot be used.
            NotFinite: the loss became NaN or infinite; the weights are those before that step.
        """
        objective = self._compiled("fit")
        epochs = as_epochs("epochs", epochs)
        if not is_array(x) and batch_size is not None:
            note_once("fit: batch_size is left to the iterator, which brings batches of its own.")
        if validation_split:
            x, y, sample_weight, validation_data = split_off(
                x, y, sample_weight, validation_split, validation_data
            )
        steps = as_steps("steps_per_epoch", steps_per_epoch)
        source = as_source("fit", x, y, sample_weight, batch_size, shuffle, steps=steps)
        if class_weight is not None:
            if sample_weight is not None:
                raise InvalidArgument(
                    "fit", "class_weight and sample_weight can't be used together"
                )
            source = WeightedSource(source, class_weight)
        feed = Feed(source, steps)
        validation = None
        if validation_data is not None:
            steps = as_steps("validation_steps", validation_steps)
            size = batch_size if validation_batch_size is None else validation_batch_size
            validation = Feed(held_out(validation_data, size, steps), steps)
        history = History()
        run = Run(
            model=self,
            optimizer=self.optimizer,
            objective=objective,
            feed=feed,
            validation=validation,
            callbacks=self._callbacks(callbacks, verbose, epochs, feed.turn, first=[history]),
            epochs=epochs,
            epoch=as_epochs("initial_epoch", initial_epoch),
            validation_freq=as_frequency(validation_freq),
        )
        self.history = history
        loop.train(run)
        return history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Loss and metrics over data, with the model at rest.

        Returns:
            [loss, metrics...] in the order of `compile`; the loss alone where there is no metric;
            a dict with `return_dict`.
        """
        objective = self._compiled("evaluate")
        steps = as_steps("steps", steps)
        source = as_source("evaluate", x, y, sample_weight, batch_size, steps=steps)
        feed = Feed(source, steps)
        listeners = self._callbacks(callbacks, verbose, 1, feed.turn)
        logs = loop.evaluate(self, objective, feed, listeners)
        if return_dict:
            return logs
        values = [logs[metric.name] for metric in objective.metrics if metric.name in logs]
        return values[0] if len(values) == 1 else values

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> np.ndarray:
        """The model's outputs, in the order of the data.

        Args:
            x: arrays, or an iterator of batches (targets are ignored).

        Returns:
            A NumPy array (samples, ...).
        """
        steps = as_steps("steps", steps)
        feed = Feed(as_source("predict", x, batch_size=batch_size, steps=steps), steps)
        return loop.predict(self, feed, self._callbacks(callbacks, verbose, 1, feed.turn))

    def _callbacks(
        self,
        callbacks: Any,
        verbose: int | str,
        epochs: int,
        steps: int | None,
        first: Sequence[Any] = (),
    ) -> CallbackList:
        if isinstance(callbacks, CallbackList):
            callbacks = callbacks.callbacks
        level = as_verbosity(verbose)
        given = list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]
        progress = [Progress(level)] if level else []
        listeners = [*first, *(one for one in given if one is not None), *progress]
        return CallbackList(listeners, self, {"verbose": level, "epochs": epochs, "steps": steps})

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

    def get_compile_config(self) -> dict[str, Any] | None:
        """What `compile` was given, as Keras writes it down; None before."""
        if self._objective is None:
            return None
        objective = self._objective
        optimizer = optimizers.serialize(self.optimizer)
        if self.optimizer.decay:  # Keras ignores it, with a warning
            optimizer["config"]["decay"] = self.optimizer.decay
        loss = objective.given_loss
        if isinstance(loss, str) and loss != loss.lower() and loss not in losses.CLASSES:
            loss = losses.get(loss).name  # Keras knows its words in one letter case only
        return {
            "optimizer": optimizer,
            "loss": losses.serialize(loss),
            "loss_weights": None,
            "metrics": objective.given_metrics,
            "weighted_metrics": None,
            "run_eagerly": False,
            "steps_per_execution": 1,
            "jit_compile": False,
        }


class Functional(Model):
    """What `Model(inputs, outputs)` makes: the graph of layers between two sets of symbols.

    Source: `keras.Model`, functional form.
    """

    keras_module = "keras.src.models.functional"
