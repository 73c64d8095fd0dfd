"""Opened photos: a folder's photos, read as the network that was chosen for them takes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from saccade.errors import DataError
from saccade.recipe.choices import Choices
from saccade.recipe.listener import Listener
from saccade.recipe.photos.photo_reading import (
    any_in_colour,
    choose_reading,
    median_side,
    published_reading,
    read_headers,
)
from saccade.recipe.photos.photos import Photos
from saccade.recipe.photos.pixels import Pixels, read_pixels
from saccade.recipe.training.classifier import check_weights
from saccade.recipe.training.network_choice import choose_network, published
from saccade.recipe.training.time_budget import TimeBudget
from saccade.recipe.training.time_plan import Plan, choices_in_time
from saccade.recipe.unfinished.unfinished_run import UnfinishedRun


@dataclass(frozen=True)
class OpenedPhotos:
    """What is known once the photos were looked at.

    Attributes:
        choices: settled, and planned where the time is limited.
        photos: those that can be read.
        weights: the file that a published network starts from; None for LeNet.
        why: the photos are read so, in words.
        note: for the user, or "".
    """

    choices: Choices
    photos: Photos
    pixels: Pixels
    weights: Path | None
    why: str
    note: str


def open_photos(
    listener: Listener,
    photos: Photos,
    choices: Choices,
    earlier: UnfinishedRun | None,
    budget: TimeBudget,
) -> OpenedPhotos:
    """Choose the network and how photos are read, and read them.

    Args:
        earlier: the run to go on with, whose network and plan stand.

    Raises:
        DataError: no photo can be read.
    """
    index, asked = photos.index, choices
    files = [index.full_path(i) for i in range(len(index))]
    headers = read_headers(files)
    if earlier is not None:  # whatever weights there are by now
        choices = choices.settled(earlier.record.content["settled"]["architecture"])
    choices, weights, note = choose_network(
        choices, headers, lambda: any_in_colour(files), listener
    )
    if weights is None:
        chosen = choose_reading(headers, choices.size_hw, choices.color)
    else:
        plan = None if earlier is None else earlier.record.content.get("plan")
        if earlier is not None and plan is not None:
            choices = Plan(**plan).chosen(choices, asked)
            budget.spent_before(earlier.record.content.get("spent_s", 0.0))
        elif budget.is_given:
            side = median_side(headers)
            choices = choices_in_time(choices, asked, weights, photos, side, budget, listener)
        mode = published(choices.architecture).input_record.mode
        chosen = published_reading(
            headers, choices.defaults, mode, choices.size_hw, mirrored=choices.augment
        )
        if plan is not None or not budget.is_given:  # else they were loaded to measure
            check_weights(choices.architecture, chosen.preprocessing.target_size, weights)
    with listener.counting(len(files), "reading photos") as tick:
        pixels = read_pixels(files, chosen.preprocessing, tick)
    if len(pixels.faults) == len(files):
        first = next(iter(pixels.faults.values()))
        raise DataError(
            f'"{choices.folder}"', "must hold images that can be decoded", f"none; {first}"
        )
    if chosen.look_for_grey and pixels.all_grey:
        pixels = pixels.as_grey()
    return OpenedPhotos(choices, photos.keep(pixels.good), pixels, weights, chosen.why, note)
