"""CallLosses: what calls of a layer, and of those inside it, add to the loss and to the logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import torch

from saccade.errors import InvalidArgument
from saccade.graph import symbols_in
from saccade.layers.core.calls.call_scope import scope
from saccade.layers.core.weight_holder import WeightHolder, metrics_in
from saccade.notes import note_old_word
from saccade.user_names import values_inside

_ON_SYMBOLS = "Call add_metric of the model: model.add_metric(symbol, name=...)."


class CallLosses(WeightHolder):
    """Collects what layers add while they are called.

    The outermost layer of a call remembers which layers inside it added something, in `_lossy`,
    so that its next call can drop all of that without a look at every layer.
    """

    _call_losses: list[torch.Tensor]
    _new_mean: ClassVar[Callable[..., Any]]  # `metrics.Mean`, which the models give

    def add_loss(self, loss: Any, inputs: Any = None) -> None:
        """Add a number, or a list of them, to what training makes smaller; called in `call`.

        Args:
            inputs: Keras 1's and 2's, which says what the loss depends on: changes nothing.
        """
        outermost = scope.outermost
        if outermost is not None:
            lossy = values_inside(outermost, "_lossy").setdefault("_lossy", {})
            if id(self) not in lossy:  # what is there was added in a call of another model
                self._call_losses.clear()
            lossy[id(self)] = self
        self._call_losses.extend(loss if isinstance(loss, (list, tuple)) else [loss])

    def add_metric(
        self, value: Any, name: str | None = None, aggregation: str | None = None
    ) -> None:
        """Follow the mean of a number, or of an array, under a name in the logs; called in `call`.

        Args:
            value: what a call gives; of a metric that the layer holds, nothing more is followed.
            aggregation: "mean", which None stands for, too.

        Raises:
            InvalidArgument: no name, or another aggregation.

        Source: `tf.keras.layers.Layer.add_metric` of tf.keras 2.
        """
        if aggregation not in (None, "mean"):
            raise InvalidArgument(self.where, 'aggregation must be "mean"', repr(aggregation))
        if symbols_in(value):
            raise InvalidArgument(
                self.where, "add_metric takes numbers inside call", "a symbol", _ON_SYMBOLS
            )
        held = list(metrics_in(self))
        if name is None and not held:
            raise InvalidArgument(
                self.where, "a metric must have a name", None, 'add_metric(value, name="mean").'
            )
        note_old_word(
            "add_metric is tf.keras 2's; it works as it did. Today a layer holds a metric, "
            "self.mean = metrics.Mean(name=...), and its call says self.mean.update_state(value)."
        )
        if name is not None and all(name != one.name for one in held):
            self._follow(name, value)

    def _follow(self, name: str, value: Any) -> None:
        added = values_inside(self, "_added_metrics").setdefault("_added_metrics", {})
        if name not in added:
            added[name] = self._new_mean(name=name)
            if scope.outermost is not None:
                scope.outermost._follow_too(added[name])
        added[name].update_state(value)

    def _follow_too(self, metric: Any) -> None:
        """Report a metric that came while this layer was called; of models alone."""

    def _added(self) -> dict[str, Any]:
        return values_inside(self, "_added_metrics").get("_added_metrics", {})

    def _metrics_held(self) -> list[Any]:
        layers: Any = (self, *self.sublayers_within())
        added = [one for layer in layers for one in layer._added().values()]
        return [*super()._metrics_held(), *added] if added else super()._metrics_held()

    def _forget_what_zeros_added(self) -> None:
        """Drop what a call on zeros, which only asked for shapes, added."""
        layers: Any = (self, *self.sublayers_within())
        for layer in layers:
            layer._call_losses.clear()
            for metric in layer._added().values():
                metric.reset_state()

    def _forget_losses(self) -> None:
        """Drop what the last call added."""
        lossy = values_inside(self, "_lossy").get("_lossy", {})
        for layer in lossy.values():
            layer._call_losses.clear()
        lossy.clear()

    @property
    def losses(self) -> list[torch.Tensor]:
        """What the last call added to the loss, and what the regularizers of the weights add."""
        weights = [w for w in self.trainable_weights if w.regularizer is not None]
        return [*self.losses_of_call(), *(weight.regularizer(weight) for weight in weights)]

    def losses_of_call(self) -> list[torch.Tensor]:
        """What the last call added to the loss."""
        added = list(self._call_losses)
        for layer in self.sublayers_within():
            added += layer._call_losses  # type: ignore[attr-defined]
        return added
