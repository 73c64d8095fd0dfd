"""Feature reuse: where first layers are frozen, a run computes the features of an image once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from saccade.data.generator.random_stream import global_state, same_state, set_global_state
from saccade.data.sources.fixed_images import FixedImages
from saccade.engines.inference import IMAGES_OF_ENGINES
from saccade.graph import Network
from saccade.notes import note_once
from saccade.numerics.tensors.conversion import as_tensor
from saccade.timers import FEATURES
from saccade.training.batches.feed import Feed
from saccade.training.callbacks.progress import Progress
from saccade.training.features.feature_source import FeatureSource
from saccade.training.features.feature_table import KEPT, FeatureTable
from saccade.training.features.frozen_prefix import (
    BLOCK,
    FrozenPrefix,
    find_prefix,
    random_before_frozen,
)

REDRAW_S = 0.5


class FeatureReuse:
    """The prefix of one run.

    Args:
        prefix: the model's.
        wanted: whether features may be kept; False runs the prefix in every epoch, with the same
            results to the bit.
        look: shown the first images that are read.

    While the prefix stays frozen, `run.forward` is what comes after it, and the run's feeds bring
    features, or images with `feed.prefix` to be called on them.
    """

    def __init__(self, prefix: FrozenPrefix, wanted: bool, look: Callable[[torch.Tensor], None]):
        self.prefix, self.wanted, self.look = prefix, wanted, look
        self._state: Any = None
        self._name = b""
        self._sources: dict[Feed, Any] = {}

    def begin_or_leave(self, run: Any) -> None:
        """`begin`, unless a callback of the run that goes on has unfrozen the prefix before."""
        if self.prefix.is_still():
            self.begin(run)
        else:
            run.reuse = None

    @FEATURES.timed
    def begin(self, run: Any) -> None:
        """Called before the first epoch, when every weight has its value."""
        self.prefix.inference.look_again()
        run.forward, self._state = self.prefix.tail, self.prefix.state()
        feeds = [feed for feed in (run.feed, run.validation) if feed is not None]
        sources = [self._sources.setdefault(feed, feed.source) for feed in feeds]
        fixed = [source.fixed_images() for source in sources]
        self.prefix.inference.images = sum(
            source.samples or (0 if isinstance(images, str) else images.count)
            for source, images in zip(sources, fixed, strict=True)
        )
        self._name = self.prefix.name() if self.wanted else b""
        found: list[FeatureSource] = []
        used: list[FeatureTable] = []
        for feed, source, images in zip(feeds, sources, fixed, strict=True):
            turns = run.epochs - run.epoch if feed is run.feed else 1
            images = images if isinstance(images, str) else self._doubts(images) or images
            if isinstance(images, str):
                feed.prefix = self.prefix.features_together
                if self.wanted and turns > 1:
                    note_changing(images)
                continue
            feed.prefix = self.prefix.features
            if not self.wanted:
                continue
            shape = self._shape_for(images)
            if reason := KEPT.too_large(images.count, shape, self.prefix.dtype):
                note_changing(reason)
                continue
            used.append(self._table(images, shape, used))
            kept = FeatureSource(source, images, self.prefix, used[-1], self.look)
            feed.switch(kept)
            feed.prefix = None
            if _reads_all(feed, turns):
                found.append(kept)
        if found:
            _compute(found, run)

    def check(self, run: Any) -> None:
        """Called before every epoch: a callback may have unfrozen a layer, or set weights."""
        if not self._sources or (self.prefix.state() == self._state and self.prefix.is_still()):
            return
        if self.prefix.is_still() and self.wanted and self.prefix.name() == self._name:
            self.prefix.inference.look_again()  # written, and as before
            self._state = self.prefix.state()
            return
        for feed, source in self._sources.items():
            feed.switch(source)
            feed.prefix = None
        if self.prefix.is_still():
            self.begin(run)
            return
        run.forward, run.reuse = run.model, None

    def use_known(self, feed: Feed) -> Any:
        """Let a feed bring features that an earlier fit computed; what is to be called on them.

        None, and the feed stays as it is, where not all are there.
        """
        images = feed.source.fixed_images() if KEPT else ""
        if isinstance(images, str) or not (images.is_known and self.prefix.is_known):
            return None
        called = images.name()
        engines: dict[str, bytes] = {}
        for engine_for in IMAGES_OF_ENGINES:  # fit may have had more images, and another engine
            self.prefix.inference.images = engine_for
            if self.prefix.inference.engine in engines:
                continue
            prefix = engines[self.prefix.inference.engine] = self.prefix.name()
            table = KEPT.known(_name_of(prefix, called))
            if table is None or table.rows != images.count:
                continue
            table.forget_changed(images.stamps())
            if not len(table.missing(np.arange(images.count))):
                feed.switch(FeatureSource(feed.source, images, self.prefix, table, self.look))
                return self.prefix.tail
        return None

    def _shape_for(self, images: FixedImages) -> Any:
        """Of the features of one image."""
        shape = self.prefix.shape
        if None in shape:  # a prefix for images of any size
            shape = tuple(self._computed(images, np.arange(1)).shape[1:])
        return shape

    def _table(self, images: FixedImages, shape: Any, beside: list[FeatureTable]) -> FeatureTable:
        """The table of these images, without rows that can't be trusted any more."""
        name = _name_of(self._name, images.name())
        table = KEPT.find(name, images.count, shape, self.prefix.dtype, beside)
        table.forget_changed(images.stamps())
        if not (images.is_known and self.prefix.is_known):
            some = table.some_places(BLOCK)
            if len(some) and not torch.equal(table.get(some), self._computed(images, some)):
                table.forget()  # the function does otherwise than in an earlier fit
        return table

    def _computed(self, images: FixedImages, places: np.ndarray) -> torch.Tensor:
        x = _read(images, places)
        return self.prefix.features(x.to(self.prefix.device)).cpu()

    def _doubts(self, images: FixedImages) -> str:
        """Why images are not the same in every call, found out by trying; empty if they are."""
        if images.is_known and self.prefix.is_known:
            return ""
        places = np.arange(min(BLOCK, images.count))
        before = global_state()
        first, second = (_read(images, places) for _ in range(2))
        drew = not same_state(before, global_state())
        set_global_state(before)
        if drew or not torch.equal(first, second):
            return "the preprocessing_function gives other results in another call"
        if self.prefix.is_known:
            return ""
        x = first.to(self.prefix.device)
        one, two = (self.prefix.features(x) for _ in range(2))
        if not torch.equal(one, two):
            return "a function in a layer gives other results in another call"
        half = (len(x) + 1) // 2
        halves = [self.prefix.features(some) for some in (x[:half], x[half:]) if len(some)]
        if not torch.equal(one, torch.cat(halves)):
            return "a function in a layer looks at the whole batch"
        return ""


def _name_of(prefix: bytes, images: bytes) -> bytes:
    return hashlib.blake2b(prefix + images).digest()


def _read(images: FixedImages, places: np.ndarray) -> torch.Tensor:
    return torch.cat([as_tensor(x) for x in images.read(places, BLOCK)])


def _reads_all(feed: Feed, turns: int) -> bool:
    """Whether so many turns read every image; else features are computed as they are asked for."""
    return feed.steps is None or feed.steps * turns >= (feed.source.batches or 0)


def _compute(sources: list[FeatureSource], run: Any) -> None:
    """Compute what is missing of all sources, and say so in one line."""
    progress = next((one for one in run.callbacks.callbacks if isinstance(one, Progress)), None)
    begun_s = drawn_s = time.perf_counter()
    images = sum(source.images.count for source in sources)
    before = computed = 0

    def tick(done: int) -> None:
        nonlocal drawn_s
        now_s = time.perf_counter()
        if progress is not None and now_s - drawn_s >= REDRAW_S:
            progress.draw_over(f"features of {before + done:,} of {images:,} images ...")
            drawn_s = now_s

    for source in sources:
        computed += source.compute(tick)
        before = computed
    if progress is None:
        return
    spent_s = time.perf_counter() - begun_s
    if computed:
        progress.say(f"features of {computed:,} images computed once, {spent_s:.1f} s")
    else:
        progress.say(f"features of {images:,} images known from an earlier fit")


def note_changing(reason: str) -> None:
    """Say once why features are not kept."""
    note_once(
        f"fit: the frozen part of the model runs again in every epoch, because {reason}.",
        key="the frozen part runs again",
    )


def reuse_of(flat: Network, model: Any, wanted: bool, in_fit: bool) -> FeatureReuse | None:
    """How features of a model's frozen prefix are kept; None where it has no such prefix.

    Args:
        flat: the model's graph, without models inside.
        in_fit: whether images are to be trained on, of which a layer may change each anew.
    """
    prefix = find_prefix(flat, model)
    if prefix is not None:
        return FeatureReuse(prefix, wanted, model._look)
    if wanted and in_fit and (layer := random_before_frozen(flat)) is not None:
        note_changing(f"{layer.name} before it changes the images")
    return None
