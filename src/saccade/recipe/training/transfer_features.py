"""Transfer features: what the network makes of a run's photos while most of it is at rest."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from saccade.data.sources.source import Source
from saccade.recipe.choices import Choices
from saccade.recipe.listener import Listener
from saccade.recipe.training.photo_features import compute_features
from saccade.recipe.training.time_budget import TransferClock
from saccade.recipe.training.transfer_photos import Mirrored, TransferPhotos
from saccade.recipe.unfinished.kept_features import KeptFeatures
from saccade.recipe.unfinished.unfinished_run import UnfinishedRun


class TransferFeatures:
    """Computes the features of photos, and keeps them for a run that goes on.

    Args:
        choices: settled.
        parts: places of the photos, by "train", "validation" and "test".
        clock: says when the time for them is over, and learns how fast they come.

    Attributes:
        held_out: float32 (photos, looks, features) of a part, where they were asked for.
        trained: how many training photos there was time for, where not for all.
    """

    def __init__(
        self,
        listener: Listener,
        unfinished: UnfinishedRun,
        choices: Choices,
        photos: TransferPhotos,
        parts: dict[str, np.ndarray],
        clock: TransferClock,
    ):
        self._listener, self._unfinished, self._choices = listener, unfinished, choices
        self._photos, self._parts, self._clock = photos, parts, clock
        self.held_out: dict[str, np.ndarray] = {}
        self.trained: int | None = None

    def all(self, backbone: Any, to_judge: bool) -> tuple[np.ndarray, np.ndarray, Any]:
        """Features of the training photos and what they are, and both of the validation's.

        Where the time is short, of as many training photos as there is time for.

        Args:
            to_judge: keep those of all looks at the photos that are held out, too.
        """
        rows, held = self._parts["train"], self._parts["validation"]
        if self._clock.budget.is_given:  # what there is no time for is of all classes
            rows = np.random.RandomState(self._choices.seed).permutation(rows)
        views, begun_s, done = self._choices.views, time.monotonic(), 0
        validation = None
        if len(held):
            validation = self.of(backbone, held, name="validation"), self._photos.one_hot[held]
            done = len(held)
            self._clock.rate = done / (time.monotonic() - begun_s)
        if to_judge:
            done += self._look_at_held_out(backbone, validation)
        features: list[np.ndarray] = []
        for view in range(views):
            if not features or not self._clock.is_due:
                features.append(self.of(backbone, rows, view, name=f"view-{view}", may_end=True))
        spent_s, trained = time.monotonic() - begun_s, sum(map(len, features))
        done += trained
        self._clock.rate = done / spent_s
        versions = f" in {views} views" if views > 1 else ""
        self._listener.says(
            f"Features of {done:,} photos{versions} computed once, {spent_s:.0f} s "
            f"({done / spent_s:.1f} images/s)."
        )
        if trained < len(rows) * views:
            self.trained = trained
            self._listener.warns(
                f"Note: there was time for {trained:,} of {len(rows) * views:,} photos to train on."
            )
        targets = [self._photos.one_hot[rows[: len(each)]] for each in features]
        return np.concatenate(features), np.concatenate(targets), validation

    def of(
        self,
        backbone: Any,
        places: np.ndarray,
        view: int = 0,
        mirrored: bool = False,
        name: str | None = None,
        may_end: bool = False,
    ) -> np.ndarray:
        """(photos, features), of the photos or their view-th version.

        Args:
            mirrored: with left and right exchanged.
            name: by which they are kept for a run that goes on.
            may_end: when the time is short, with what there is by then.
        """
        size = self._choices.batch_size
        source: Source = self._photos.source(places, self._choices.seed + view, changed=view > 0)
        if mirrored:
            source = Mirrored(source)
        kept = None
        if name is not None:
            file = self._unfinished.features(name)
            kept = KeptFeatures(file, len(places), size, backbone.output_shape[-1])
        what = f"features, view {view + 1}" if self._choices.views > 1 else "features"
        with self._listener.counting(len(places), what) as tick:
            is_enough = (lambda: self._clock.is_due) if may_end else None
            return compute_features(backbone, source, size, tick, kept, is_enough)

    def _look_at_held_out(self, backbone: Any, validation: Any) -> int:
        """Fill `held_out`; how many photos were looked at for it."""
        done = 0
        for part in ("validation", "test"):
            places = self._parts[part]
            if not len(places):
                continue
            looks = [validation[0]] if part == "validation" else []
            for mirrored in (False, True)[len(looks) : self._choices.looks]:
                name = f"{part}-mirrored" if mirrored else part
                looks.append(self.of(backbone, places, mirrored=mirrored, name=name))
                done += len(places)
            self.held_out[part] = np.stack(looks, axis=1)
        return done
