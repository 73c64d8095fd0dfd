"""What a file is, its content says: whatever it is called, and whatever was opened before it."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from data.files.lossless_jpeg import lossless_jpeg
from saccade.data import decode
from saccade.data.files import opening
from saccade.data.files.decode import load_image
from saccade.data.files.opening import open_image
from saccade.predictor import Preprocessing
from saccade.recipe.photos.photo_reading import read_headers
from scripts.warm_process import python

WRITTEN = (
    "ico",
    "tga",
    "bmp",
    "gif",
    "png",
    "ppm",
    "tiff",
    "webp",
    "jp2",
    "pcx",
    "sgi",
    "dds",
)

OPENS = """
import json, sys
from saccade.data.files.orientation import count_rotated
from saccade.data.files.decode import load_image
from saccade.data.files.opening import open_source, open_image
from saccade.recipe.photos.photo_reading import read_headers
from PIL import Image
first, paths = sys.argv[1], sys.argv[2:]
if first == "pillow":  # as a program does that reads pictures by itself
    for path in paths:
        try:
            Image.open(path).close()
        except Exception:
            pass
elif first == "saccade":
    read_headers(paths), count_rotated(paths)
elif first == "tga":
    from PIL import TgaImagePlugin
elif first == "reversed":
    Image.init()
    Image.ID.reverse()
kinds = {}
for path in paths:
    with open_source(path)[0] as file:
        try:
            kinds[path] = open_image(file).format
        except Exception as fault:
            kinds[path] = type(fault).__name__
print(json.dumps(kinds))
"""


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """Each kind under each other's name."""
    folder = tmp_path_factory.mktemp("kinds")
    stream = np.random.default_rng(0)
    image = Image.fromarray(stream.integers(0, 256, (32, 32, 3), dtype=np.uint8))
    for kind in WRITTEN:
        content = io.BytesIO()
        image.save(content, {"jp2": "jpeg2000"}.get(kind, kind))
        for ending in (kind, "tga", "ico", "jpg"):
            (folder / f"{kind}.{ending}").write_bytes(content.getvalue())
    return sorted(str(path) for path in folder.iterdir())


def test_the_order_of_opening_plays_no_part(paths, tmp_path):
    told = []
    for first in ("nothing", "pillow", "reversed"):
        done = python("-c", OPENS, first, *paths, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        told.append(json.loads(done.stdout))
    assert all(one == told[0] for one in told[1:])
    for path, kind in told[0].items():
        name = path.replace("\\", "/").rpartition("/")[2].split(".")[0]
        assert kind == {"jp2": "JPEG2000"}.get(name, name.upper())


def test_every_format_of_pillow_has_its_place():
    """Those of this version of Pillow; one that is new comes after the usual ones."""
    Image.init()
    known = set(opening._USUAL) | set(opening._OTHERS)
    assert len(known) == len(opening._USUAL) + len(opening._OTHERS)
    assert not set(Image.OPEN) - known, "a new format of Pillow: give it its place"


def test_a_format_that_the_program_registered_is_read(monkeypatch):
    class Odd(Image.Image):
        format = "ODD"

    monkeypatch.setitem(
        Image.OPEN, "ODD", (lambda file, name: Odd(), lambda start: start == b"ODD!")
    )
    with pytest.raises(Image.UnidentifiedImageError):
        open_image(io.BytesIO(b"none"))
    monkeypatch.setattr(Image, "_decompression_bomb_check", lambda size: None)
    assert open_image(io.BytesIO(b"ODD!")).format == "ODD"


@pytest.mark.parametrize("channels", [1, 3])
def test_a_lossless_jpeg_reads_everywhere_alike(tmp_path, channels):
    stream = np.random.default_rng(channels)
    image_hwc = stream.integers(0, 256, (130, 160, channels), dtype=np.uint8)
    path = tmp_path / "x.jpg"
    path.write_bytes(lossless_jpeg(image_hwc))
    mode = "rgb" if channels == 3 else "grayscale"
    assert np.array_equal(decode(path, mode), image_hwc)  # load_img's way
    reading = Preprocessing((28, 28), mode)  # that of train and predict
    exact = np.asarray(load_image(path, mode, (28, 28), "bilinear"))
    assert np.array_equal(reading.read(path).squeeze(), exact.squeeze())
    assert read_headers([str(path)])[0].height == 130


def test_a_file_of_more_bytes_than_an_image_can_have_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "_SPARE_BYTES", 1000)
    monkeypatch.setattr(opening, "_IN_MEMORY_BYTES", 1000)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    picture = Image.new("RGB", (8, 8))
    for ending in ("tif", "png"):
        picture.save(tmp_path / f"x.{ending}")
        with open(tmp_path / f"x.{ending}", "ab") as file:
            file.truncate(2**33)  # of which the disk holds nothing
    with pytest.raises(OSError, match=r"must have no more than 1,800 bytes, got 8,589,934,592"):
        decode(tmp_path / "x.png")
    assert decode(tmp_path / "x.tif").shape == (8, 8, 3)  # many pages, of which the first is read
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert decode(tmp_path / "x.png").shape == (8, 8, 3)


@pytest.mark.parametrize("spare_bytes", [10, 40_000_000])
def test_a_large_jpeg_of_the_very_size(tmp_path, spare_bytes):
    """Files that are not read whole are closed before anybody asks for a pixel."""
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (64, 64), "red").save(path, quality=95)
    with path.open("ab") as file:
        file.truncate(path.stat().st_size + spare_bytes)  # a hole: it takes no room
    for fast in (False, True):
        image = load_image(path, "rgb", (64, 64), fast=fast)
        assert np.asarray(image).shape == (64, 64, 3)
