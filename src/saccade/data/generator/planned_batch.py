"""PlannedBatch: a batch on its way, from its plan to the moment it is handed out."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from saccade.data.generator.augmentation import Augmentation
from saccade.data.generator.iterator import Place
from saccade.data.generator.random_stream import State


@dataclass(eq=False)
class PlannedBatch:
    """A batch on its way.

    Attributes:
        place, state: where the iterator and NumPy's stream stood when it was planned.
        after: where the iterator stands when it is handed out.
        stream: what its draws came from; its state is NumPy's then.
        indices: its images.
        parameters: each image's transformation; None where nothing is random.
        augmentation: what they were drawn from, and what applies them.
        x: the pixels, filled by the pool.
        images: each image before the user's function, where there is one.
        states: NumPy's stream before the first image's draws, then after each image's: what the
            user's function finds.
        parts: what the pool works on.
    """

    place: Place
    state: State
    after: Place
    stream: np.random.RandomState
    indices: np.ndarray
    x: np.ndarray
    parameters: list[dict[str, Any]] | None = None
    augmentation: Augmentation | None = None
    suffixes: list[int] | None = None
    images: list[np.ndarray | None] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    parts: list[Future[None]] = field(default_factory=list)

    def wait(self) -> None:
        """Until the pool is done; the first fault of an image is raised."""
        try:
            for part in self.parts:
                part.result()
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """Nobody will ask for it: work that has not begun is left."""
        for part in self.parts:
            part.cancel()
