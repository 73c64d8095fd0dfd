"""Scores: how good a model is on a part of the photos."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from saccade.data.sources.source import Source
from saccade.losses import BinaryCrossentropy, SparseCategoricalCrossentropy
from saccade.numerics.machine.allocator import keep_freed_memory
from saccade.predictor.answers import answer
from saccade.predictor.fitness import not_finite
from saccade.shown_text import shown

MOST_WHOLE = 1000  # classes: the matrix of more has millions of zeros
MOST_CONFUSED = 100_000  # pairs of classes in a record, those of most images


@dataclass(frozen=True)
class ClassScore:
    """One class's numbers; None where there is nothing to divide by.

    Law: precision = right / said to be it, recall = right / are it, f1 = their harmonic mean.
    """

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    images: int


@dataclass(frozen=True)
class Scores:
    """Loss and accuracy over images, and what lies behind them.

    Attributes:
        accuracy: share of images whose likeliest class is right.
        loss: mean cross-entropy.
        images: how many there were.
        classes: the numbers of each class.
        confusion: confusion[i][j] counts images of class i that were taken for class j.
        skipped: (file, reason) of each file that could not be decoded.
    """

    accuracy: float
    loss: float
    images: int
    classes: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    skipped: tuple[tuple[str, str], ...] = ()

    def in_words(self, title: str) -> str:
        """Accuracy and loss in a line."""
        return f"{shown(title)}: accuracy {self.accuracy:.4f}, loss {in_four(self.loss)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers.

        Of more than 1,000 classes it has no matrix, but `confused`: [i, j, images] for each of its
        cells that is not 0, the largest 100,000 of them.
        """
        return {
            "accuracy": self.accuracy,
            "loss": self.loss,
            "images": self.images,
            "classes": [asdict(score) for score in self.classes],
            **self._matrix(),
            "skipped": [{"file": file, "reason": reason} for file, reason in self.skipped],
        }

    def _matrix(self) -> dict[str, Any]:
        if len(self.classes) <= MOST_WHOLE:
            return {"confusion": [list(row) for row in self.confusion]}
        cells = [
            [i, j, images]
            for i, row in enumerate(self.confusion)
            for j, images in enumerate(row)
            if images
        ]
        largest = sorted(cells, key=lambda cell: -cell[2])[:MOST_CONFUSED]
        return {"confused": sorted(largest)}


def in_four(number: float) -> str:
    """A number with four decimals; one too large for that, four digits and a power of ten."""
    return f"{number:.4f}" if abs(number) < 1e4 else f"{number:.3e}"


def judge(model: Any, source: Source, class_names: Sequence[str], mirrored: bool = False) -> Scores:
    """Score a model at rest on one pass of a source of (images, class numbers).

    Args:
        model: gives a probability for each class, or of the second of two.
        source: x as the model takes it; y the class numbers.
        class_names: in the order of the numbers.
        mirrored: whether it looks at every image in a mirror too, as in use.

    Raises:
        NotFinite: the model gives NaN or infinity for an image.
    """
    total, labels, guesses = 0.0, [], []
    keep_freed_memory()
    forward = model.forward_at_rest(source.samples or 0, for_loss=True)
    with torch.no_grad():
        for x, y, _ in source.read(0):
            outputs = answer(lambda x: forward(x, training=False), x.to(model.device), mirrored)
            if not bool(torch.isfinite(outputs).all()):
                raise not_finite(model, "scores")
            y = y.to(outputs.device)
            if outputs.shape[-1] == 1:
                loss = BinaryCrossentropy()(y[:, None].to(outputs.dtype), outputs)
                guess = (outputs[:, 0] > 0.5).long()
            else:
                loss = SparseCategoricalCrossentropy()(y, outputs)
                guess = outputs.argmax(dim=-1)
            total += loss.item() * len(y)
            labels.append(y.cpu().numpy())
            guesses.append(guess.cpu().numpy())
    return _score(np.concatenate(labels), np.concatenate(guesses), total, class_names)


def _score(
    labels: np.ndarray, guesses: np.ndarray, total_loss: float, class_names: Sequence[str]
) -> Scores:
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    numbers = range(len(class_names))
    undefined: Any = math.nan
    columns: Any = precision_recall_fscore_support(
        labels, guesses, labels=numbers, average=None, zero_division=undefined
    )
    classes = [
        ClassScore(name, _known(precision), _known(recall), _known(f1), int(images))
        for name, precision, recall, f1, images in zip(class_names, *columns, strict=True)
    ]
    confusion = confusion_matrix(labels, guesses, labels=numbers)
    return Scores(
        accuracy=float((labels == guesses).mean()),
        loss=total_loss / len(labels),
        images=len(labels),
        classes=tuple(classes),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
    )


def _known(share: float) -> float | None:
    return None if math.isnan(share) else float(share)
