"""Which photos lie on their side, told from the first bytes of their files."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from saccade.data.files.orientation import count_rotated, orientation_of, upright


def photo(path, orientation=None, **options):
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
        options["exif"] = exif
    values = np.random.RandomState(1).randint(0, 256, (6, 8, 3)).astype(np.uint8)
    Image.fromarray(values).save(path, **options)
    return path


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_only_turned_and_mirrored_photos_count(tmp_path, ending):
    paths = [photo(tmp_path / f"{k}.{ending}", k) for k in range(1, 9)]
    paths.append(photo(tmp_path / f"none.{ending}"))
    assert count_rotated(paths) == 7
    assert count_rotated(map(str, paths[:2])) == 1


def test_files_that_nobody_needs_to_turn(tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe1\0\x20Exif\0\0nonsense")
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "flag.webp").write_bytes(b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x08\0\0")
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "Exif"
    by_pillow = tmp_path / "sideways.tif"
    Image.new("RGB", (8, 6)).save(by_pillow, exif=exif)
    paths = [*tmp_path.glob("*"), tmp_path / "missing.jpg"]
    assert count_rotated(paths) == 0
    with Image.open(by_pillow) as image:
        image.load()
        assert image.size == (6, 8)


def test_it_reads_the_head_alone(tmp_path):
    """A photo cut off after its head has no pixels, and its orientation all the same."""
    path = photo(tmp_path / "cut.jpg", 6)
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"\xff\xda") + 20])  # where the scan begins
    assert count_rotated([path]) == 1


@pytest.mark.parametrize("number", [0, 9, -1, 65_535])
def test_an_orientation_that_is_none(tmp_path, number):
    with Image.open(photo(tmp_path / "x.png", max(number, 0))) as image:
        assert orientation_of(image) == 1
        assert upright(image) is image


@pytest.mark.parametrize("number", range(1, 9))
def test_upright_is_what_pillow_makes_of_it(tmp_path, number):
    with Image.open(photo(tmp_path / "x.jpg", number)) as image:
        assert np.array_equal(upright(image), ImageOps.exif_transpose(image))
