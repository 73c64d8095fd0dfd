"""A writer of lossless JPEGs (SOF3), of which Pillow reads what it cannot write."""

from __future__ import annotations

import struct

import numpy as np


def lossless_jpeg(image_hwc: np.ndarray) -> bytes:
    """uint8 (height, width, channels) as a lossless JPEG.

    Law: each value is written as its difference to its left neighbour (predictor 1), to the upper
    one in the first column, to 128 in the corner: a category in five bits, and as many bits more.

    Source: ITU-T T.81, annex H.
    """
    height, width, channels = image_hwc.shape
    numbers = range(1, channels + 1)
    frame = struct.pack(">HBHHB", 8 + 3 * channels, 8, height, width, channels)
    frame += b"".join(bytes([number, 0x11, 0]) for number in numbers)
    lengths = bytes([0, 0, 0, 0, 17] + [0] * 11)  # 17 codes of five bits
    table = struct.pack(">HB", 19 + 17, 0) + lengths + bytes(range(17))
    scan = struct.pack(">HB", 6 + 2 * channels, channels)
    scan += b"".join(bytes([number, 0]) for number in numbers) + bytes([1, 0, 0])

    before = np.empty_like(image_hwc, dtype=int)
    before[:, 1:] = image_hwc[:, :-1]
    before[1:, 0] = image_hwc[:-1, 0]
    before[0, 0] = 128
    bits = []
    for difference in (image_hwc - before).reshape(-1).tolist():
        category = abs(difference).bit_length()
        bits.append(f"{category:05b}")
        if category:
            more = difference if difference > 0 else difference + (1 << category) - 1
            bits.append(f"{more:0{category}b}")
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    pixels = int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\0")
    return (
        b"\xff\xd8\xff\xc3" + frame + b"\xff\xc4" + table + b"\xff\xda" + scan + pixels
        + b"\xff\xd9"
    )  # fmt: skip
