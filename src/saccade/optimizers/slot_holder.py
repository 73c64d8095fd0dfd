"""SlotHolder: the part of an optimizer that keeps tensors beside each weight."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch

from saccade.errors import ShapeError, StateError
from saccade.notes import note_once
from saccade.numerics.tensors.conversion import as_tensor
from saccade.optimizers.rate_holder import RateHolder
from saccade.optimizers.schedules.learning_rate import LearningRate, StepCount

Tensors = list[torch.Tensor]


class SlotHolder(RateHolder):
    """The slots, their order in files, and everything else that changes while training."""

    side_by_side: tuple[str, ...] = ()  # slots that Keras lists weight by weight: m, v, m, v, ...
    partial_slots: tuple[str, ...] = ()  # that only some weights have: the others' are empty
    use_ema: bool
    slots: dict[str, Tensors]
    _weights: list[Any]
    _at_rest: list[tuple[Any, dict[str, torch.Tensor]]]
    _told: bool
    _constrained: list[int]
    _overwritten: list[int]

    def __init__(self):
        self.slots: dict[str, Tensors] = {}
        self._calls = 0
        self._weights: list[Any] = []
        self._at_rest: list[tuple[Any, dict[str, torch.Tensor]]] = []  # frozen since, their slots
        self._told = False
        self._constrained: list[int] = []  # places among the weights
        self._overwritten: list[int] = []

    @property
    def built(self) -> bool:
        return bool(self._weights)

    def build_for(self, weights: Sequence[Any]) -> None:
        """Build unless that was done for these very weights."""
        if len(weights) != len(self._weights) or any(
            a is not b for a, b in zip(weights, self._weights, strict=True)
        ):
            self.build(weights)
            if self._weights is not weights and [*map(id, self._weights)] != [*map(id, weights)]:
                raise StateError(
                    self.where,
                    "the weights must be those that it was built for",
                    f"{len(weights)} others",
                    "Its build() left them out: compile the model again.",
                )

    def build(self, variables: Iterable[Any]) -> None:
        """Make the slots for these weights; those already known keep theirs.

        Slots of weights that are left out, as those of a layer that was frozen, wait for them.
        """
        weights = list(variables)
        known = self._known()
        w = [weight.detach() for weight in weights]
        fresh: dict[str, Tensors] = {}
        if self.use_ema:  # a weight that comes later starts its average from itself
            start = torch.clone if self._calls else torch.zeros_like
            fresh["average"] = [start(one) for one in w]
        if self.gradient_accumulation_steps:
            fresh["gradient_accumulator"] = [torch.zeros_like(one) for one in w]
        fresh |= self.make_slots(w)
        for place, weight in enumerate(weights):
            for name, slot in known.get(id(weight), (weight, {}))[1].items():
                fresh[name][place] = slot
        new = len([weight for weight in weights if id(weight) not in known])
        self._tell(new, new == len(weights))
        chosen = {id(weight) for weight in weights}
        self._at_rest = [pair for key, pair in known.items() if key not in chosen]
        for _, slots in self._at_rest:  # the sum that it is a part of will be used without it
            slots.pop("gradient_accumulator", None)
        self.slots, self._weights = fresh, weights
        self._constrained = [
            place for place, one in enumerate(weights) if getattr(one, "constraint", None)
        ]
        self._overwritten = [
            place
            for place, one in enumerate(weights)
            if getattr(one, "overwrite_with_gradient", False)
        ]

    def _known(self) -> dict[int, tuple[Any, dict[str, torch.Tensor]]]:
        """Each weight that there are slots for, with its slots, by its id."""
        pairs = list(self._at_rest)
        for place, weight in enumerate(self._weights):
            pairs.append((weight, {name: slot[place] for name, slot in self.slots.items()}))
        return {id(weight): (weight, slots) for weight, slots in pairs}

    def _tell(self, new: int, are_others: bool) -> None:
        """Say once that weights joined a training that has begun, where Keras raises.

        Args:
            are_others: whether none of the weights was moved before: they are another model's.
        """
        if not (new and self._calls and self._weights) or self._told:
            return
        self._told = True
        if are_others:
            note_once(
                f"{self.where}: after {self._calls} steps it moves other weights, {new} of another "
                "model. Each weight has slots of its own; the count of steps is common to both "
                "models. Give each model an optimizer of its own to count apart.",
                key="one optimizer for several models",
            )
            return
        verb = "1 weight comes" if new == 1 else f"{new} weights come"
        note_once(
            f"{self.where}: {verb} new after {self._calls} steps (a layer was unfrozen?): "
            "they start with fresh slots, the others keep theirs. Call compile() again, with a "
            "small learning rate, to start all of them anew.",
            key="new weights",
        )

    def make_slots(self, w: Tensors) -> dict[str, Tensors]:
        """Fresh slots, by name, one tensor beside each weight."""
        raise NotImplementedError

    # -- state -----------------------------------------------------------------------------

    def save_own_variables(self, store: Any) -> None:
        """Put the values of `variables` into a store, under "0", "1", ..."""
        for place, value in enumerate(self.variables):
            array = as_array(value)
            store[str(place)] = np.int32(array) if isinstance(value, int) else array

    def load_own_variables(self, store: Any) -> None:
        """Take the values of `variables` from a store that `save_own_variables` filled.

        Raises:
            ShapeError: they do not fit; nothing is changed.
        """
        self.set_weights([store[str(place)] for place in range(len(store.keys()))])

    @property
    def variables(self) -> list[Any]:
        """Keras's list: step count, learning rate unless it is a function, then the slots."""
        rate = self._learning_rate
        head = [
            StepCount(self._calls, self),
            *([] if callable(rate) else [LearningRate(rate, self)]),
        ]
        return [*head, *self.in_order(self.slots)]

    def in_order(self, slots_by_name: dict[str, list[Any]]) -> list[Any]:
        """All slots of one kind, then the next; m, v of each weight together where Keras does."""
        found: list[tuple[str, Any]] = []
        for name, slots in slots_by_name.items():
            if name not in self.side_by_side:
                found += [(name, slot) for slot in slots]
            elif name == self.side_by_side[0]:
                of_weights = zip(*(slots_by_name[one] for one in self.side_by_side), strict=True)
                for of_weight in of_weights:
                    found += zip(self.side_by_side, of_weight, strict=True)
        return [one for name, one in found if name not in self.partial_slots or one.numel()]

    def misfits(self, values: Sequence[Any]) -> list[str]:
        """What keeps arrays from being taken as `variables`, in words; empty when nothing does."""
        mine = self.variables
        if len(mine) != len(values):
            return [
                f"{self.where} needs {len(mine)} variables for {len(self._weights)} trainable "
                f"weights, got {len(values)}"
            ]
        return [
            f"vars/{place}: needed {tuple(np.shape(one))}, got {tuple(np.shape(value))}"
            for place, (one, value) in enumerate(zip(mine, values, strict=True))
            if tuple(np.shape(one)) != tuple(np.shape(value))
        ]

    @torch.no_grad()
    def set_weights(self, weights: Sequence[Any]) -> None:
        """Take the values of `variables` from arrays in the same order.

        Raises:
            ShapeError: they do not fit; nothing is changed.
        """
        if faults := self.misfits(weights):
            raise ShapeError(self.where, "the state must fit", "; ".join(faults))
        arrays = [as_array(value) for value in weights]
        self._calls = int(arrays[0])
        rates = 0 if callable(self._learning_rate) else 1
        if rates:
            self.learning_rate = float(arrays[1])
        # A number that follows the slots, as Nadam has one, follows from the count of steps.
        for slot, values in zip(self.in_order(self.slots), arrays[1 + rates :], strict=False):
            slot.copy_(as_tensor(values))

    def state(self) -> dict[str, Any]:
        """Everything that changes while training: copies, in a dict."""
        state = self.live_state()
        slots = {name: [one.clone() for one in slot] for name, slot in state["slots"].items()}
        return state | {"slots": slots}

    def live_state(self) -> dict[str, Any]:
        """The same with the slots themselves, which go on changing."""
        return {
            "iterations": self._calls,
            "learning_rate": None if callable(self._learning_rate) else self._learning_rate,
            "slots": {name: list(slot) for name, slot in self.slots.items()},
        }

    def restore(self, state: dict[str, Any], weights: Iterable[Any]) -> None:
        """Go on from a `state()`, for these weights.

        Raises:
            StateError: the state is of other weights; nothing is changed.
        """
        weights = list(weights)
        if state["slots"]:
            self._check_slots(state["slots"], weights)
            self.build(weights)
        self._at_rest = []  # of another moment
        self._calls = state["iterations"]
        if state["learning_rate"] is not None:
            self._learning_rate = state["learning_rate"]
        for name, slot in state["slots"].items():
            for mine, saved in zip(self.slots[name], slot, strict=True):
                mine.copy_(saved)

    def _check_slots(self, saved: dict[str, Tensors], weights: list[Any]) -> None:
        """Raise unless these are the slots that the optimizer would make for the weights."""
        fresh = copy.copy(self)
        fresh.build(weights)
        if list(fresh.slots) != list(saved):
            raise StateError(
                self.where,
                f"the state must have the slots {', '.join(fresh.slots) or 'of none'}",
                ", ".join(saved),
                "Give the optimizer the arguments that it had when the state was kept.",
            )
        for name, slot in saved.items():
            if [one.shape for one in slot] != [one.shape for one in fresh.slots[name]]:
                raise StateError(
                    self.where,
                    f"the state must be of the {len(weights)} weights that are trained now",
                    f"one of {len(slot)} weights",
                    "Freeze and unfreeze the layers as they were when it was kept.",
                )


def as_array(value: Any) -> np.ndarray:
    """Of an HDF5 dataset, a tensor on any device, an array or a number."""
    if torch.is_tensor(value):
        value = value.detach().cpu()
    return np.asarray(value[()] if hasattr(value, "shape") else value)
