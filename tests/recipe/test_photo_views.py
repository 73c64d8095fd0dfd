"""Photo changes: window, mirror and light, as the law says."""

from __future__ import annotations

import pytest
import torch

from saccade.recipe.augmentation.photo_views import (
    DRAWS,
    LEAST_AREA,
    MOST_BRIGHTER,
    MOST_COLOR,
    MOST_CONTRAST,
    MOST_OBLONG,
    change_photos,
)

NAMES = ("area", "oblong", "across", "down", "mirror", "bright", "contrast", "color")
NEUTRAL = {"area": 1.0, "mirror": 0.9}  # the whole photo, not mirrored, all others half way


def draws(**given: float) -> torch.Tensor:
    known = dict.fromkeys(NAMES, 0.5) | NEUTRAL | given
    return torch.tensor([[known[name] for name in NAMES]])


def ramps(height: int = 40, width: int = 60) -> torch.Tensor:
    """A photo whose red tells the row and whose green the column, each in pixels; blue is 0."""
    rows, columns = torch.meshgrid(
        torch.arange(height).float(), torch.arange(width).float(), indexing="ij"
    )
    return torch.stack([rows, columns, torch.zeros(height, width)], dim=2)[None]


def window(photo: torch.Tensor, size_hw: tuple[int, int], **given: float) -> dict[str, float]:
    """Where the result's middle lies in the photo, and how far apart its pixels lie there."""
    seen = change_photos(photo, draws(**given), size_hw)[0]
    inner = seen[5:-5, 5:-5]  # beyond the border lies the border
    rows, columns = inner[..., 0], inner[..., 1]
    return {
        "row": float(rows.mean()),
        "column": float(columns.mean()),
        "high": float((rows[-1] - rows[0]).mean()) / (len(rows) - 1) * size_hw[0],
        "wide": float((columns[:, -1] - columns[:, 0]).mean()) / (rows.shape[1] - 1) * size_hw[1],
    }


def test_the_neutral_draws_leave_the_photo():
    photo = 255 * torch.rand(1, 9, 12, 3, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(change_photos(photo, draws(), (9, 12)), photo, atol=1e-3)


def test_the_size_is_as_asked_and_the_range_is_kept():
    stream = torch.Generator().manual_seed(0)
    photos = 255 * torch.rand(50, 20, 30, 3, generator=stream)
    seen = change_photos(photos, torch.rand(50, DRAWS, generator=stream), (16, 17))
    assert seen.shape == (50, 16, 17, 3)
    assert seen.dtype == torch.float32
    assert float(seen.min()) >= 0
    assert float(seen.max()) <= 255


@pytest.mark.parametrize(("draw", "share"), [(0.0, LEAST_AREA), (0.5, (1 + LEAST_AREA) / 2)])
def test_the_window_has_its_share_of_the_area_and_the_photos_shape(draw, share):
    found = window(ramps(), (40, 60), area=draw)
    assert found["high"] == pytest.approx(40 * share**0.5, rel=0.01)
    assert found["wide"] == pytest.approx(60 * share**0.5, rel=0.01)
    assert (found["row"], found["column"]) == pytest.approx((19.5, 29.5), abs=0.05)


@pytest.mark.parametrize("draw", [0.0, 1.0])
def test_the_window_is_stretched_either_way(draw):
    found = window(ramps(), (40, 60), area=0.0, oblong=draw)
    oblong = (found["wide"] / 60) / (found["high"] / 40)
    assert oblong == pytest.approx(MOST_OBLONG ** (2 * draw - 1), rel=0.01)
    assert found["wide"] * found["high"] == pytest.approx(LEAST_AREA * 40 * 60, rel=0.02)


def test_no_side_is_longer_than_the_photos():
    assert window(ramps(), (40, 60), oblong=1.0)["wide"] == pytest.approx(60, rel=0.01)


@pytest.mark.parametrize("draw", [0.0, 1.0])
def test_the_window_goes_to_the_border_and_no_further(draw):
    found = window(ramps(), (40, 60), area=0.0, across=draw, down=1 - draw)
    sign = 2 * draw - 1
    free_height, free_width = 40 * (1 - LEAST_AREA**0.5), 60 * (1 - LEAST_AREA**0.5)
    assert found["row"] == pytest.approx(19.5 - sign * free_height / 2, abs=0.1)
    assert found["column"] == pytest.approx(29.5 + sign * free_width / 2, abs=0.1)


def test_every_second_photo_is_mirrored_left_to_right():
    photo = ramps()
    for draw, expected in ((0.49, photo.flip(2)), (0.5, photo)):
        seen = change_photos(photo, draws(mirror=draw), (40, 60))
        assert torch.allclose(seen, expected, atol=1e-3)


def test_light_changes_brightness_then_contrast_then_color():
    photo = 60 + 60 * torch.rand(1, 8, 8, 3, generator=torch.Generator().manual_seed(0))

    def seen(**given: float) -> torch.Tensor:
        return change_photos(photo, draws(**given), (8, 8))

    assert torch.allclose(seen(bright=1.0), photo * (1 + MOST_BRIGHTER), atol=1e-2)
    assert torch.allclose(seen(bright=0.0), photo * (1 - MOST_BRIGHTER), atol=1e-2)
    mean = photo.mean()
    expected = (photo - mean) * (1 + MOST_CONTRAST) + mean
    assert torch.allclose(seen(contrast=1.0), expected, atol=1e-2)
    grey = (photo * torch.tensor([0.299, 0.587, 0.114])).sum(3, keepdim=True)
    expected = (photo - grey) * (1 - MOST_COLOR) + grey
    assert torch.allclose(seen(color=0.0), expected, atol=1e-2)


def test_each_photo_has_its_own_draws():
    photos = torch.cat([ramps(), ramps() / 2])
    both = torch.cat([draws(area=0.0, across=0.0), draws(bright=1.0, contrast=1.0)])
    seen = change_photos(photos, both, (40, 60))
    for i in range(2):
        alone = change_photos(photos[i : i + 1], both[i : i + 1], (40, 60))
        assert torch.allclose(seen[i : i + 1], alone, atol=1e-4)
