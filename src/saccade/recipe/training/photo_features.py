"""Photo features: what a network makes of photos, computed once, and kept as it is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from saccade.data.sources.source import Batch, Source
from saccade.recipe.unfinished.kept_features import KeptFeatures
from saccade.training.callbacks.callback import Callback


def compute_features(
    network: Any,
    source: Source,
    batch_size: int,
    tick: Callable[[int], None],
    kept: KeptFeatures | None = None,
    is_enough: Callable[[], bool] | None = None,
) -> np.ndarray:
    """A row for each photo of a source, float32.

    Args:
        batch_size: the source's.
        tick: told how many photos are done.
        kept: what an earlier process computed of it is taken from there; new rows go there.
        is_enough: asked after each batch; when it says so, the rest is left out.
    """
    if kept is None:
        told = _Told(tick, batch_size, is_enough=is_enough)
        return network.predict(source, verbose=0, callbacks=[told])
    known = kept.read()
    done = -(-len(known) // batch_size)
    tick(len(known))
    if done == source.batches:
        return known
    try:
        told = _Told(tick, batch_size, done, kept, is_enough)
        computed = network.predict(_Rest(source, done), verbose=0, callbacks=[told])
    finally:
        kept.close()
    return np.concatenate([known, computed]) if done else computed


class _Rest(Source):
    """A source without its first batches.

    It still says how many samples the whole has: the engine that computes is chosen by it, and
    must be the one that computed the others.
    """

    def __init__(self, source: Source, done: int):
        self.source, self.done = source, done
        self.batches, self.samples = (source.batches or 0) - done, source.samples

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        return self.source.read(pass_number, self.done + start)


class _Told(Callback):
    """Hears of each batch, counts it and keeps it."""

    def __init__(
        self,
        tick: Callable[[int], None],
        batch_size: int,
        done: int = 0,
        kept: KeptFeatures | None = None,
        is_enough: Callable[[], bool] | None = None,
    ):
        super().__init__()
        self.is_enough = is_enough
        self.tick, self.batch_size, self.done, self.kept = tick, batch_size, done, kept

    def on_predict_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self.kept is not None:
            self.kept.add((logs or {})["outputs"])
        self.tick((self.done + batch + 1) * self.batch_size)
        if self.is_enough is not None and self.is_enough():
            self.model.stop_predicting = True
