"""SwapEMAWeights: look at the model with the running averages of its weights."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.training.callbacks.callback import Callback


class SwapEMAWeights(Callback):
    """Puts the optimizer's running averages into the model while it is evaluated or predicts.

    Args:
        swap_on_epoch: at the end of each epoch, too, until the next begins: what ModelCheckpoint,
            which must come after this one in the list, saves then are the averages.

    Raises:
        InvalidArgument: the optimizer keeps no averages (use_ema=True).

    Source: `keras.callbacks.SwapEMAWeights`.
    """

    def __init__(self, swap_on_epoch: bool = False):
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._swapped = False
        self._averages: list[torch.Tensor] | None = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._swapped = False  # an earlier training ended with the averages as weights
        self._averages = None

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        if self.swap_on_epoch:
            self._swap(False)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if self.swap_on_epoch:
            self._swap(True)
            # The end of training takes the weights from the optimizer's place for the averages,
            # where the weights of the last step are now.
            weights = self.model.trainable_weights
            self._averages = [weight.detach().clone() for weight in weights]

    def on_train_end(self, logs: dict | None = None) -> None:
        if self._swapped and self._averages is not None:
            with torch.no_grad():
                weights = self.model.trainable_weights
                for weight, average in zip(weights, self._averages, strict=True):
                    weight.copy_(average)
        self._swapped, self._averages = False, None

    def on_test_begin(self, logs: dict | None = None) -> None:
        self._swap(True)

    def on_test_end(self, logs: dict | None = None) -> None:
        self._swap(False)

    def on_predict_begin(self, logs: dict | None = None) -> None:
        self._swap(True)

    def on_predict_end(self, logs: dict | None = None) -> None:
        self._swap(False)

    def _swap(self, averages: bool) -> None:
        """Have the averages in the model, or the weights."""
        if self._swapped == averages:
            return
        optimizer = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
        if not getattr(optimizer, "use_ema", False):
            raise InvalidArgument(
                "SwapEMAWeights", "the optimizer must be made with use_ema=True", "False"
            )
        optimizer.swap_averages()
        self._swapped = averages

    def state(self) -> Any:
        return {"swapped": self._swapped, "averages": self._averages}

    def restore(self, state: Any) -> None:
        self._swapped, self._averages = state["swapped"], state["averages"]
