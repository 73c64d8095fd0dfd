"""JPEGs that OpenCV decodes: only where Pillow gives the same, or an error for both."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from saccade.data import UnreadableImage, decode
from saccade.data.files.jpeg import decode_jpeg


def content(**options) -> bytes:
    values = np.random.RandomState(3).randint(0, 256, (12, 16, 3)).astype(np.uint8)
    image = Image.fromarray(values).resize((80, 64), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **options)
    return buffer.getvalue()


def pillow_reads(jpeg: bytes) -> np.ndarray | None:
    try:
        return np.array(Image.open(io.BytesIO(jpeg)).convert("RGB"))
    except OSError:
        return None


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_ordinary_ones_are_pillows_to_the_bit(options):
    jpeg = content(quality=90, **options)
    image_hwc = decode_jpeg(jpeg, None)
    assert image_hwc is not None
    assert np.array_equal(image_hwc, pillow_reads(jpeg))


@pytest.mark.parametrize("progressive", [False, True])
def test_a_damaged_one_is_read_or_refused_as_pillow_does(tmp_path, capfd, progressive):
    whole = content(quality=90, progressive=progressive)
    stream = np.random.RandomState(4)
    refused = 0
    for k in range(150):
        damaged = bytearray(whole)
        places = stream.randint(len(whole) // 2, len(whole) - 2, 12)
        damaged[places[0]] = 0xFF
        for place in places[1:]:
            damaged[place] = stream.randint(256)
        if k % 2 and not progressive:  # a table or a scan in the middle of the only scan
            damaged[places[0] : places[0] + 2] = b"\xff" + (b"\xc4", b"\xda", b"\xdd")[k % 3]
        path = tmp_path / f"{k}.jpg"
        path.write_bytes(damaged)
        expected = pillow_reads(bytes(damaged))
        if expected is None:
            refused += 1
            with pytest.raises(UnreadableImage):
                decode(path)
        else:
            assert np.array_equal(decode(path), expected)
    assert refused > 5
    capfd.readouterr()  # what libjpeg says of damaged pixels


def test_a_gap_in_the_header_is_pillows_matter(capfd):
    whole = content()
    gap = whole[:2] + b"\xff\x00\x00\x02" + whole[2:]
    assert decode_jpeg(gap, None) is None
    assert capfd.readouterr().err == ""
