"""Run: everything that changes while `fit` runs, in one visible place.

A checkpoint is `run.state()`; a run that is restored from it goes on bit for bit as if it had
never stopped. Sums (of losses, of metrics) and not means are kept, so that the runs of several
processes add up.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from saccade.errors import StateError
from saccade.training.callbacks.callback import CallbackGroup
from saccade.training.feed import Feed
from saccade.training.objective import Objective


@dataclass
class Run:
    """One training run.

    Attributes:
        model: what is trained; holds the weights.
        optimizer: holds its slots and the count of steps.
        objective: loss and metrics; holds the sums of the epoch so far.
        feed: the training data; holds the place in it.
        validation: the validation data, or None.
        callbacks: what the user hung in; each holds its own state.
        epochs: where to stop.
        epoch: the current one, from 0.
        step: batches done in the current epoch.
        weights: what the optimizer moves.
        healthy: a 0-d tensor on a device that nobody waits for, 1 until a loss was not finite;
            None where the loss is looked at in every step.
        outputs: how many classes the model tells apart, once that is known.
        targets_checked: whether targets that are all in memory were looked through.
        own_logs: what the last `train_step` of the model's own returned.
        compiling: decides whether the step is compiled, and holds it then; None for never.
        validation_freq: validate after every so many epochs, or after these.
        own_validation: the model's own `evaluate` on the validation data, where it has one.
        forward: what is called on a batch: the model, or what comes after its frozen prefix.
        reuse: how the frozen prefix is used; None for a model without one.
        resume: the state to go on from, which a callback found when training began.
    """

    model: Any
    optimizer: Any
    objective: Objective
    feed: Feed
    validation: Feed | None
    callbacks: CallbackGroup
    epochs: int
    epoch: int = 0
    step: int = 0
    weights: list[Any] | None = None
    healthy: torch.Tensor | None = None
    outputs: int | None = None
    targets_checked: bool = False
    validation_freq: int | list[int] = 1
    own_logs: Any = None
    own_validation: Any = None
    compiling: Any = None
    reuse: Any = None
    resume: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self.forward: Any = self.model

    def state(self) -> dict[str, Any]:
        """A copy of all that changes."""
        return {
            "epoch": self.epoch,
            "step": self.step,
            "weights": [weight.detach().clone() for weight in self.model.weights],
            "optimizer": self.optimizer.state(),
            "moved": self._places_moved(),
            "random": random_state(),
            "streams": [stream.get_state() for stream in self._streams()],
            "feed": self.feed.state(),
            "validation": None if self.validation is None else self.validation.state(),
            "sums": self.objective.state(),
            "callbacks": [
                callback.state() if hasattr(callback, "state") else None
                for callback in self.callbacks.callbacks
            ],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state()`.

        Raises:
            StateError: the state is of another model, or of other callbacks; nothing is changed.
        """
        self._check_fits(state)
        all_weights = self.model.weights
        moved = [all_weights[place] for place in state.get("moved", self._places_moved())]
        self.optimizer.restore(state["optimizer"], moved)  # refuses before anything is changed
        self.epoch, self.step = state["epoch"], state["step"]
        with torch.no_grad():
            for weight, saved in zip(self.model.weights, state["weights"], strict=True):
                weight.copy_(saved)
        self.feed.restore(state["feed"])
        if self.validation is not None and state["validation"] is not None:
            self.validation.restore(state["validation"])
        self.objective.restore(state["sums"])
        for callback, saved in zip(self.callbacks.callbacks, state["callbacks"], strict=True):
            if saved is not None:
                callback.restore(saved)
        set_random_state(state["random"])
        for stream, saved in zip(self._streams(), state["streams"], strict=True):
            stream.set_state(saved)

    def _places_moved(self) -> list[int]:
        """The places, among the model's weights, of those that the optimizer has slots for."""
        place_of = {id(weight): place for place, weight in enumerate(self.model.weights)}
        moved = self.weights or self.model.trainable_weights
        return [place_of[id(weight)] for weight in moved]

    def _streams(self) -> list[torch.Generator]:
        """The random streams that layers of the model have of their own, as Dropout(seed=)."""
        streams = (getattr(module, "stream", None) for module in self.model.modules())
        return [stream for stream in streams if isinstance(stream, torch.Generator)]

    def _check_fits(self, state: dict[str, Any]) -> None:
        pairs = {
            "weights of shapes": (
                [tuple(weight.shape) for weight in self.model.weights],
                [tuple(weight.shape) for weight in state["weights"]],
            ),
            "streams": (len(self._streams()), len(state["streams"])),
            "callbacks": (len(self.callbacks.callbacks), len(state["callbacks"])),
        }
        for what, (needed, got) in pairs.items():
            if needed != got:
                raise StateError("run", f"the state must have {what} {needed}", str(got))


def random_state() -> dict[str, Any]:
    """The states of all streams that a run may draw from."""
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "numpy": np.random.get_state(),
        "python": random.getstate(),
    }


def set_random_state(state: dict[str, Any]) -> None:
    torch.set_rng_state(state["torch"])
    if state["cuda"]:
        torch.cuda.set_rng_state_all(state["cuda"])
    np.random.set_state(state["numpy"])
    random.setstate(state["python"])
