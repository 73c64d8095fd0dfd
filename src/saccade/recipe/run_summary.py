"""Run summary: what is in a trained model, and how good it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from saccade.data.folders.folder_errors import list_some
from saccade.recipe.scores import in_four
from saccade.shown_text import shortened, shown

SCORED = ("validation", "test")  # the parts of the photos that have scores
MOST_CLASSES, NAME_CELLS = 20, 40  # that are named, and how long each may be


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
    listed = list_some([shortened(name, NAME_CELLS) for name in names], MOST_CLASSES)
    facts = [f"Classes: {len(names)} ({listed})" if names else "No classes."]
    if architecture := metrics.get("architecture"):
        facts.append(f"architecture: {architecture}")
    facts += [f"{word}: {value}" for word, value in (model.preprocessing or {}).items()]
    for part in SCORED:
        accuracy, loss = metrics.get(f"{part}.accuracy"), metrics.get(f"{part}.loss")
        images = metrics.get(f"{part}.images")
        if isinstance(accuracy, float) and isinstance(loss, float) and isinstance(images, int):
            facts.append(
                f"{part}: accuracy {accuracy:.4f}, loss {in_four(loss)} on {images:,} images"
            )
    if metrics:
        facts.append(f"Trained by: {metrics.get('command', 'unknown')}")
    return RunSummary("\n".join(lines), tuple(map(shown, facts)))
