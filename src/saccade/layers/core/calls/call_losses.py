"""CallLosses: what the last call of a layer, and of those inside it, added to the loss."""

from __future__ import annotations

from typing import Any

import torch

from saccade.layers.core.calls.call_scope import scope
from saccade.layers.core.weight_holder import WeightHolder
from saccade.user_names import values_inside


class CallLosses(WeightHolder):
    """Collects what layers add while they are called.

    The outermost layer of a call remembers which layers inside it added something, in `_lossy`,
    so that its next call can drop all of that without a look at every layer.
    """

    _call_losses: list[torch.Tensor]

    def add_loss(self, loss: Any, inputs: Any = None) -> None:
        """Add a number, or a list of them, to what training makes smaller; called in `call`.

        Args:
            inputs: Keras 1's and 2's, which says what the loss depends on: changes nothing.
        """
        self._call_losses.extend(loss if isinstance(loss, (list, tuple)) else [loss])
        outermost = scope.outermost
        if outermost is not None:
            values_inside(outermost, "_lossy").setdefault("_lossy", {})[id(self)] = self

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
