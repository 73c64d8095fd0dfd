"""Stepper: a layer with a loss, metrics and a step, which subclasses may write themselves."""

from __future__ import annotations

import inspect
from typing import Any

import torch

from saccade.errors import StateError
from saccade.layers.core.layer import Layer
from saccade.metrics import Mean
from saccade.timers import BACKWARD
from saccade.training.batches.packing import unpack_x_y_sample_weight
from saccade.training.custom_step import as_default, overrides
from saccade.training.objective import Objective
from saccade.training.step import check_finite, detached, note_nothing_to_train, samples_in

Layer._new_mean = Mean  # metrics stand beside the layers, not below


class Stepper(Layer):
    """What one batch does to a model that is compiled.

    `fit` does the same faster for models that leave these methods as they are.
    """

    steps_per_execution = 1

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.optimizer: Any = None
        self.loss: Any = None
        self.history: Any = None
        self.stop_training = False
        self.compiled = False
        self.jit_compile: bool | str = "auto"
        self.run_eagerly = False
        self._objective: Objective | None = None

    def _compiled(self, where: str, trains: bool = False) -> Objective:
        if self._objective is None:
            raise StateError(
                where, "the model must be compiled first", None, "Call model.compile(...)."
            )
        if trains and self.optimizer is None and not overrides(self, "train_step"):
            raise StateError(
                where,
                "the model must have an optimizer",
                "compile(optimizer=None)",
                'Compile it with one, such as "adam".',
            )
        return self._objective

    @property
    def metrics(self) -> list[Any]:
        """What is followed: the loss, the metrics of `compile`, and those that layers hold."""
        own = [] if self._objective is None else self._objective.metrics
        return [*own, *self._metrics_held()]

    def _follow_too(self, metric: Any) -> None:
        if self._objective is not None:
            self._objective.tracked.append(metric)

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` and `train_on_batch` list, in that order."""
        if self._objective is None or type(self).metrics is not Stepper.metrics:
            return [metric.name for metric in self.metrics]
        found = self._objective.readers()
        for metric in self._metrics_held():
            found |= metric.readers()
        return self._objective.names_in_order(found)

    def reset_metrics(self) -> None:
        """Set the sums of all metrics to zero, as every epoch starts."""
        if self._objective is not None:
            self._objective.tracked = self._metrics_held()
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The value of each metric now, by its name in the logs."""
        if self._objective is not None:
            return self._objective.logs()
        held = self._metrics_held()
        return {name: read() for metric in held for name, read in metric.readers().items()}

    # -- one step, for subclasses to override ----------------------------------------------

    @as_default
    def train_step(self, data: Any) -> dict[str, Any]:
        """One step of training on a batch; returns numbers by name.

        A subclass may write its own: `self(x, training=True)`, `self.compute_loss(...)`,
        `loss.backward()`, `self.optimizer.apply(gradients, weights)`.

        Args:
            data: x, (x, y) or (x, y, sample_weight), as torch tensors.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=True)
        loss = self._loss_of_batch(x, y, y_pred, sample_weight, True)
        check_finite(self.where, loss, x, y, sample_weight)
        weights = self.trainable_weights
        if not weights:
            note_nothing_to_train()
            return self._followed_step(x, y, y_pred, sample_weight, loss)
        scaled = self.optimizer.scale_loss(loss)
        with BACKWARD:
            gradients = torch.autograd.grad(scaled, weights, allow_unused=True)
        self.optimizer.step(weights, list(gradients))
        return self._followed_step(x, y, y_pred, sample_weight, loss)

    @as_default
    def test_step(self, data: Any) -> dict[str, Any]:
        """One batch of evaluation; returns numbers by name."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        loss = self._loss_of_batch(x, y, y_pred, sample_weight, False)
        return self._followed_step(x, y, y_pred, sample_weight, loss)

    @as_default
    def predict_step(self, data: Any) -> Any:
        """The outputs for a batch."""
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)

    @as_default
    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> torch.Tensor:
        """The loss of a batch, with what layers and regularizers add."""
        objective = self._compiled("compute_loss")
        return objective.compute(y, y_pred, sample_weight, self.where, self.losses)

    @as_default
    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Add a batch to the metrics; returns their values by name."""
        objective = self._compiled("compute_metrics")
        with torch.no_grad():
            objective.update(y, detached(y_pred), None, samples_in(x), sample_weight)
        return self.get_metrics_result()

    def _loss_of_batch(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool
    ) -> torch.Tensor:
        options = {"x": x, "y": y, "y_pred": y_pred, "sample_weight": sample_weight}
        if "training" in inspect.signature(self.compute_loss).parameters:
            options["training"] = training
        return self.compute_loss(**options)

    def _followed_step(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any, loss: torch.Tensor
    ) -> dict[str, Any]:
        objective = self._compiled("fit")
        objective.follow_loss(loss.detach(), samples_in(x))
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)
