"""TerminateOnNaN: end the training, not the program, when the loss is no number."""

from __future__ import annotations

import math

from saccade.errors import NotFinite
from saccade.training.callbacks.callback import Callback


class LossNotFinite(NotFinite, RuntimeError):
    """What `TerminateOnNaN(raise_error=True)` raises: Keras has a RuntimeError there."""


class TerminateOnNaN(Callback):
    """Stops training after the batch whose loss is NaN or infinite.

    Without it `fit` raises NotFinite. Either way the weights are those before that batch.

    Args:
        raise_error: raise, so that no callback is told of the training's end.

    Source: `keras.callbacks.TerminateOnNaN`.
    """

    ends_on_nan = True  # the step leaves a bad loss to this callback

    def __init__(self, raise_error: bool = False):
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise LossNotFinite(
                "TerminateOnNaN",
                "the loss must stay finite",
                f"{loss} at batch {batch}",
                "Make the learning rate smaller, or scale the inputs to about -1..1.",
            )
        print(f"Batch {batch}: Invalid loss, terminating training")  # noqa: T201
        self.model.stop_training = True
