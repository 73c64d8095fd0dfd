"""Run summary: what is in a trained model, and how good it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from saccade.data.folders.folder_errors import list_some
from saccade.recipe.scores import in_four

SCORED = ("validation", "test")  # the parts of the photos that have scores
MOST_CLASSES = 20  # that are named


@dataclass(frozen=True)
class RunSummary:
    """The text of a summary; printing it, or its place at the end of a notebook's cell, shows it.

    Attributes:
        layers: the table of `model.summary()`.
        facts: the lines below it: classes, preprocessing, scores and the command.
    """

    layers: str
    facts: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([self.layers, *(f" {fact}" for fact in self.facts)])

    __repr__ = __str__


def summarize(model: Any, metrics: Mapping[str, Any]) -> RunSummary:
    """What a model and its run's metrics.json tell.

    Args:
        model: with `class_names` and `preprocessing`, or without.
        metrics: by name; empty for a model without its run.
    """
    lines: list[str] = []
    model.summary(print_fn=lines.append)
    names = model.class_names or []
    listed = list_some(names, most=MOST_CLASSES) if names else ""
    facts = [f"Classes: {len(names)} ({listed})" if names else "No classes."]
    facts += [f"{word}: {value}" for word, value in (model.preprocessing or {}).items()]
    for part in SCORED:
        if f"{part}.accuracy" in metrics:
            accuracy, loss = metrics[f"{part}.accuracy"], metrics[f"{part}.loss"]
            images = metrics[f"{part}.images"]
            facts.append(
                f"{part}: accuracy {accuracy:.4f}, loss {in_four(loss)} on {images:,} images"
            )
    if metrics:
        facts.append(f"Trained by: {metrics.get('command', 'unknown')}")
    return RunSummary("\n".join(lines), tuple(facts))
