"""LossScaleOptimizer: keeps the small gradients of half precision from becoming zero."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any

import torch

from saccade.errors import InvalidArgument, NotSupported
from saccade.names import refuse_overriding, snake_case
from saccade.optimizers.optimizer import Optimizer
from saccade.optimizers.options import check_positive
from saccade.optimizers.schedules.learning_rate import LearningRate, StepCount
from saccade.optimizers.slot_holder import as_array
from saccade.optimizers.table import CLASSES, find
from saccade.records import is_record, to_record


class LossScaleOptimizer(Optimizer):
    """Another optimizer, with a loss that is multiplied by as much as float16 can bear.

    The law::

        gradients of loss * scale
        all finite:    inner step with gradients / scale;  scale *= 2 after dynamic_growth_steps
                       such steps in a row
        otherwise:     no step;  scale /= 2

    Looking whether gradients are finite means waiting for the device, once a step.

    Args:
        inner_optimizer: what moves the weights; options such as clipping are its own.
        initial_scale: positive; the first scale.
        dynamic_growth_steps: from 1; finite steps until the scale grows.
        name: of this optimizer.

    Raises:
        InvalidArgument: `inner_optimizer` is no optimizer, or another argument is unknown.
        NotSupported: `dynamic=False`, which Keras 3 refuses, too.

    Example::

        optimizer = LossScaleOptimizer(Adam())
        gradients = torch.autograd.grad(optimizer.scale_loss(loss), weights)
        optimizer.apply(gradients, weights)

    Source: Micikevicius et al. (2018); Keras 3.
    """

    keras_module = "keras.optimizers"
    _are_unscaled = False  # whether the gradients of the next step are divided already

    def __init__(
        self,
        inner_optimizer: Optimizer,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **old: Any,
    ):
        where = type(self).__name__
        if not isinstance(inner_optimizer, Optimizer):
            raise InvalidArgument(
                where, "inner_optimizer must be an optimizer", repr(inner_optimizer)
            )
        _check_old(where, old)
        check_positive(
            where, initial_scale=initial_scale, dynamic_growth_steps=dynamic_growth_steps
        )
        self.inner_optimizer = inner_optimizer
        inner_optimizer.loss_scale_factor = None  # or gradients would be divided twice
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        self.dynamic_scale = float(initial_scale)
        self.step_counter = 0  # finite steps since the scale last changed
        super().__init__(inner_optimizer._learning_rate, name=name or snake_case(where))

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        names = ("apply", "apply_gradients", "check_finite", "update_step")
        names += ("_common_apply", "_stateful_handle_finite_grads")
        instead = "Override it in the class of the inner optimizer."
        refuse_overriding(cls, LossScaleOptimizer, "optimizer", names, instead)

    # -- what belongs to the inner optimizer -------------------------------------------------

    @property
    def learning_rate(self) -> LearningRate:
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if value is not self.inner_optimizer._learning_rate:
            self.inner_optimizer.learning_rate = value

    @property
    def iterations(self) -> StepCount:
        return self.inner_optimizer.iterations

    @iterations.setter
    def iterations(self, value: int) -> None:
        self.inner_optimizer.iterations = value

    @property
    def built(self) -> bool:
        return self.inner_optimizer.built

    def build(self, variables: Iterable[Any]) -> None:
        self.inner_optimizer.build(variables)
        self._weights = self.inner_optimizer._weights

    def finalize_variable_values(self, var_list: Iterable[Any]) -> None:
        self.inner_optimizer.finalize_variable_values(var_list)

    def swap_averages(self) -> None:
        self.inner_optimizer.swap_averages()

    def exclude_from_weight_decay(
        self, var_list: Iterable[Any] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        self.inner_optimizer.exclude_from_weight_decay(var_list, var_names)

    # -- stepping ----------------------------------------------------------------------------

    def scale_loss(self, loss: Any) -> Any:
        """The loss to take gradients of: times the scale."""
        self._are_unscaled = False
        return loss * self.dynamic_scale

    def get_scaled_loss(self, loss: Any) -> Any:
        """The loss times the scale; of a function that gives one, a function.

        Source: `tf.keras.mixed_precision.LossScaleOptimizer` of tf.keras 2; today `scale_loss`.
        """
        if callable(loss) and not torch.is_tensor(loss):
            return lambda: self.scale_loss(loss())
        return self.scale_loss(loss)

    def get_unscaled_gradients(self, grads: Sequence[Any]) -> list[Any]:
        """The gradients of a scaled loss as those of the loss, which the next step takes as such.

        In Keras 3 `apply` itself divides by the scale, in tf.keras 2 it did not.

        Source: `tf.keras.mixed_precision.LossScaleOptimizer` of tf.keras 2.
        """
        self._are_unscaled = True
        return [None if one is None else one / self.dynamic_scale for one in grads]

    @torch.no_grad()
    def step(
        self, weights: Sequence[Any], gradients: list[Any], keep: torch.Tensor | None = None
    ) -> None:
        """The inner optimizer's step, or none; a step that is not kept leaves the scale, too."""
        scale, self._are_unscaled = 1.0 if self._are_unscaled else self.dynamic_scale, False
        self.build_for(weights)
        if keep is not None and not bool(keep):
            return
        finite = [one.isfinite().all() for one in gradients if one is not None]
        if finite and bool(torch.stack(finite).all()):
            g = [None if one is None else one / scale for one in gradients]
            for place in self.inner_optimizer._overwritten:  # no gradients of the loss
                g[place] = gradients[place]
            self.inner_optimizer.step(weights, g)
            self.step_counter += 1
            if self.step_counter >= self.dynamic_growth_steps:
                self.dynamic_scale, self.step_counter = self.dynamic_scale * 2.0, 0
        elif finite:
            self.dynamic_scale, self.step_counter = self.dynamic_scale * 0.5, 0

    # -- state -------------------------------------------------------------------------------

    @property
    def variables(self) -> list[Any]:
        """Keras's list: a count and a rate that stay 0, the scale's two, the inner optimizer's."""
        scale = [StepCount(self.step_counter), LearningRate(self.dynamic_scale)]
        head = [StepCount(0), LearningRate(0.0), *(scale if self.built else [])]
        return [*head, *self.inner_optimizer.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        own = len(self.variables) - len(self.inner_optimizer.variables)
        self.inner_optimizer.set_weights(weights[own:])
        if own > 2:
            self.step_counter = int(as_array(weights[2]))
            self.dynamic_scale = float(as_array(weights[3]))

    def state(self) -> dict[str, Any]:
        return self.live_state() | {"inner": self.inner_optimizer.state()}

    def live_state(self) -> dict[str, Any]:
        return {
            "inner": self.inner_optimizer.live_state(),
            "scale": self.dynamic_scale,
            "counter": self.step_counter,
        }

    def restore(self, state: dict[str, Any], weights: Iterable[Any]) -> None:
        self.inner_optimizer.restore(state["inner"], weights)
        self._weights = self.inner_optimizer._weights
        self.dynamic_scale, self.step_counter = state["scale"], state["counter"]

    def __copy__(self) -> LossScaleOptimizer:
        """With an inner optimizer of its own, as a copy's slots are its own."""
        copied = object.__new__(type(self))
        copied.__dict__.update(self.__dict__, inner_optimizer=copy.copy(self.inner_optimizer))
        return copied

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "inner_optimizer": to_record(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Optimizer:
        config = dict(config)
        inner = config.pop("inner_optimizer")
        if is_record(inner):
            inner = find(inner, CLASSES, custom_objects)
        return cls(inner, **config)


_UNUSED = {
    "dynamic": True,
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}


def _check_old(where: str, old: dict[str, Any]) -> None:
    """Let through what older files hold: arguments that never had an effect, at their defaults."""
    for option, value in old.items():
        if option not in _UNUSED:
            raise InvalidArgument(where, "has no such argument", f"{option}=")
        if value != _UNUSED[option]:
            raise NotSupported(
                where,
                f"{option} can't be set here",
                repr(value),
                f"Set {'loss_scale_factor' if option == 'dynamic' else option} "
                "on the inner optimizer.",
            )
