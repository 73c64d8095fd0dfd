"""Monitor: a callback that watches one number, and knows which way is better."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from saccade.errors import InvalidArgument
from saccade.names import unknown_name
from saccade.notes import note_once
from saccade.numerics.tensors import tensor_functions
from saccade.training.callbacks.callback import Callback

_RISING = ("acc", "accuracy", "auc", "precision", "recall", "f1", "fbeta")


def rises(
    monitor: str, mode: str, metrics: Iterable[Any] = (), where: str = "EarlyStopping"
) -> bool:
    """Whether a larger value is better.

    `mode` "auto" asks the metric of that name for its direction; a metric that has none goes by
    its name: losses and errors fall, accuracies and their kin rise.

    Raises:
        InvalidArgument: neither says.
    """
    check_mode(mode)
    if mode != "auto":
        return mode == "max"
    name = monitor.removeprefix("val_")
    for metric in metrics:
        direction = getattr(metric, "_direction", None)
        if direction is not None and getattr(metric, "name", None) == name:
            return direction == "up"
    if any(name == word or name.endswith("_" + word) for word in _RISING):
        return True
    if name == "loss" or name.endswith(("loss", "error", "crossentropy")) or name in ("mse", "mae"):
        return False
    raise InvalidArgument(
        where,
        f'the direction of "{monitor}" must be known',
        'mode="auto"',
        'Say mode="min" or mode="max".',
    )


def check_mode(mode: str) -> None:
    if mode not in ("auto", "min", "max"):
        raise unknown_name("mode", mode, ("auto", "min", "max"))


class Monitor(Callback):
    """Watches `monitor` among the logs.

    Args:
        monitor: the name of a log.
        mode: "min", "max" or "auto".
        baseline: the best value so far; None takes the first.
        min_delta: how much a change must be to count.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0,
    ):
        super().__init__()
        check_mode(mode)
        self.monitor, self.mode = monitor, mode
        self.best = baseline
        self.min_delta = abs(min_delta)
        self._upwards: bool | None = None

    @property
    def monitor_op(self) -> Callable[[Any, Any], Any] | None:
        """`ops.greater` or `ops.less`, that which says "better"; None until that is known.

        Source: `keras.callbacks.EarlyStopping.monitor_op`.
        """
        if self._upwards is None:
            return None
        return tensor_functions.greater if self._upwards else tensor_functions.less

    def find_direction(self) -> None:
        """Find out which way is better; metrics given as words exist after the first epoch."""
        if self._upwards is None:
            metrics = getattr(self.model, "metrics", None) or ()
            self._upwards = rises(self.monitor, self.mode, metrics, type(self).__name__)

    def improves(self, value: float, than: float | None) -> bool:
        """Whether a value beats another by more than `min_delta`; NaN never does."""
        if than is None:
            return not math.isnan(value)
        if self._upwards:
            return value - self.min_delta > than
        return value + self.min_delta < than

    def read(self, logs: dict | None) -> Any:
        """The number that is watched; None, and a note, where it is not among the logs."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            note_once(
                f'{type(self).__name__} watches "{self.monitor}", which is not among the logs: '
                f"{', '.join(logs or {})}.",
                key=f"watches {self.monitor}",
            )
        return value
