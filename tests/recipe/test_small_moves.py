"""Nudges: small, repeatable, and as the law says."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saccade.predictor import Preprocessing
from saccade.recipe.augmentation.small_moves import (
    DRAWS,
    MOST_DEGREES,
    MOST_SHIFT,
    MOST_ZOOM,
    nudge,
)
from saccade.recipe.photos.pixels import NUDGES, Pixels, PixelSource


def draws(**moves: float) -> torch.Tensor:
    """One image's draws; a move of 1 is the whole way, -1 the whole way back."""
    given = [moves.get(name, 0.0) for name in ("turn", "zoom", "right", "down")]
    return (torch.tensor([given]) + 1) / 2


def dot(row: int, column: int, height: int = 51, width: int = 101) -> torch.Tensor:
    image = torch.zeros(1, height, width, 1)
    image[0, row - 1 : row + 2, column - 1 : column + 2] = 1
    return image


def centre(image: torch.Tensor) -> tuple[float, float]:
    """Where the brightness is, (row, column) from the image's centre, in pixels."""
    plane = image[0, :, :, 0]
    rows, columns = torch.meshgrid(
        *(torch.arange(n) - (n - 1) / 2 for n in plane.shape), indexing="ij"
    )
    return tuple((float((plane * at).sum() / plane.sum())) for at in (rows, columns))


def test_no_move_leaves_the_image():
    image = torch.rand(3, 9, 12, 2, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(nudge(image, torch.full((3, DRAWS), 0.5)), image, atol=1e-5)


def test_moving_takes_a_share_of_each_side():
    row, column = centre(nudge(dot(25, 50), draws(right=1, down=-1)))
    assert column == pytest.approx(-MOST_SHIFT * 101, abs=0.05)
    assert row == pytest.approx(MOST_SHIFT * 51, abs=0.05)


def test_zooming_scales_distances_from_the_centre():
    row, column = centre(nudge(dot(35, 80), draws(zoom=1)))
    assert row * (1 + MOST_ZOOM) == pytest.approx(10, abs=0.1)
    assert column * (1 + MOST_ZOOM) == pytest.approx(30, abs=0.1)


@pytest.mark.parametrize("turn", [1.0, -1.0, 0.5])
def test_turning_keeps_distances_in_oblong_images_too(turn):
    row, column = centre(nudge(dot(25, 85), draws(turn=turn)))
    angle = np.radians(MOST_DEGREES * turn)
    assert np.hypot(row, column) == pytest.approx(35, abs=0.1)
    assert abs(np.arctan2(row, column)) == pytest.approx(abs(angle), abs=0.005)


def test_beyond_the_border_lies_the_border():
    image = torch.full((1, 20, 20, 3), 0.7)
    assert torch.allclose(nudge(image, draws(turn=1, zoom=1, right=1, down=1)), image, atol=1e-6)


def source(**options) -> PixelSource:
    stream = np.random.default_rng(1)
    stored = torch.from_numpy(stream.integers(0, 256, (10, 28, 28, 1), dtype=np.uint8))
    pixels = Pixels([""] * 10, Preprocessing((28, 28), "grayscale"), stored)
    rows = np.arange(10)
    return PixelSource(pixels, rows, rows % 3, batch_size=4, **options)


def test_every_pass_is_new_and_can_be_entered_anywhere():
    made = source(shuffle=True, seed=3, changes=NUDGES)
    first = [x for x, _, _ in made.read(0)]
    again = [x for x, _, _ in source(shuffle=True, seed=3, changes=NUDGES).read(0)]
    later = [x for x, _, _ in made.read(0, start=1)]
    assert all(map(torch.equal, first, again))
    assert all(map(torch.equal, first[1:], later))
    unshuffled = source(seed=3, changes=NUDGES)
    one, two = (next(iter(unshuffled.read(number)))[0] for number in (0, 1))
    assert not torch.equal(one, two)


def test_held_out_images_are_not_nudged():
    x, y, _ = next(iter(source().read(0)))
    assert torch.equal(x, source().pixels.stored[:4] * (1 / 255))
    assert y.tolist() == [0, 1, 2, 0]
