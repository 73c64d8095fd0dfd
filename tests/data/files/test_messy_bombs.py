"""Small files that unpack into far too much: refused before a pixel is decoded."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import warnings
import zlib
from pathlib import Path

import pytest
from PIL import Image

from saccade.data import UnreadableImage, decode, load_img

WORKER = Path(__file__).with_name("messy_worker.py")
SIDE = 9_500  # 90 million pixels: above Pillow's warning, below its error
FAR = 14_000  # 196 million: above both


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(side: int, *chunks: bytes) -> bytes:
    """A black PNG of one bit a pixel."""
    rows = zlib.compress((b"\0" * (1 + (side + 7) // 8)) * side, 9)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    body = b"".join([header, *chunks, chunk(b"IDAT", rows), chunk(b"IEND", b"")])
    return b"\x89PNG\r\n\x1a\n" + body


def ico(content: bytes) -> bytes:
    entry = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(content), 22)
    return struct.pack("<HHH", 0, 1, 1) + entry + content


def gif(canvas: int, frame: int) -> bytes:
    head = b"GIF89a" + struct.pack("<HH", canvas, canvas) + b"\x80\0\0\0\0\0\xff\xff\xff"
    return head + b"," + struct.pack("<HHHH", 0, 0, frame, frame) + b"\0\x02\x02D\x01\0;"


def tiff(side: int, tile: int) -> bytes:
    """A grey TIFF of one deflated tile."""
    data = zlib.compress(bytes(1000))
    numbers = {256: side, 257: side, 258: 8, 259: 8, 262: 1, 277: 1}
    numbers |= {322: tile, 323: tile, 324: 200, 325: len(data)}
    tags = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in numbers.items())
    head = b"II*\0" + struct.pack("<IH", 8, len(numbers)) + tags + bytes(4)
    return head.ljust(200, b"\0") + data


def bmp(side: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head


def webp(side: int) -> bytes:
    """An animation of one pixel on a large canvas."""
    size = struct.pack("<I", side - 1)[:3]
    canvas = b"VP8X" + struct.pack("<I", 10) + b"\2\0\0\0" + size + size
    pixel = bytes.fromhex("5650384c0d0000002f00000010071011118888fe070000")[:22]
    frame = bytes(12) + b"\x64\0\0\0" + pixel
    body = canvas + b"ANIM" + struct.pack("<IIH", 6, 0, 0) + b"ANMF"
    body += struct.pack("<I", len(frame)) + frame
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


# Made when they are asked for: packing takes longer than all else that is collected.
def packed_text(size: int) -> bytes:
    return chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(size), 9))


def packed_profile() -> bytes:
    return chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(80_000_000), 9))


TOO_MANY = "too many pixels"
BOMBS = {
    "warned.png": (lambda: png(SIDE), TOO_MANY),
    "refused.png": (lambda: png(FAR), TOO_MANY),
    "text.png": (lambda: png(8, packed_text(80_000_000)), "too large"),
    "texts.png": (lambda: png(8, packed_text(1_000_000) * 80), "Too much memory"),
    "profile.png": (lambda: png(8, packed_profile()), "too large"),
    "icon.ico": (lambda: ico(png(SIDE)), TOO_MANY),
    "canvas.gif": (lambda: gif(SIDE, 1), TOO_MANY),
    "frame.gif": (lambda: gif(10, SIDE), TOO_MANY),
    "huge.gif": (lambda: gif(65_535, 65_535), TOO_MANY),
    "size.tif": (lambda: tiff(SIDE, 16), TOO_MANY),
    "tile.tif": (lambda: tiff(16, 2**15), TOO_MANY),
    "size.bmp": (lambda: bmp(SIDE), TOO_MANY),
    "canvas.webp": (lambda: webp(SIDE), TOO_MANY),
}


@pytest.fixture(scope="module")
def bombs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bombs")
    for name, (make, _) in BOMBS.items():
        (folder / name).write_bytes(make())
    Image.new("L", (SIDE, SIDE)).save(folder / "photo.jpg")
    return folder


@pytest.mark.parametrize("action", ["ignore", "default", "error"])
@pytest.mark.parametrize("name", [*BOMBS, "photo.jpg"])
def test_refused_whatever_the_programs_filters_say(bombs, name, action, recwarn):
    with warnings.catch_warnings():
        warnings.simplefilter(action)
        with pytest.raises(UnreadableImage) as caught:
            decode(bombs / name)
    said = str(caught.value)
    assert str(bombs / name) in said
    assert BOMBS.get(name, (None, TOO_MANY))[1] in said
    assert caught.value.do
    assert not recwarn.list


def test_nothing_is_unpacked_before_it_is_refused(bombs):
    files = [str(path) for path in sorted(bombs.iterdir())]
    done = subprocess.run(
        [sys.executable, str(WORKER), "{}", *files], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert all(isinstance(found, str) for found, _ in told["results"].values())
    assert told["grown_mib"] < 64
    assert max(seconds for _, seconds in told["results"].values()) < 2


def test_the_limit_is_pillows_own_number_and_is_left_alone(bombs, monkeypatch):
    before = Image.MAX_IMAGE_PIXELS
    with pytest.raises(UnreadableImage, match="too many"):
        load_img(bombs / "photo.jpg")
    assert before == Image.MAX_IMAGE_PIXELS == 89_478_485
    with pytest.warns(Image.DecompressionBombWarning):  # in the program's own hands
        Image.open(bombs / "warned.png").close()
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert decode(bombs / "warned.png", "grayscale", (2, 3)).shape == (2, 3, 1)


def test_a_program_that_would_draw_a_picture_is_not_run(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n" * 3)
    with pytest.raises(UnreadableImage, match="PostScript, a program"):
        decode(path)
