"""WeightAverage: a fine-tuned network half way back to what it was before."""

from __future__ import annotations

from typing import Any

import torch

from saccade.training.callback import Callback


class WeightAverage(Callback):
    """Has the mean of the weights before and after in the model whenever it is looked at.

    Law: for each weight w that trains, (w0 + w) / 2 in validation and at the end of each epoch
    and of training, where w0 is the weight before training; w itself in every training step.

    Fine-tuning learns the photos at hand and forgets some of what served photos of other places;
    the mean keeps most of both. It must stand before callbacks that save.

    Source: Wortsman et al., Robust fine-tuning of zero-shot models, 2022; what it gives here:
    docs/accuracy.md.
    """

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._trained: list[Any] = list(self.model.trainable_weights)
        self._before = [weight.detach().clone() for weight in self._trained]
        self._after: list[torch.Tensor] | None = None

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        if self._after is None:
            return
        with torch.no_grad():
            for weight, after in zip(self._trained, self._after, strict=True):
                weight.copy_(after)
        self._after = None

    def on_test_begin(self, logs: dict | None = None) -> None:
        self._average()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self._average()  # without validation nothing else asked for it

    def _average(self) -> None:
        if self._after is not None:
            return
        self._after = [weight.detach().clone() for weight in self._trained]
        with torch.no_grad():
            for weight, before in zip(self._trained, self._before, strict=True):
                weight.lerp_(before, 0.5)
