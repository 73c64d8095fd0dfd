"""CallLosses: what the last call of a layer, and of those inside it, added to the loss; and calls
that take the weights as arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

<<<<<<< HEAD:src/saccade/layers/core/call_losses.py
from saccade.errors import ShapeError, StateError
from saccade.layers.core.call_scope import scope
=======
from saccade.layers.core.calls.call_scope import scope
>>>>>>> main:src/saccade/layers/core/calls/call_losses.py
from saccade.layers.core.weight_holder import WeightHolder
from saccade.user_names import values_inside
from saccade.variables import Variable


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


class StatelessCalls(CallLosses):
    """Calls that take the weights as arguments and change nothing."""

    name: str
    supports_jit = True
    quantization_mode: str | None = None

    @property
    def path(self) -> str:
        """The layer's name; those of the layers around it are no part of it."""
        return self.name

    @property
    def metrics_variables(self) -> list[Any]:
        """The variables of `metrics`."""
        return [variable for metric in self.metrics for variable in metric.variables]

    def stateless_call(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> Any:
        """A call with other values in place of the weights, which stay as they are.

        Args:
            trainable_variables: arrays in the order of `self.trainable_variables`; gradients of
                the result reach those that are tensors.
            non_trainable_variables: the same of `self.non_trainable_variables`.
            return_losses: whether the penalties of the call are given too.

        Returns:
            (outputs, values of the non-trainable variables after the call), and a list of losses.

        Raises:
            StateError: the layer is not built. ShapeError: another number of values.

        Source: `keras.layers.Layer.stateless_call`.
        """
        if not self.built:
            raise StateError(self.where, "stateless_call needs weights", do="Call the layer first.")
        for word, given in (
            ("trainable_variables", trainable_variables),
            ("non_trainable_variables", non_trainable_variables),
        ):
            if len(given) != len(getattr(self, word)):
                needed = f"{word} must be {len(getattr(self, word))} arrays"
                raise ShapeError(f"{self.where}.stateless_call", needed, str(len(given)))
        names = {id(weight): name for name, weight in self.named_parameters()}
        names |= {id(value): name for name, value in self.named_buffers()}
        values: dict[str, Any] = {}
        for weight, value in zip(self.trainable_variables, trainable_variables, strict=True):
            values[names[id(weight)]] = torch.as_tensor(value, device=weight.device)
        kept = []
        for weight, value in zip(
            self.non_trainable_variables, non_trainable_variables, strict=True
        ):
            copy = torch.as_tensor(value, device=weight.device).detach().clone()
            kept.append(Variable(copy, False, weight.name))  # which a call may assign to
            values[names[id(weight)]] = kept[-1]
        outputs = torch.func.functional_call(self, values, args, kwargs)
        after = [variable.detach() for variable in kept]
        if not return_losses:
            return outputs, after
        of_weights = [
            weight.regularizer(values[names[id(weight)]])
            for weight in self.trainable_variables
            if weight.regularizer is not None
        ]
        return outputs, after, [*self.losses_of_call(), *of_weights]
