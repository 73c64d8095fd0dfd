"""LambdaCallback: a callback made of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saccade.names import unknown_name
from saccade.training.callbacks.callback import HOOKS, Callback

_NAMES = (*HOOKS, "on_batch_begin", "on_batch_end")


class LambdaCallback(Callback):
    """Calls a function in place of each hook that is given.

    Args:
        on_epoch_begin, on_epoch_end: functions of (epoch, logs).
        on_train_begin, on_train_end: functions of (logs).
        on_train_batch_begin, on_train_batch_end: functions of (batch, logs).
        kwargs: any other hook by its name, as on_test_end; functions of the same arguments. What
            does not begin with "on_" becomes an attribute.

    Raises:
        UnknownName: a name that begins like a hook's and is none.

    Source: `keras.callbacks.LambdaCallback`.
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Callable[..., Any],
    ):
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in given.items():
            if name.startswith("on_") and name not in _NAMES:
                raise unknown_name("LambdaCallback", name, _NAMES)
            if function is not None:  # what is no hook is an attribute, as in Keras
                setattr(self, name, function)
