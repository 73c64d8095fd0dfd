"""Limits: how many epochs and steps a process trains at most, to try a script quickly."""

from __future__ import annotations

import os

from saccade.errors import InvalidArgument
from saccade.notes import note_once

_limits: dict[str, int | None] = {}


def set_max_epochs(max_epochs: int | None) -> None:
    """Let `fit` train no more epochs than this; None takes the limit away.

    At the start it is what the environment's KERAS_MAX_EPOCHS says.
    """
    _limits["max_epochs"] = _checked("max_epochs", max_epochs)


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Let `fit`, `evaluate` and `predict` take no more batches of a pass; None as above.

    At the start it is what the environment's KERAS_MAX_STEPS_PER_EPOCH says.
    """
    _limits["max_steps_per_epoch"] = _checked("max_steps_per_epoch", max_steps_per_epoch)


def max_epochs() -> int | None:
    """The limit of epochs; None for none."""
    return _limit("max_epochs")


def max_steps_per_epoch() -> int | None:
    """The limit of steps; None for none."""
    return _limit("max_steps_per_epoch")


def limited_epochs(epochs: int) -> int:
    """As many epochs as are trained of those that were asked for."""
    most = max_epochs()
    if most is None or epochs <= most:
        return epochs
    note_once(f"fit: epochs={epochs} is cut to config.max_epochs(), {most}.")
    return most


def limited_steps(steps: int | None) -> int | None:
    """As many steps of a pass as are made of those that were asked for, None for all."""
    most = max_steps_per_epoch()
    if most is None or (steps is not None and steps <= most):
        return steps
    note_once(f"A pass is cut to config.max_steps_per_epoch(), {most} steps.")
    return most


def _limit(word: str) -> int | None:
    if word not in _limits:
        given = os.environ.get(f"KERAS_{word.upper()}")
        _limits[word] = _checked(word, int(given)) if given else None
    return _limits[word]


def _checked(word: str, count: int | None) -> int | None:
    if count is not None and (not isinstance(count, int) or count < 1):
        raise InvalidArgument(word, "must be None or an integer above 0", repr(count))
    return count
