"""Old steps: what a `train_step` written for tf.keras 2 calls: compiled_loss, compiled_metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.notes import note_old_word
from saccade.training.step import detached, samples_in


class CompiledLoss:
    """`model.compiled_loss(y, y_pred, ...)`: the loss of `compile`, which is followed as "loss"."""

    def __init__(self, model: Any):
        self._model = model

    def __call__(
        self,
        y_true: Any,
        y_pred: Any,
        sample_weight: Any = None,
        regularization_losses: Sequence[torch.Tensor] | None = None,
    ) -> torch.Tensor:
        objective = self._model._compiled("compiled_loss")
        added = list(regularization_losses or ())
        loss = objective.compute(y_true, y_pred, sample_weight, self._model.where, added)
        objective.follow_loss(loss.detach(), samples_in(y_pred))
        return loss

    @property
    def metrics(self) -> list[Any]:
        return self._model._compiled("compiled_loss").metrics[:1]

    def reset_state(self) -> None:
        for metric in self.metrics:
            metric.reset_state()


class CompiledMetrics:
    """`model.compiled_metrics`: those of `compile`."""

    def __init__(self, model: Any):
        self._model = model

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        objective = self._model._compiled("compiled_metrics")
        with torch.no_grad():
            samples = samples_in(y_pred)
            objective.update(y_true, detached(y_pred), None, samples, sample_weight)

    @property
    def metrics(self) -> list[Any]:
        return self._model._compiled("compiled_metrics").metrics[1:]

    def result(self) -> dict[str, Any]:
        return {metric.name: metric.result() for metric in self.metrics}

    def reset_state(self) -> None:
        for metric in self.metrics:
            metric.reset_state()


class OldSteps:
    """What models had in tf.keras 2 for a `train_step` of one's own."""

    @property
    def compiled_loss(self) -> CompiledLoss:
        """Today `compute_loss(x, y, y_pred, sample_weight)`."""
        _note("compiled_loss", "compute_loss(x, y, y_pred)")
        return CompiledLoss(self)

    @property
    def compiled_metrics(self) -> CompiledMetrics:
        """Today `compute_metrics(x, y, y_pred, sample_weight)`."""
        _note("compiled_metrics", "compute_metrics(x, y, y_pred)")
        return CompiledMetrics(self)


def _note(old: str, today: str) -> None:
    note_old_word(
        f"{old} is tf.keras 2's; it works as it did. Today it is {today}.", key=f"old {old}"
    )
