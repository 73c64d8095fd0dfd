"""Feature source: what a frozen prefix gives for a source's images, each computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from saccade.data.sources.fixed_images import FixedImages
from saccade.data.sources.source import Batch, Source
from saccade.numerics.tensors.conversion import as_tensor
from saccade.training.features.feature_table import FeatureTable
from saccade.training.features.frozen_prefix import BLOCK, FrozenPrefix

AT_A_TIME = 2 * BLOCK  # images read together; while they run, the next ones are read


class FeatureSource(Source):
    """The batches of another source, in its order, with features in place of images.

    Args:
        source: gives places.
        images: the images at these places.
        prefix: computes features; `table`: keeps them.
        look: shown the first images that are read.
    """

    def __init__(
        self,
        source: Source,
        images: FixedImages,
        prefix: FrozenPrefix,
        table: FeatureTable,
        look: Callable[[torch.Tensor], None],
    ):
        self.source, self.images = source, images
        self.prefix, self.table = prefix, table
        self._look: Callable[[torch.Tensor], None] | None = look
        self.batches, self.samples = source.batches, source.samples
        self.restarts, self.targets = source.restarts, source.targets

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        for places, y, sample_weight in self.source.read_places(pass_number, start):
            yield self._features(places.numpy()), y, sample_weight

    def compute(self, tick: Callable[[int], None] = lambda done: None) -> int:
        """Compute what is missing of all images, as long as they can be kept; returns how many.

        Args:
            tick: told how many are done, from time to time.
        """
        missing = self.table.missing(np.arange(self.images.count))
        done = 0
        for places, features in self._computed(missing):
            kept = self.table.put(places, features)
            done += kept
            tick(done)
            if kept < len(places):
                break  # the others are computed when they are asked for
        return done

    def _features(self, places: np.ndarray) -> torch.Tensor:
        missing = self.table.missing(places)
        if not len(missing):
            return self.table.get(places)
        computed = torch.cat([features for _, features in self._computed(missing)])
        self.table.put(missing, computed)
        is_missing = np.isin(places, missing)
        features = computed.new_empty(len(places), *computed.shape[1:])
        if not is_missing.all():
            features[torch.from_numpy(~is_missing)] = self.table.get(places[~is_missing])
        rows = np.searchsorted(missing, places[is_missing])
        features[torch.from_numpy(is_missing)] = computed[torch.from_numpy(rows)]
        return features

    def _computed(self, places: np.ndarray) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
        """(places, features on the CPU), a few at a time, in the order of the places."""
        done = 0
        for read in self.images.read(places, AT_A_TIME):
            x = as_tensor(read)
            if self._look is not None:
                self._look(x)
                self._look = None
            features = self.prefix.features(x.to(self.prefix.device)).cpu()
            yield places[done : done + len(x)], features
            done += len(x)

    # -- what is said of it ----------------------------------------------------------------

    warming_hint = "the frozen part of the model runs on each image when it is first asked for"

    @property
    def warms_up(self) -> bool:  # type: ignore[override]
        return bool(len(self.table.missing(np.arange(self.images.count))))

    def waiting_hint(self) -> str:
        return self.source.waiting_hint()

    def label_notes(self, outputs: int | None) -> list[str]:
        return self.source.label_notes(outputs)

    def last_files(self) -> list[str]:
        return self.source.last_files()

    def state(self) -> Any:
        return self.source.state()

    def restore(self, state: Any) -> None:
        self.source.restore(state)
