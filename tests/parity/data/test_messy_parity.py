"""559 odd image files: what both Keras and saccade read is the same to the bit."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path

import numpy as np
import pytest

from saccade.data import UnreadableImage, decode

keras_image = pytest.importorskip("keras.src.utils.image_utils")

READ_BY_SACCADE_ALONE = {  # grey from CIE Lab: Pillow converts it in two steps only
    "pillow-tests__Tests__images__hopper.Lab.tif",
    "pillow-tests__Tests__images__lab-green.tif",
}


@pytest.fixture(scope="module")
def messy(shared: Path) -> Path:
    folder = shared / "data" / "messy"
    if not folder.is_dir():
        pytest.skip("shared/data/messy is not there")
    return folder


def keras_reads(path: Path, **options) -> np.ndarray | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return keras_image.img_to_array(keras_image.load_img(path, **options))
    except Exception:  # Pillow's readers raise nearly anything on broken files
        return None


@pytest.mark.sampled
@pytest.mark.parametrize(
    "options",
    [
        {"color_mode": "rgb"},
        {"color_mode": "grayscale", "target_size": (32, 48), "interpolation": "bilinear"},
        {"color_mode": "rgb", "target_size": (30, 41), "interpolation": "nearest"},
        {"color_mode": "rgba", "target_size": (50, 20), "keep_aspect_ratio": True},
    ],
    ids=["rgb", "grayscale", "nearest", "rgba"],
)
def test_the_same_pixels_from_the_same_files(messy, options):
    text = (messy / "INDEX.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    compared = 0
    for name in [row["file"] for row in rows]:
        expected = keras_reads(messy / name, **options)
        if expected is None:
            if options["color_mode"] == "grayscale" and name in READ_BY_SACCADE_ALONE:
                assert decode(messy / name, **options).shape == (32, 48, 1)
                continue
            with pytest.raises(UnreadableImage):
                decode(messy / name, **options)
            continue
        np.testing.assert_array_equal(
            decode(messy / name, **options).astype(np.float32), expected, name
        )
        compared += 1
    assert compared > 490
