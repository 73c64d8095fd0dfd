"""StatelessCalls: a layer as a function of its weights' values, and what Keras calls of a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.errors import ShapeError, StateError
from saccade.layers.core.calls.call_losses import CallLosses
from saccade.numerics.machine.random_streams import counters_of
from saccade.script_door import is_script_door_open
from saccade.variables import Variable


class StatelessCalls(CallLosses):
    """Calls that take the weights as arguments and change nothing."""

    name: str
    supports_jit = True
    quantization_mode: str | None = None

    @property
    def _name(self) -> str:
        """The name where tf.keras 2 keeps it; its scripts rename layers by assigning to it."""
        return vars(self).get("_name", self.name)

    @_name.setter
    def _name(self, value: Any) -> None:
        if isinstance(value, str) and is_script_door_open():
            self.name = value
        else:
            vars(self)["_name"] = value  # Keras 3 has no such name: it is the user's

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
        seeds = {id(one.state): one for one in counters_of(self.modules())}
        lent = []
        kept = []
        for weight, value in zip(
            self.non_trainable_variables, non_trainable_variables, strict=True
        ):
            copy = torch.as_tensor(value, device=weight.device).detach().clone()
            kept.append(Variable(copy, False, weight.name))  # which a call may assign to
            if id(weight) in seeds:
                lent.append((seeds[id(weight)], weight, kept[-1]))
            else:
                values[names[id(weight)]] = kept[-1]
        for generator, _, copy in lent:
            generator.state = copy
        try:
            outputs = torch.func.functional_call(self, values, args, kwargs)
        finally:
            for generator, own, _ in lent:
                generator.state = own
        after = [variable.detach() for variable in kept]
        if not return_losses:
            return outputs, after
        of_weights = [
            weight.regularizer(values[names[id(weight)]])
            for weight in self.trainable_variables
            if weight.regularizer is not None
        ]
        return outputs, after, [*self.losses_of_call(), *of_weights]
