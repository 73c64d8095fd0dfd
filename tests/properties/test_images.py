"""Images of every format, damaged in every way: pixels, or one SaccadeError, within bounds."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from PIL import Image

from properties.bounds import budget, ends_well
from properties.odd_values import chances
from saccade.data.files.decode import load_image
from saccade.predictor.preprocessing import Preprocessing

pytestmark = pytest.mark.slow
KINDS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "ICO", "PPM", "TGA")


@pytest.fixture(scope="module")
def pictures() -> dict[str, bytes]:
    pixels = np.random.default_rng(0).integers(0, 255, (24, 20, 3)).astype(np.uint8)
    found = {}
    for kind in KINDS:
        content = io.BytesIO()
        Image.fromarray(pixels).save(content, format=kind)
        found[kind] = content.getvalue()
    return found


@pytest.mark.parametrize("kind", KINDS)
@budget
@given(chance=chances)
def test_damaged_pictures(pictures, kind, chance, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / f"picture.{kind.lower()}"
    path.write_bytes(chance.damaged(pictures[kind]))
    fast = chance.random() < 0.5
    image = ends_well(lambda: np.array(load_image(path, "rgb", (8, 8), fast=fast)))
    if not isinstance(image, Exception):
        assert image.shape == (8, 8, 3)
    ends_well(lambda: Preprocessing((8, 8), "grayscale").read(path))
