"""OwnStep: how a step begins, and what of it a subclass of the user's may write itself."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any

import torch

from saccade import initializers
from saccade.errors import InvalidArgument, ShapeError, StateError
from saccade.names import brought_by, refuse_overriding
from saccade.numerics.tensors.conversion import as_tensor
from saccade.optimizers.gradients import as_gradients
from saccade.optimizers.schedules.learning_rate import StepCount
from saccade.optimizers.slot_holder import SlotHolder, Tensors, as_array
from saccade.variables import Variable

# What Keras's own optimizers go through and saccade's do not, for they move all weights at once.
_NOT_CALLED = (
    "add_optimizer_variables",
    "add_variable",
    "add_variable_from_reference",
    "assign",
    "assign_add",
    "assign_sub",
    "_apply_weight_decay",
    "_backend_apply_gradients",
    "_backend_increment_gradient_accumulators",
    "_backend_reset_gradient_accumulators",
    "_backend_update_step",
    "_check_variables_are_known",
    "_clip_by_norm",
    "_get_variable_index",
    "_overwrite_variable_with_gradient",
    "_track_variable",
    "_var_key",
    "_filter_empty_gradients",
    "_get_current_learning_rate",
    "_overwrite_model_variables_with_average_value",
    "_overwrite_variables_directly_with_gradients",
    "_update_model_variables_moving_average",
    "_use_weight_decay",
    # of tf.keras until 2.10, and of Keras 1 and 2
    "get_updates",
    "_create_slots",
    "_resource_apply_dense",
)


class OwnStep(SlotHolder):
    """An optimizer as Keras lets others write it: `build` makes variables, `update_step` moves one
    weight; `apply` and `apply_gradients` may be overridden too, and `fit` then goes through them.

    Example:
        >>> class Halving(Optimizer):
        ...     def update_step(self, gradient, variable, learning_rate):
        ...         self.assign_sub(variable, 0.5 * learning_rate * gradient)
    """

    keras_module: str
    updates_itself = False  # whether `update_step` is the user's
    applies_itself = False  # whether `apply` or `apply_gradients` is
    _applying = False
    _not_called: tuple[str, ...] = ()  # of one class, beside those of all
    _of_keras = frozenset({"apply"})  # which elsewhere is a word of torch's

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith("saccade."):
            return
        instead = (
            "Override update_step(gradient, variable, learning_rate), which moves one weight; "
            "build(variables) makes what is kept beside the weights."
        )
        refuse_overriding(cls, OwnStep, "optimizer", _NOT_CALLED + cls._not_called, instead)
        brought = brought_by(cls, OwnStep)
        cls.updates_itself |= "update_step" in brought
        cls.applies_itself |= "apply" in brought or "apply_gradients" in brought

    # -- stepping --------------------------------------------------------------------------

    def step(
        self, weights: Sequence[Any], gradients: list[Any], keep: torch.Tensor | None = None
    ) -> None:
        raise NotImplementedError

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """One step: move each weight by its gradient (None leaves a weight as it is).

        Args:
            grads: one gradient a weight, tensors or arrays.
            trainable_variables: the weights; those that the optimizer was built for when None.
                Some of those may be left out: they keep their slots, and stay.
        """
        gradients = list(grads)
        if not gradients:
            return
        if trainable_variables is None and not self.built:
            raise StateError(
                self.where, "apply() needs weights", do="Pass them, or call build(weights) first."
            )
        given = self._weights if trainable_variables is None else list(trainable_variables)
        if len(gradients) != len(given):
            raise ShapeError(self.where, f"{len(given)} gradients are needed", str(len(gradients)))
        if all(gradient is None for gradient in gradients):
            raise InvalidArgument(self.where, "a gradient is needed", "None for every weight")
        gradients = as_gradients(self.where, gradients, given)
        gradient_of = {id(one): gradient for one, gradient in zip(given, gradients, strict=True)}
        known = {id(weight) for weight in self._weights}
        if gradient_of.keys() <= known:
            given = self._weights
        self.step(given, [gradient_of.get(id(weight)) for weight in given])

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]]) -> StepCount:
        """One step from (gradient, weight) pairs; returns how many were done."""
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [weight for _, weight in pairs])
        return StepCount(self._calls)

    def minimize(
        self, loss: Any, var_list: Any, tape: Any = None, grad_loss: Any = None, name: str = ""
    ) -> StepCount:
        """One step that lowers a loss, as optimizers had it up to TensorFlow 2.15.

        Args:
            loss: a function without arguments that gives a tensor; or that tensor, with its tape.
            var_list: the weights to move, or a function that gives them.
            tape: what recorded the loss.
            grad_loss: what each number of the loss counts; ones when None.
            name: has no effect.

        Returns:
            How many steps were done.

        Raises:
            InvalidArgument: a tensor without a tape.
        """
        if not callable(loss) and tape is None:
            raise InvalidArgument(
                f"{self.where}.minimize",
                "a loss that is a tensor needs the tape that recorded it",
                None,
                "Write minimize(lambda: ..., variables), or give tape=.",
            )
        weights: list[Any]
        if tape is None:
            with torch.enable_grad():
                value: Any = loss()
            weights = list(_called(var_list))
            found = torch.autograd.grad(
                value if grad_loss is not None else value.sum(),
                weights,
                grad_loss,
                allow_unused=True,
            )
        else:
            if callable(loss):
                with tape:
                    loss = loss()
            weights = list(_called(var_list))
            found = tape.gradient(loss, weights, grad_loss)
        return self.apply_gradients(zip(found, weights, strict=True))

    def stateless_apply(
        self,
        optimizer_variables: Sequence[Any],
        grads: Sequence[Any],
        trainable_variables: Sequence[Any],
    ) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """One step with other values in place of the weights and the state, which stay.

        Args:
            optimizer_variables: arrays in the order of `variables`.
            grads: one gradient a weight.
            trainable_variables: arrays in the order of the weights that it was built for.

        Returns:
            The new values of the weights, and those of the optimizer's variables.

        Raises:
            StateError: it is not built. ShapeError: arrays that do not fit.

        Source: `keras.Optimizer.stateless_apply`.
        """
        if not self.built:
            raise StateError(self.where, "stateless_apply() needs weights", do="Call build first.")
        if len(trainable_variables) != len(self._weights):
            needed = f"{len(self._weights)} weights are needed"
            raise ShapeError(self.where, needed, str(len(trainable_variables)))
        twin = copy.copy(self)
        twin._weights = [copy.deepcopy(weight) for weight in self._weights]
        for weight, value in zip(twin._weights, trainable_variables, strict=True):
            weight.detach().copy_(torch.as_tensor(value))
        for place, weight in enumerate(self._weights):
            twin._weights[place].constraint = getattr(weight, "constraint", None)
        twin.slots = {name: [one.clone() for one in row] for name, row in self.slots.items()}
        twin.set_weights(optimizer_variables)
        twin.apply(grads, twin._weights)
        state = [torch.as_tensor(as_array(one)) for one in twin.variables]
        return [weight.detach() for weight in twin._weights], state

    def step_by_own_apply(
        self, weights: Sequence[Any], gradients: list[Any], keep: torch.Tensor | None
    ) -> None:
        """A step by way of what a subclass wrote, which comes back to `step`."""
        if keep is not None and not bool(keep):
            return
        self._applying = True
        try:
            self.apply_gradients(zip(gradients, weights, strict=True))
        finally:
            self._applying = False

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one weight by its gradient, in place; a subclass may write its own.

        Source: `keras.Optimizer.update_step`.
        """
        place = self._get_variable_index(variable)
        slots = {name: [slot[place]] for name, slot in self.slots.items()}
        self.move([variable.detach()], [gradient], slots, float(learning_rate), self._calls + 1)

    def move(self, w: Tensors, g: Tensors, slots: dict[str, Tensors], lr: float, t: int) -> None:
        """The optimizer's formula, in place on `w` and `slots`; `g` is not to be changed."""
        raise NotImplementedError(f"{type(self).__name__} has no update_step(): write one.")

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        return {}  # of those that write their own step: `build` makes what they need

    # -- what an `update_step` of the user's works with ---------------------------------------

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """A variable of a weight's shape, kept beside it: for `build`, after `super().build`."""
        place = self._get_variable_index(reference_variable)
        made = self._made(tuple(reference_variable.shape), initializer, name)
        slots: dict[str, list[Any]] = self.slots
        row = slots.setdefault(name or "slot", [None] * len(self._weights))
        if row[place] is not None:  # a second one of that name
            raise InvalidArgument(self.where, "the names of slots must differ", repr(name))
        row[place] = made.to(reference_variable.device)
        return row[place]

    def add_optimizer_variables(
        self, trainable_variables: Sequence[Any], name: Any, initializer: Any = "zeros"
    ) -> Any:
        """One such variable beside each weight; a list of lists for several names."""
        if not isinstance(name, str):
            return tuple(
                self.add_optimizer_variables(trainable_variables, one, initializer) for one in name
            )
        return [
            self.add_variable_from_reference(one, name, initializer) for one in trainable_variables
        ]

    def _made(self, shape: tuple[int, ...], initializer: Any, name: str | None) -> Variable:
        values = as_tensor(initializers.get(initializer)(shape))
        return Variable(values, trainable=False, name=name or "slot")

    def _get_variable_index(self, variable: Any) -> int:
        """Which of the weights it is, counted from 0."""
        for place, weight in enumerate(self._weights):
            if weight is variable:
                return place
        raise StateError(self.where, "the weight must be one that it was built for", repr(variable))

    @torch.no_grad()
    def assign(self, variable: Any, value: Any) -> None:
        """variable = value, in place."""
        variable.copy_(as_tensor(value))

    @torch.no_grad()
    def assign_add(self, variable: Any, value: Any) -> None:
        """variable += value."""
        variable.add_(as_tensor(value))

    @torch.no_grad()
    def assign_sub(self, variable: Any, value: Any) -> None:
        """variable -= value."""
        variable.sub_(as_tensor(value))


def _called(value: Any) -> Any:
    """What a function without arguments gives; any other value as it is."""
    return value() if callable(value) else value
