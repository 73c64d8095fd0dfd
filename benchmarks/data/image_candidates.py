"""Which library should decode, and which should warp: every candidate on the same images, in turn.

    .venv/bin/python benchmarks/data/image_candidates.py [FOLDER_OF_JPEGS]

simplejpeg is measured if it is installed. Prints two tables; nothing is kept.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
import scipy.ndimage
import torch
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
FRUITS = ROOT.parent / "shared" / "data" / "fruits" / "train"
ROUNDS = 5
SIDE = 150

try:
    import simplejpeg
except ImportError:
    simplejpeg = None


# -- decoding ----------------------------------------------------------------------------


def pillow(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def pillow_nearest(content: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(content)).convert("RGB")
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.NEAREST))


def pillow_bilinear(content: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(content)).convert("RGB")
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def pillow_draft_bilinear(content: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(content))
    image.draft("RGB", (2 * SIDE, 2 * SIDE))
    return np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def opencv(content: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)


def opencv_area(content: bytes) -> np.ndarray:
    return cv2.resize(opencv(content), (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def simple(content: bytes) -> np.ndarray:
    return simplejpeg.decode_jpeg(content, "RGB")


def simple_nearest(content: bytes) -> np.ndarray:
    image = simplejpeg.decode_jpeg(content, "RGB")
    rows = ((np.arange(SIDE) + 0.5) * (image.shape[0] / SIDE)).astype(int)
    columns = ((np.arange(SIDE) + 0.5) * (image.shape[1] / SIDE)).astype(int)
    return image.take(rows, 0).take(columns, 1)


# -- warping -----------------------------------------------------------------------------


def scipy_warp(image: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    channels = [
        scipy.ndimage.affine_transform(
            image[:, :, c], matrix[:2, :2], matrix[:2, 2], order=1, mode="nearest"
        )
        for c in range(3)
    ]
    return np.stack(channels, axis=-1)


def opencv_warp(image: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    swapped = matrix[[1, 0]][:, [1, 0, 2]]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (image.shape[1], image.shape[0])
    return cv2.warpAffine(image, swapped, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)


def torch_warp(image: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    i, j = torch.arange(height).double(), torch.arange(width).double()
    grid = torch.empty(1, height, width, 2)
    for axis, row, size in ((0, matrix[1], width), (1, matrix[0], height)):
        down = (i * (row[0] * 2 / size) + ((2 * row[2] + 1) / size - 1)).float()
        grid[0, :, :, axis] = down[:, None] + (j * (row[1] * 2 / size)).float()
    planes = torch.from_numpy(image).permute(2, 0, 1)[None]
    warped = torch.nn.functional.grid_sample(
        planes, grid, "bilinear", "border", align_corners=False
    )
    return warped[0].permute(1, 2, 0).contiguous().numpy()


def numpy_warp(image: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    i, j = np.arange(height)[:, None], np.arange(width)[None]
    row = np.clip(matrix[0, 0] * i + matrix[0, 1] * j + matrix[0, 2], 0, height - 1)
    column = np.clip(matrix[1, 0] * i + matrix[1, 1] * j + matrix[1, 2], 0, width - 1)
    top, left = row.astype(np.int32), column.astype(np.int32)
    down, right = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    share_down = (row - top).astype(np.float32)[:, :, None]
    share_right = (column - left).astype(np.float32)[:, :, None]
    pixels = image.reshape(-1, 3)
    a, b = pixels.take(top * width + left, 0), pixels.take(top * width + right, 0)
    c, d = pixels.take(down * width + left, 0), pixels.take(down * width + right, 0)
    above, below = a + (b - a) * share_right, c + (d - c) * share_right
    return above + (below - above) * share_down


def matrices(count: int) -> list[np.ndarray]:
    """Rotation to 30 degrees, shifts to 20 px, zoom 0.8 to 1.2, about the centre."""
    stream = np.random.RandomState(0)
    made = []
    for _ in range(count):
        angle = np.deg2rad(stream.uniform(-30, 30))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        inner = turn @ np.diag(stream.uniform(0.8, 1.2, 2))
        centre = np.full(2, SIDE / 2 - 0.5)
        offset = centre - inner @ centre + stream.uniform(-20, 20, 2)
        made.append(np.column_stack([inner, offset]))
    return made


# -- the measurement ---------------------------------------------------------------------


def images_a_second(
    work: Callable[..., Any], inputs: Sequence[tuple[Any, ...]], threads: int
) -> float:
    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        began = time.perf_counter()
        for _ in pool.map(lambda given: work(*given), inputs):
            pass
        return len(inputs) / (time.perf_counter() - began)


def table(
    title: str, candidates: Sequence[Callable[..., Any]], inputs: Sequence[tuple[Any, ...]]
) -> None:
    """Medians over rounds in which every candidate has its turn."""
    rates: dict[tuple[str, int], list[float]] = {}
    for _ in range(ROUNDS):
        for work in candidates:
            for threads in (1, 2):
                rate = images_a_second(work, inputs, threads)
                rates.setdefault((work.__name__, threads), []).append(rate)
    print(f"\n| {title} | 1 thread, images/s | 2 threads |\n|---|---:|---:|")
    for work in candidates:
        one, two = (median(rates[work.__name__, threads]) for threads in (1, 2))
        print(f"| {work.__name__} | {one:,.0f} | {two:,.0f} |")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FRUITS
    cv2.setNumThreads(1)
    files = sorted(folder.rglob("*.jpg"))[::6][:200]
    own = [file.read_bytes() for file in files]
    large = []
    for file in files:
        content = io.BytesIO()
        Image.open(file).convert("RGB").resize((640, 480)).save(content, "JPEG", quality=90)
        large.append(content.getvalue())
    decoders = [pillow, pillow_nearest, pillow_bilinear, pillow_draft_bilinear, opencv, opencv_area]
    if simplejpeg is not None:
        decoders += [simple, simple_nearest]
        same = all(np.array_equal(pillow(one), simple(one)) for one in own + large)
        print("simplejpeg decodes to Pillow's bits:", same)
    same = all(np.array_equal(pillow(one), opencv(one)) for one in own + large)
    print("OpenCV decodes to Pillow's bits:", same)
    table("decoding the photos as they are", decoders, [(one,) for one in own])
    table("decoding 640x480", decoders, [(one,) for one in large])

    pictures = [pillow_nearest(one).astype(np.float32) for one in own]
    inputs = list(zip(pictures, matrices(len(pictures)), strict=True))
    warps = [scipy_warp, opencv_warp, torch_warp, numpy_warp]
    for warp in warps[1:]:
        off = [np.abs(warp(*given) - scipy_warp(*given)).mean() for given in inputs[:50]]
        print(f"{warp.__name__}: mean absolute difference from SciPy {np.mean(off):.1e} of 255")
    table(f"warping {SIDE}x{SIDE}x3 float32", warps, inputs)


if __name__ == "__main__":
    main()
