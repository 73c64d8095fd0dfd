"""Run: everything that changes while `fit` runs, in one visible place.

A checkpoint is `run.state()`; a run that is restored from it goes on bit for bit as if it had
never stopped. Sums (of losses, of metrics) and not means are kept, so that the runs of several
processes add up.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch

from saccade.training.batches.feed import Feed
from saccade.training.callbacks.callback import CallbackGroup
from saccade.training.objective import Objective
from saccade.training.resuming.run_state import copied, give_back, live_state


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
        trained: whether the current epoch's batches are done, and what follows them is not.
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
        interrupts: hears Ctrl-C and SIGTERM, where a callback saves the state then.
        frozen_before: which layers and weights were frozen when training began.
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
    trained: bool = False
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
    interrupts: Any = None
    frozen_before: dict[str, list[bool]] | None = None

    def __post_init__(self) -> None:
        self.forward: Any = self.model

    def stopping_at_once(self) -> AbstractContextManager[None]:
        """Around what trains nothing: an interrupt need not wait for its end."""
        return nullcontext() if self.interrupts is None else self.interrupts.at_once()

    def state(self) -> dict[str, Any]:
        """A copy of all that changes."""
        return copied(live_state(self))

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state()`.

        Raises:
            StateError: the state is of another model, optimizer, data or of other callbacks;
                nothing is changed.
        """
        give_back(self, state)
