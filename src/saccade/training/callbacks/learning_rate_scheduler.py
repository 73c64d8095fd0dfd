"""LearningRateScheduler: a function of the epoch gives the learning rate."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from saccade.errors import InvalidArgument
from saccade.training.callbacks.callback import Callback


class LearningRateScheduler(Callback):
    """Sets the learning rate when an epoch begins; the logs get "learning_rate".

    Args:
        schedule: a function of (epoch, learning rate) or of (epoch) alone, epochs from 0, that
            returns a float.
        verbose: 1 prints each rate.

    Raises:
        InvalidArgument: the function returned something else; an optimizer whose rate follows a
            schedule of its own.

    Source: `keras.callbacks.LearningRateScheduler`.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0):
        super().__init__()
        self.schedule, self.verbose = schedule, verbose
        self._takes_rate = _takes_two(schedule)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        given = (epoch, float(self.model.optimizer.learning_rate)) if self._takes_rate else (epoch,)
        rate = self.schedule(*given)
        if torch.is_tensor(rate) and rate.is_floating_point() and rate.numel() == 1:
            rate = rate.item()  # rate * tf.math.exp(-0.1), as TensorFlow's own guide writes it
        if not isinstance(rate, (float, np.floating)):
            raise InvalidArgument(
                "LearningRateScheduler", "schedule must return a float", repr(rate)
            )
        self.model.optimizer.learning_rate = rate
        if self.verbose:
            print(  # noqa: T201
                f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}."
            )

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


def _takes_two(function: Any) -> bool:
    """Whether a function takes two arguments. (Keras tries, and hides errors of type within.)"""
    try:
        inspect.signature(function).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # written in C, without a signature
        return True
    return True
