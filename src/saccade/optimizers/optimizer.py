"""Optimizer: what turns gradients into new weights.

The letters of every formula here: w weight, g gradient, t the step's number from 1, lr the
learning rate; slots are the tensors that an optimizer keeps beside each weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch

from saccade.errors import InvalidArgument, NotSupported, ShapeError
from saccade.names import nearest, snake_case
from saccade.notes import note_once
from saccade.optimizers.learning_rate import LearningRate

Tensors = list[torch.Tensor]


class Optimizer:
    """The parts that all optimizers share; each writes `make_slots` and `move`.

    Args:
        learning_rate: a positive number, or a function without arguments that gives one.
        weight_decay: w -= lr * weight_decay * w before each step (decoupled); None for none.
        clipnorm: longest gradient of one weight; clipvalue: largest single element;
            global_clipnorm: longest gradient of all weights together. At most one of the three.
        name: of the optimizer.

    Raises:
        InvalidArgument: a value that cannot work, or an unknown argument.
        NotSupported: an option of Keras's that is not built yet, by name.
    """

    keras_module = "keras.optimizers"
    side_by_side: tuple[str, ...] = ()  # slots that Keras lists weight by weight: m, v, m, v, ...
    _learning_rate: Any

    def __init__(
        self,
        learning_rate: float | Callable[[], float],
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
        self.where = type(self).__name__
        learning_rate, self.decay = self._old_spellings(learning_rate, old)
        refused = {
            "use_ema": use_ema,
            "ema_overwrite_frequency": ema_overwrite_frequency,
            "loss_scale_factor": loss_scale_factor,
            "gradient_accumulation_steps": gradient_accumulation_steps,
        }
        for option, value in refused.items():
            if value is not None and value is not False:
                raise NotSupported(self.where, f"{option} is not supported yet", repr(value))
        self.ema_momentum = ema_momentum
        clips = {
            "clipnorm": clipnorm,
            "clipvalue": clipvalue,
            "global_clipnorm": global_clipnorm,
        }
        given = {option: value for option, value in clips.items() if value is not None}
        if len(given) > 1:
            raise InvalidArgument(self.where, "only one kind of clipping can be set", str(given))
        for option, value in given.items():
            if value <= 0:
                raise InvalidArgument(self.where, f"{option} must be positive", repr(value))
        if weight_decay is not None and weight_decay < 0:
            raise InvalidArgument(self.where, "weight_decay can't be negative", repr(weight_decay))
        self.clipnorm, self.clipvalue, self.global_clipnorm = clipnorm, clipvalue, global_clipnorm
        self.weight_decay = weight_decay
        self.name = name or snake_case(type(self).__name__)
        self.iterations = 0
        self.slots: dict[str, Tensors] = {}
        self._weights: list[Any] = []
        self.learning_rate = learning_rate

    # -- the learning rate -----------------------------------------------------------------

    @property
    def learning_rate(self) -> Any:
        rate = self._learning_rate
        return rate if callable(rate) else LearningRate(rate)

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if callable(value):
            self._learning_rate = value
            return
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            number = math.nan
        if not (math.isfinite(number) and number >= 0):
            raise InvalidArgument(
                self.where, "learning_rate must be a number, 0 or above", repr(value)
            )
        self._learning_rate = number

    @property
    def lr(self) -> Any:
        return self.learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        self.learning_rate = value

    def current_rate(self) -> float:
        """The learning rate of the next step."""
        given: Any = self._learning_rate
        rate = float(given()) if callable(given) else given  # type: ignore[arg-type]
        return rate / (1.0 + self.decay * self.iterations) if self.decay else rate

    def _old_spellings(self, learning_rate: Any, old: dict[str, Any]) -> tuple[Any, float]:
        """`lr` and `decay`, which tf.keras took until 2.10 and Keras 3 refuses or ignores."""
        decay = 0.0
        for word, value in old.items():
            if word == "lr":
                learning_rate = value
                note_once(
                    f"{self.where}(lr=) is the old name of learning_rate; it is used as such."
                )
            elif word == "decay":
                decay = float(value)
                note_once(
                    f"{self.where}(decay=) has its old meaning: "
                    "the rate of step t is learning_rate / (1 + decay * t)."
                )
            else:
                known = ("learning_rate", "weight_decay", "clipnorm", "clipvalue", "name")
                guess = nearest(word, known)
                raise InvalidArgument(
                    self.where, "has no such argument", f"{word}=", f"Did you mean {guess}=?"
                )
        return learning_rate, decay

    # -- stepping --------------------------------------------------------------------------

    @property
    def built(self) -> bool:
        return bool(self._weights)

    def build(self, weights: Iterable[Any]) -> None:
        """Make the slots for these weights; those already known keep theirs."""
        known = {id(weight): place for place, weight in enumerate(self._weights)}
        weights = list(weights)
        fresh = self.make_slots([w.detach() for w in weights])
        for name, tensors in fresh.items():
            for place, weight in enumerate(weights):
                if id(weight) in known:
                    tensors[place] = self.slots[name][known[id(weight)]]
        self.slots, self._weights = fresh, weights

    def apply(self, gradients: Sequence[Any], weights: Sequence[Any] | None = None) -> None:
        """One step: move each weight by its gradient (None leaves a weight as it is)."""
        weights = self._weights if weights is None else list(weights)
        if len(gradients) != len(weights):
            raise ShapeError(
                self.where, f"{len(weights)} gradients are needed", str(len(gradients))
            )
        self.step(weights, list(gradients))

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]]) -> None:
        """One step from (gradient, weight) pairs."""
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [weight for _, weight in pairs])

    @torch.no_grad()
    def step(
        self, weights: Sequence[Any], gradients: list[Any], keep: torch.Tensor | None = None
    ) -> None:
        """One step over all weights.

        Args:
            keep: a 0-d tensor, 1 to move the weights and 0 to leave them as they are, for
                devices that nobody wants to wait for; None moves them.
        """
        if len(weights) != len(self._weights) or any(
            a is not b for a, b in zip(weights, self._weights, strict=True)
        ):
            self.build(weights)
        w = [weight.data for weight in weights]
        slots = self.slots
        if any(gradient is None for gradient in gradients):
            moved = [place for place, gradient in enumerate(gradients) if gradient is not None]
            w = [w[place] for place in moved]
            gradients = [gradients[place] for place in moved]
            slots = {name: [slot[place] for place in moved] for name, slot in slots.items()}
        if not w:
            return
        rate = self.current_rate()
        g = self._clipped(gradients)
        if keep is not None:
            g = [torch.where(keep > 0, one, 0.0) for one in g]
        if self.weight_decay:
            shrink: Any = rate * self.weight_decay
            torch._foreach_mul_(w, 1.0 - (shrink if keep is None else shrink * keep))
        self.iterations += 1
        self.move(w, g, slots, rate, self.iterations, keep)

    def _clipped(self, g: Tensors) -> Tensors:
        if self.clipvalue is not None:
            return [one.clamp(-self.clipvalue, self.clipvalue) for one in g]
        if self.clipnorm is not None:
            limit = self.clipnorm
            return [one * (limit / one.norm().clamp(min=limit)) for one in g]
        if self.global_clipnorm is not None:
            limit = self.global_clipnorm
            norm = torch.stack([one.norm() for one in g]).norm()
            return [one * (limit / norm.clamp(min=limit)) for one in g]
        return g

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        """Fresh slots, by name, one tensor beside each weight."""
        raise NotImplementedError

    def move(
        self,
        w: Tensors,
        g: Tensors,
        slots: dict[str, Tensors],
        lr: float,
        t: int,
        keep: torch.Tensor | None,
    ) -> None:
        """The optimizer's formula, in place on `w` and `slots`."""
        raise NotImplementedError

    # -- state -----------------------------------------------------------------------------

    @property
    def variables(self) -> list[Any]:
        """Keras's list: step count, learning rate, then the slots in Keras's order."""
        head: list[Any] = [np.int32(self.iterations)]
        if not callable(self._learning_rate):
            head.append(np.float32(self._learning_rate))
        paired = [slots for name, slots in self.slots.items() if name in self.side_by_side]
        alone = [slots for name, slots in self.slots.items() if name not in self.side_by_side]
        return [
            *head,
            *(slot for slots in zip(*paired, strict=True) for slot in slots),
            *(slot for slots in alone for slot in slots),
        ]

    def state(self) -> dict[str, Any]:
        """Everything that changes while training: copies, in a dict."""
        return {
            "iterations": self.iterations,
            "learning_rate": None if callable(self._learning_rate) else self._learning_rate,
            "slots": {name: [one.clone() for one in slot] for name, slot in self.slots.items()},
        }

    def restore(self, state: dict[str, Any], weights: Iterable[Any]) -> None:
        """Go on from a `state()`, for these weights."""
        if state["slots"]:
            self.build(weights)
        self.iterations = state["iterations"]
        if state["learning_rate"] is not None:
            self._learning_rate = state["learning_rate"]
        for name, slot in state["slots"].items():
            for mine, saved in zip(self.slots[name], slot, strict=True):
                mine.copy_(saved)

    def get_config(self) -> dict[str, Any]:
        rate = self._learning_rate
        return {
            "name": self.name,
            "learning_rate": rate if callable(rate) else float(np.float32(rate)),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": False,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": None,
            "loss_scale_factor": None,
            "gradient_accumulation_steps": None,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Optimizer:
        return cls(**config)
