"""Files as they come: 559 odd, old and broken images, each read or reported by name."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from saccade.data import UnreadableImage, decode

WORKER = Path(__file__).with_name("messy_worker.py")
MOST_S, MOST_MIB = 2.0, 512
GREY_16 = ("I;16", "I")
# The index lists these as loaded: Pillow's first attempt fails on them too, and only a second call
# of `load()` on the same object hands out what the first one read.
FAIL_AT_FIRST = {
    "pillow-tests__Tests__images__truncated_end_chunk.png",
    "pillow-tests__Tests__images__apng__chunk_no_fctl.png",
    "pngsuite__testpngs__crashers__badadler.png",
}


@pytest.fixture(scope="module")
def messy(shared: Path) -> Path:
    folder = shared / "data" / "messy"
    if not folder.is_dir():
        pytest.skip("shared/data/messy is not there")
    return folder


@pytest.fixture(scope="module")
def rows(messy: Path) -> list[dict[str, str]]:
    text = (messy / "INDEX.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def read_all(files: list[str], **options) -> dict:
    """What the worker tells; nothing else may come out of it."""
    done = subprocess.run(
        [sys.executable, str(WORKER), json.dumps(options), *files],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told["warnings"] == []
    assert told["grown_mib"] < MOST_MIB
    slow = {file: seconds for file, (_, seconds) in told["results"].items() if seconds > MOST_S}
    assert not slow
    return {file: found for file, (found, _) in told["results"].items()}


@pytest.mark.sampled
@pytest.mark.parametrize(
    "options",
    [
        {"color_mode": "rgb"},
        {"color_mode": "grayscale", "target_size": [32, 48], "interpolation": "bilinear"},
        {"color_mode": "rgba", "target_size": [48, 32], "keep_aspect_ratio": True},
        {"color_mode": "rgb", "exif": True, "target_size": [40, 30], "fast": True},
        {"color_mode": "grayscale", "exif": True, "fast": True},
    ],
    ids=["rgb", "grayscale", "rgba", "exif-fast", "exif-grayscale"],
)
def test_every_file_is_read_or_reported_by_name(messy, rows, options):
    found = read_all([str(messy / row["file"]) for row in rows], **options)
    assert len(found) == len(rows) == 559
    channels = {"rgb": 3, "grayscale": 1, "rgba": 4}[options["color_mode"]]
    for row in rows:
        file = str(messy / row["file"])
        if row["pillow_error"] or row["file"] in FAIL_AT_FIRST:
            assert isinstance(found[file], str), f"{file} was read"
            assert found[file].startswith(f'"{file}": must be ')
            assert found[file].endswith(".")
            continue
        assert not isinstance(found[file], str), found[file]
        shape, dtype = found[file]
        size = options.get("target_size")
        if size is None:
            size = [int(row["height"]), int(row["width"])]
            turned = options.get("exif") and row["orientation"] in ("5", "6", "7", "8")
            if turned and row["format"] != "TIFF":  # of those the index has the size as shown
                size.reverse()
        assert shape == [*size, channels], file
        deep = channels == 1 and row["mode"] in GREY_16
        assert dtype == {"I;16": "uint16", "I": "int32"}[row["mode"]] if deep else "uint8"


@pytest.mark.parametrize("interpolation", ["nearest", "bicubic", "hamming", "box", "lanczos"])
def test_every_filter_reads_every_kind(messy, rows, interpolation):
    kinds = {(row["format"], row["mode"]): row["file"] for row in rows if not row["pillow_error"]}
    for name in kinds.values():
        for color_mode, channels in (("grayscale", 1), ("rgba", 4)):
            image_hwc = decode(messy / name, color_mode, (5, 7), interpolation)
            assert image_hwc.shape == (5, 7, channels)


def test_the_three_that_fail_at_first_say_what_is_wrong(messy):
    for name in FAIL_AT_FIRST:
        with pytest.raises(UnreadableImage, match="must be an image that can be decoded, got"):
            decode(messy / name)


@pytest.mark.parametrize("number", [2, 7, 8])
def test_photos_taken_sideways_and_mirrored_show_one_picture(messy, number):
    """The samples are one waterfall, stored in different ways, which EXIF tells."""
    folder = "exif-samples__jpg__orientation__portrait"
    size, filter_name = (90, 60), "bilinear"
    upright = decode(messy / f"{folder}_6.jpg", "grayscale", size, filter_name, exif=True)
    path = messy / f"{folder}_{number}.jpg"

    def likeness(**options):
        shown = decode(path, "grayscale", size, filter_name, **options)
        return np.corrcoef(shown.ravel(), upright.ravel())[0, 1]

    assert likeness(exif=True) > 0.95
    assert likeness(exif=True, fast=True) > 0.95
    assert likeness() < 0.8
