"""The contact sheet of an augmentation: what it takes in memory, what stands beside its rows."""

import tracemalloc

import numpy as np
from PIL import Image

from saccade.drawing.augmentation import draw_augmentations

SETTINGS = {"rotation_range": 20, "zoom_range": 0.2, "horizontal_flip": True, "noise_range": 15}


def test_memory_is_that_of_the_page(tmp_path):
    """matplotlib takes 150 bytes a pixel for a page of pixels, which this one is not given."""
    photos = [np.full((400, 400, 3), 40 * number, np.uint8) for number in range(4)]
    tracemalloc.start()
    try:
        written = draw_augmentations(photos, SETTINGS, tmp_path / "sheet.png", samples=10)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    with Image.open(written) as page:
        pixels = page.width * page.height
    assert pixels > 5e6
    assert peak_bytes < 12 * pixels + 20e6


def test_each_row_has_its_words(tmp_path):
    photo = np.zeros((100, 100, 3), np.uint8)
    with Image.open(draw_augmentations([photo], SETTINGS, tmp_path / "sheet.png")) as page:
        page_hwc = np.asarray(page)
    for top in range(16, page_hwc.shape[0] - 100, 110):
        words_hwc = page_hwc[top : top + 100, :190]
        assert words_hwc.min() < 100  # dark letters
        assert (words_hwc[:, :10] == 255).all()
