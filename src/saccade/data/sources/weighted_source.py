"""Another source, each sample weighted by its class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from saccade.data.sources.fixed_images import FixedImages
from saccade.data.sources.source import Batch, Source
from saccade.errors import DataError, InvalidArgument
from saccade.notes import note_once


class WeightedSource(Source):
    """Another source, each sample weighted by its class.

    Args:
        source: gives labels: whole numbers, or one-hot rows.
        class_weight: weight of each class number; classes left out weigh 1. An array or a list,
            as scikit-learn's `compute_class_weight` gives, holds the weights of class 0, 1, ...
    """

    def __init__(self, source: Source, class_weight: Mapping[Any, float] | Sequence[float] | str):
        if isinstance(class_weight, str) and class_weight in (
            "auto",
            "balanced",
        ):  # Keras 1 and 2 took any word, and left it aside
            note_once(
                f'class_weight="{class_weight}" has no effect, as in Keras 1 and 2: every class '
                "weighs 1. Give a dict {class number: weight}.",
                key="class_weight as a word",
            )
            class_weight = {}
        try:
            given: Any = _by_class(class_weight)
            if any(map(np.iscomplexobj, given.values())):
                raise ValueError("no number")
            self.weights = {int(label): float(weight) for label, weight in given.items()}
            if not _fit(self.weights.values()):
                raise ValueError("no number, or one that float32 does not hold")
            fractions = [one for one in given if not isinstance(one, str) and one != int(one)]
            if fractions or min(self.weights, default=0) < 0:
                raise ValueError("a negative class, or half a one")
        except (AttributeError, TypeError, ValueError):
            raise InvalidArgument(
                "class_weight",
                "must be a dict from class number to weight",
                repr(class_weight),
                "One weight for each class, in order: dict(enumerate(weights)).",
            ) from None
        self.source = source
        self.samples = source.samples
        self.restarts, self.targets = source.restarts, source.targets
        self.image_shape = source.image_shape

    @property
    def batches(self) -> int | None:  # type: ignore[override]
        return self.source.batches  # which a sequence may change between two passes

    def begin_turn(self) -> None:
        self.source.begin_turn()

    def end_turn(self) -> None:
        self.source.end_turn()

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        return self._weighted(self.source.read(pass_number, start))

    def read_places(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        return self._weighted(self.source.read_places(pass_number, start))

    def fixed_images(self) -> FixedImages | str:
        return self.source.fixed_images()

    def _weighted(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        table = torch.ones(max(self.weights, default=0) + 1)
        for label, weight in self.weights.items():
            table[label] = weight
        for x, y, given in batches:
            if given is not None:
                raise InvalidArgument(
                    "fit", "class_weight and sample_weight can't be used together"
                )
            if isinstance(y, (list, tuple, dict)):
                raise InvalidArgument(
                    "class_weight",
                    "is for models of one output",
                    f"{len(y)} targets",
                    "Give sample_weight= for each output instead.",
                )
            if y is None:
                raise DataError("class_weight", "targets are needed to know the classes", "x alone")
            labels = y.argmax(-1) if y.ndim > 1 and y.shape[-1] > 1 else y.reshape(-1).long()
            known = labels.clamp(0, len(table) - 1)
            yield x, y, torch.where(labels < len(table), table[known], 1.0)

    def last_files(self) -> list[str]:
        return self.source.last_files()

    def waiting_hint(self) -> str:
        return self.source.waiting_hint()

    def label_notes(self, outputs: int | None) -> list[str]:
        return self.source.label_notes(outputs)

    @property
    def warms_up(self) -> bool:  # type: ignore[override]
        return self.source.warms_up

    def state(self) -> Any:
        return self.source.state()

    def restore(self, state: Any) -> None:
        self.source.restore(state)


def _fit(weights: Iterable[float]) -> bool:
    return all(abs(one) <= torch.finfo(torch.float32).max for one in weights)


def _by_class(given: Any) -> Any:
    """Weights by class number: those of an array or a list by their places."""
    if not isinstance(given, (np.ndarray, torch.Tensor, list, tuple)):
        return given
    if np.ndim(given) != 1:
        raise ValueError("one weight a class")
    note_once(
        f"class_weight: {len(given)} weights in a row are those of class 0 to {len(given) - 1}. "
        "Keras takes only a dict: dict(enumerate(weights)).",
        key="class_weight as an array",
    )
    return dict(enumerate(given))
