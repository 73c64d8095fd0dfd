"""Phases: the record of a training in two phases, for metrics.json."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from saccade.recipe.training.learning_rates import shortest


@dataclass
class Phases:
    """What metrics.json tells of a training in phases.

    Attributes:
        precision: "float32" or "bfloat16".
        training_size: (height, width) of the photos in fine-tuning.
        class_weights: how much a photo of each class counted.
        rows: name, epochs, optimizer, greatest learning rate and best validation loss of each
            phase.
    """

    precision: str
    training_size: tuple[int, int]
    class_weights: list[float]
    rows: list[dict[str, Any]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Plain words and numbers."""
        return {
            "precision": self.precision,
            "training_size": list(self.training_size),
            "class_weights": self.class_weights,
            "phases": self.rows,
        }

    def note(
        self,
        name: str,
        epochs: list[dict[str, float]],
        optimizer: Any,
        rate: float | None = None,
    ) -> None:
        """Add a phase that has ended.

        Args:
            epochs: the numbers of each epoch so far, those of earlier phases first.
            rate: the greatest learning rate; None is the optimizer's own.
        """
        before = sum(row["epochs"] for row in self.rows)
        own = epochs[before:]
        losses = [row["val_loss"] for row in own if "val_loss" in row]
        best = {"validation.loss": min(losses)} if losses else {}
        self.rows.append(
            {
                "name": name,
                "epochs": len(own),
                "optimizer": type(optimizer).__name__.lower(),
                "learning_rate": rate or shortest(optimizer.learning_rate),
                **best,
            }
        )
