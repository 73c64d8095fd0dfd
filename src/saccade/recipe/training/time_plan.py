"""Time plan: what a training can do in a given time on this machine, measured on the spot.

Source of the order of choices: docs/accuracy.md, what larger photos give.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from saccade.names import counted_anew
from saccade.numerics.machine.device import default_device
from saccade.numerics.machine.native_precision import has_native_bfloat16
from saccade.recipe.architectures import Defaults
from saccade.recipe.choices import Choices
from saccade.recipe.listener import Listener
from saccade.recipe.photos.photo_reading import SHRINK
from saccade.recipe.photos.photos import Photos
from saccade.recipe.time_words import in_words
from saccade.recipe.training.classifier import make_backbone
from saccade.recipe.training.precision import computing_in
from saccade.recipe.training.time_budget import (
    END_S,
    HEAD_SHARE,
    TRAINING_COST,
    TimeBudget,
    Work,
)

# The side of the photos over that which the network is made for, and whether most of the network is
# trained: from what was right most often on held-out groups, 0.82, to what was so least, 0.70.
ORDER = (
    *((9 / 7, True), (11 / 7, False), (1.0, True), (9 / 7, False)),
    *((5 / 7, True), (1.0, False), (5 / 7, False), (1 / 2, False)),
)
LEAST_EPOCHS = 4  # of fine-tuning, to be worth it
ENLARGED = 1.05  # photos are read no larger than they are, or a little
IMAGES, TURNS = 8, 4  # that the speed is measured on
MEASURING_SHARE = 0.02  # of the time


@dataclass(frozen=True)
class Plan:
    """What is done in the time.

    Attributes:
        side_px: of the photos.
        fine_tune: whether most of the network is trained after its last layer.
        mirrored: whether the mirror images of photos are looked at in use, too.
        why: in words.
    """

    side_px: int
    fine_tune: bool
    mirrored: bool
    why: str = ""

    def chosen(self, choices: Choices, asked: Choices) -> Choices:
        """Settled choices with what was planned."""
        size = choices.size if choices.size_hw else str(self.side_px)
        return choices.settled(
            choices.architecture, size=size, fine_tune=self.fine_tune, augment=self.mirrored,
            views=choices.views if self.mirrored else 1, epochs=asked.epochs,
            patience=asked.patience,
        )  # fmt: skip


def choices_in_time(
    choices: Choices,
    asked: Choices,
    weights: Path,
    photos: Photos,
    median_px: float,
    budget: TimeBudget,
    listener: Listener,
) -> Choices:
    """The choices for a network with published weights that fit the time; the user is told.

    Args:
        choices: settled.
        asked: as the user made them.
        median_px: half of the photos have no shorter side.

    Raises:
        NoSuchFile, FileFormatError: weights that are not there, damaged, or of another network.
    """
    side_px = max(choices.size_hw) if choices.size_hw else None
    network, measured_px = choices.defaults, side_px or choices.defaults.made_for_px
    begun_s = time.monotonic()
    half = choices.precision == "bfloat16" or (
        choices.precision == "auto" and has_native_bfloat16(default_device())
    )
    with computing_in("bfloat16" if half else "float32"), counted_anew():
        backbone = make_backbone(choices.architecture, (measured_px, measured_px), weights)
    most_s = MEASURING_SHARE * budget.left_s
    rate, made_s = images_a_second(backbone, measured_px, begun_s, most_s)
    rate *= (measured_px / network.made_for_px) ** 2
    plan = make_plan(
        network, work_of(choices, photos), rate, made_s, budget.left_s, choices.fine_tune,
        choices.augment, side_px, median_px,
    )  # fmt: skip
    listener.says(
        f"{in_words(choices.time_s or 0)} in all, at {rate:.1f} images/s of "
        f"{network.made_for_px} pixels: {plan.why}."
    )
    return plan.chosen(choices, asked)


def work_of(choices: Choices, photos: Photos) -> Work:
    """How much there is to do, before the photos are split."""
    counts = {part: int((photos.part == part).sum()) for part in ("train", "validation", "test")}
    shares = choices.shares(set(photos.given_parts))
    cut = {part: round(counts["train"] * share) for part, share in shares.items()}
    counts |= cut
    counts["train"] -= sum(cut.values())
    return Work(counts["train"], counts["validation"], counts["test"])


def images_a_second(
    backbone: Any, side_px: int, begun_s: float, most_s: float
) -> tuple[float, float]:
    """How many images of a side a network takes in a second at rest, and how long it took to make.

    Args:
        backbone: from images of that side.
        begun_s: when its making began, by time.monotonic().
        most_s: for all turns but the first.
    """
    made_s = time.monotonic() - begun_s
    images = torch.zeros(IMAGES, side_px, side_px, 3)
    best_s, end_s = float("inf"), time.monotonic() + most_s
    with torch.inference_mode():
        backbone(images[:1], training=False)  # computes what is kept
        for turn in range(TURNS):
            before_s = time.monotonic()
            if turn and before_s > end_s:
                break
            backbone(images, training=False)
            best_s = min(best_s, time.monotonic() - before_s)
    return IMAGES / max(best_s, 1e-6), made_s


def make_plan(
    network: Defaults,
    work: Work,
    rate: float,
    made_s: float,
    left_s: float,
    fine_tune: bool = True,
    augment: bool = True,
    side_px: int | None = None,
    median_px: float = 0.0,
) -> Plan:
    """The best that fits the time, by `ORDER`; where nothing fits, what takes least.

    Args:
        rate: images of the side that the network is made for, in a second at rest.
        made_s: what making the network took. It is made twice more, written and read.
        left_s: of the time.
        fine_tune: False never does.
        augment: False never looks at mirror images.
        side_px: that the user chose; None chooses.
        median_px: half of the photos have no shorter side.
    """
    usable_s = left_s * (1 - HEAD_SHARE) - 4 * made_s - END_S

    def pass_s(photos: float, side: int) -> float:
        """Seconds for so many photos at rest."""
        return photos * (side / network.made_for_px) ** 2 / rate

    plans = list(_plans(network, side_px, median_px))
    for side, tunes in plans:
        window = round(side * SHRINK)
        features_s = pass_s(work.trained + work.validation, side)
        judged_s = pass_s(work.held_out, side) * (2 if augment else 1)
        epoch_s = TRAINING_COST * pass_s(work.trained, window) + pass_s(work.validation, side)
        epochs = int((usable_s - features_s - judged_s) / epoch_s)
        if tunes and fine_tune and epochs >= LEAST_EPOCHS:
            return Plan(side, True, augment, f"time for about {epochs} epochs of fine-tuning")
        if tunes:
            continue
        for mirrored in (True, False) if augment else (False,):
            # The features of the validation photos are there to judge by.
            seconds = pass_s(work.trained + work.held_out * (2 if mirrored else 1), side)
            if seconds <= usable_s:
                why = f"time for the last layer alone, on features that take {in_words(seconds)}"
                return Plan(side, False, mirrored, why)
    return Plan(plans[-1][0], False, False, "the time is short")


def _plans(network: Defaults, side_px: int | None, median_px: float) -> Iterator[tuple[int, bool]]:
    """Sides and whether most of the network is trained, the best first."""
    largest = max(network.made_for_px, ENLARGED * median_px)
    for share, tunes in ORDER:
        side = max(network.smallest_px, round(network.made_for_px * share))
        if side_px is not None:
            yield side_px, tunes
        elif side <= largest and (network.any_size or side == network.made_for_px):
            yield side, tunes
