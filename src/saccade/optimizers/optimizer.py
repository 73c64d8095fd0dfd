"""Optimizer: what turns gradients into new weights.

The letters of every formula here: w weight, g gradient, t the step's number from 1, lr the
learning rate; slots are the tensors that an optimizer keeps beside each weight.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast

import torch

from saccade.errors import StateError
from saccade.names import auto_name, snake_case
from saccade.optimizers import options, schedules
from saccade.optimizers.clipping import clip
from saccade.optimizers.gradients import overwrite
from saccade.optimizers.own_step import OwnStep
from saccade.optimizers.rate_holder import Rate
from saccade.optimizers.slot_holder import Tensors
from saccade.records import is_record
from saccade.timers import UPDATE

_Init = TypeVar("_Init", bound=Callable[..., None])


class Optimizer(OwnStep):
    """The parts that all optimizers share; each writes `make_slots` and `move`.

    A step goes: gradients over loss_scale_factor; gathered; clipped; w -= lr * weight_decay * w;
    the optimizer's own formula; the running average; each weight's constraint.

    Args:
        learning_rate: a positive number, a schedule, a function without arguments, or a variable,
            which is read at every step.
        weight_decay: decoupled, a part of lr; None for none.
        clipnorm: longest gradient of one weight; clipvalue: largest single element;
            global_clipnorm: longest gradient of all weights together. At most one of the three.
        use_ema: keep a running average of every weight, which becomes the weight when training
            ends: a = ema_momentum * a + (1 - ema_momentum) * w, from a = w after the first step.
        ema_momentum: in [0, 1].
        ema_overwrite_frequency: w = a after every so many iterations, too.
        loss_scale_factor: what the loss was multiplied by (`scale_loss`).
        gradient_accumulation_steps: from 2; move by the mean gradient of so many steps, which
            together are one iteration. (A schedule counts the steps, as in Keras.)
        name: of the optimizer.

    Raises:
        InvalidArgument: a value that cannot work, or an unknown argument.
    """

    keras_module = "keras.optimizers"

    def __init__(
        self,
        learning_rate: Rate,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **old: Any,
    ):
        super().__init__()
        self.where = where = type(self).__name__
        learning_rate, self.decay = options.old_spellings(type(self), learning_rate, old)
        options.check_clips(
            where, clipnorm=clipnorm, clipvalue=clipvalue, global_clipnorm=global_clipnorm
        )
        options.check_not_negative(where, weight_decay=weight_decay)
        options.check_positive(where, loss_scale_factor=loss_scale_factor)
        options.check_average(where, use_ema, ema_momentum, ema_overwrite_frequency)
        options.check_accumulation(where, gradient_accumulation_steps)
        self.weight_decay, self.loss_scale_factor = weight_decay, loss_scale_factor
        self.clipnorm, self.clipvalue, self.global_clipnorm = clipnorm, clipvalue, global_clipnorm
        self.use_ema, self.ema_momentum = bool(use_ema), ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.name = name or auto_name(snake_case(where))
        self._undecayed: Callable[[Any], bool] | None = None
        self.learning_rate = learning_rate

    # -- stepping --------------------------------------------------------------------------

    @UPDATE.timed
    @torch.no_grad()
    def step(
        self, weights: Sequence[Any], gradients: list[Any], keep: torch.Tensor | None = None
    ) -> None:
        """One step over all weights.

        Args:
            weights: what to move; slots are made for those that are new.
            gradients: one a weight, or None.
            keep: a 0-d tensor, 1 to step and 0 to leave weights and slots as they are, for devices
                that nobody wants to wait for (the count of steps, which is on the CPU, goes on).
                None steps.
        """
        if self.applies_itself and not self._applying:
            self.step_by_own_apply(weights, gradients, keep)
            return
        self.build_for(weights)
        if keep is None:
            self._step(gradients)
            return
        changing = [weight.detach() for weight in self._weights]
        changing += [slot for slots in self.slots.values() for slot in slots]
        before = [one.clone() for one in changing]
        self._step([g if g is None else torch.where(keep > 0, g, 0.0) for g in gradients])
        # All of these numbers are finite, so one of the two products is zero and nothing is lost.
        torch._foreach_mul_(changing, keep)
        torch._foreach_mul_(before, 1.0 - keep)
        torch._foreach_add_(changing, before)

    def _step(self, gradients: list[Any]) -> None:
        if self._overwritten:
            is_due = self._ends_an_iteration()
            kept = self.slots.get("gradient_accumulator")
            gradients = overwrite(self._weights, self._overwritten, gradients, kept, is_due)
        w, g, slots = [weight.detach() for weight in self._weights], gradients, self.slots
        places: Sequence[int] = range(len(w))
        if any(gradient is None for gradient in gradients):
            places = [place for place, gradient in enumerate(gradients) if gradient is not None]
            w, g = [w[place] for place in places], [g[place] for place in places]
            slots = {name: [slot[place] for place in places] for name, slot in slots.items()}
        if not w:
            self._calls += bool(self._overwritten)
            return
        if self.loss_scale_factor is not None:
            g = list(torch._foreach_div(g, self.loss_scale_factor))
        if self.gradient_accumulation_steps:
            self._gather(w, g, slots, places)
        else:
            self._move(w, g, slots, places)
        if self.use_ema:
            self._average()
        for place in self._constrained:
            if gradients[place] is not None:
                weight = self._weights[place]
                weight.copy_(weight.constraint(weight))
        self._calls += 1

    def _ends_an_iteration(self) -> bool:
        return (self._calls + 1) % (self.gradient_accumulation_steps or 1) == 0

    def _gather(self, w: Tensors, g: Tensors, slots: dict[str, Tensors], places: Any) -> None:
        torch._foreach_add_(slots["gradient_accumulator"], g)
        if self._ends_an_iteration():
            steps = self.gradient_accumulation_steps or 1
            mean = torch._foreach_div(slots["gradient_accumulator"], steps)
            self._move(w, list(mean), slots, places)
            torch._foreach_zero_(self.slots["gradient_accumulator"])

    def _clip_gradients(self, grads: Tensors) -> Tensors:
        """The gradients within the limit that was set; a subclass of the user's may override it."""
        return clip(grads, self.clipvalue, self.clipnorm, self.global_clipnorm)

    def _move(self, w: Tensors, g: Tensors, slots: dict[str, Tensors], places: Any) -> None:
        rate = self.current_rate()
        g = self._clip_gradients(g)
        shrinking = list(places)
        if (excluded := self._undecayed) is not None:
            shrinking = [place for place in places if not excluded(self._weights[place])]
        if shrinking:
            self._shrink(shrinking, rate)
        if self.updates_itself:
            for place, gradient in zip(places, g, strict=True):
                self.update_step(gradient, self._weights[place], rate)
            return
        self.move(w, g, slots, rate, self._iterations + 1)

    def _shrink(self, places: Sequence[int], rate: float) -> None:
        """Weight decay of the weights at these places, one at least."""
        if self.weight_decay:
            shrinking = [self._weights[place].detach() for place in places]
            torch._foreach_mul_(shrinking, 1.0 - rate * self.weight_decay)

    def _average(self) -> None:
        w, averages = [weight.detach() for weight in self._weights], self.slots["average"]
        iterations = self._iterations
        torch._foreach_lerp_(averages, w, 1.0 - self.ema_momentum if iterations else 1.0)
        if self.ema_overwrite_frequency and (iterations + 1) % self.ema_overwrite_frequency == 0:
            torch._foreach_copy_(w, averages)

    # -- around the steps ------------------------------------------------------------------

    def scale_loss(self, loss: Any) -> Any:
        """The loss to take gradients of: times loss_scale_factor, when that is set."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    @torch.no_grad()
    def finalize_variable_values(self, var_list: Iterable[Any]) -> None:
        """Give the weights their running averages, as training does at its end.

        Nothing happens without use_ema, or before the first step.
        """
        if not (self.use_ema and self._calls):
            return
        average = {id(one): a for one, a in zip(self._weights, self.slots["average"], strict=True)}
        for weight in var_list:
            if id(weight) in average:
                weight.copy_(average[id(weight)])

    @torch.no_grad()
    def swap_averages(self) -> None:
        """Exchange the weights and their running averages; a second call undoes the first.

        Raises:
            StateError: there are no averages.
        """
        if "average" not in self.slots:
            raise StateError(
                self.where, "swap_averages() needs averages", do="Set use_ema=True and train."
            )
        w, averages = [weight.detach() for weight in self._weights], self.slots["average"]
        before = [one.clone() for one in w]
        torch._foreach_copy_(w, averages)
        torch._foreach_copy_(averages, before)

    def exclude_from_weight_decay(
        self, var_list: Iterable[Any] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Leave weights out of weight decay; the last call counts.

        Args:
            var_list: the weights.
            var_names: words; a weight whose name has one in it ("bias") is left out.
        """
        chosen = {id(weight) for weight in var_list or ()}
        words = "|".join(sorted(set(var_names or ())))

        def excluded(weight: Any) -> bool:
            return id(weight) in chosen or bool(words and re.search(words, weight.name))

        self._undecayed = excluded

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "learning_rate": self._rate_config(),
            **({"decay": self.decay} if self.decay else {}),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Optimizer:
        config = dict(config)
        if is_record(config.get("learning_rate")):
            config["learning_rate"] = schedules.deserialize(config["learning_rate"], custom_objects)
        return cls(**config)


def takes_shared_arguments(init: _Init) -> _Init:
    """For an optimizer's `__init__`: lets it take `Optimizer`'s arguments after its own.

    They are in its signature, may be given by position, and reach the function in its **named. Its
    own that come by keyword alone stand after them.
    """
    own = dict(inspect.signature(init).parameters)
    own.popitem()  # **named
    shared = dict(inspect.signature(Optimizer.__init__).parameters)
    old = dict([shared.popitem()])
    late = {
        name: one.replace(kind=one.POSITIONAL_OR_KEYWORD)
        for name, one in own.items()
        if one.kind is one.KEYWORD_ONLY
    }
    first = {name: one for name, one in own.items() if name not in late}
    signature = inspect.Signature([*(first | shared | first | late | old).values()])

    @functools.wraps(init)
    def init_by_name(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            given = signature.bind(self, *args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"{init.__qualname__}(): {error}") from None
        if "learning_rate" not in given and "lr" not in given.get("old", {}):
            options.note_old_rate(init.__qualname__.partition(".")[0])
        init(**given.pop("old", {}), **given)

    vars(init_by_name)["__signature__"] = signature
    return cast(_Init, init_by_name)
