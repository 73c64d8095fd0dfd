"""Draw the pictures of docs/augmentation.md from scikit-learn's two sample photos.

    python scripts/augmentation_pictures.py [FOLDER]

FOLDER (docs/pictures when left out) gets augment_<name>.png, one for each entry of PICTURES.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from sklearn.datasets import load_sample_image

from saccade.data.generator.augmentation import IDENTITY, Augmentation

TILE_PX, GAP_PX, CAPTION_PX, DOTS_PER_INCH = 144, 6, 20, 100
FLOWER, CHINA = (50, 165, 320), (20, 130, 288)  # top, left, side: squares with the subject in them
TOGETHER = {
    "rotation_range": 20,
    "zoom_range": 0.2,
    "horizontal_flip": True,
    "brightness_range": (0.7, 1.3),
    "contrast_range": 0.3,
    "blur_range": 1,
    "noise_range": 10,
    "unchanged": 0.25,
}
# What is done to each tile, by its caption.
PICTURES: dict[str, dict[str, dict[str, Any]]] = {
    "rotation": {f"theta = {angle}": {"theta": angle} for angle in (-30, -15, 0, 15, 30)},
    "reflection": {
        "as it is": {},
        "flip_horizontal": {"flip_horizontal": True},
        "flip_vertical": {"flip_vertical": True},
        "both": {"flip_horizontal": True, "flip_vertical": True},
    },
    "brightness": {f"brightness = {f}": {"brightness": f} for f in (0.4, 0.7, 1.0, 1.3, 1.6)},
    "contrast": {f"contrast = {f}": {"contrast": f} for f in (0.4, 0.7, 1.0, 1.3, 1.6)},
    "channel_shift": {
        f"intensity = {i}": {"channel_shift_intensity": i} for i in (-60, -30, 0, 30, 60)
    },
    "stretching": {
        "as it is": {},
        "zx = 0.7": {"zx": 0.7},
        "zy = 0.7": {"zy": 0.7},
        "both = 1.3": {"zx": 1.3, "zy": 1.3},
        "shear = 20": {"shear": 20},
    },
    "blur": {f"blur = {sigma}": {"blur": sigma} for sigma in (0, 0.5, 1.0, 2.0, 3.0)},
    "sharpening": {f"sharpen = {amount}": {"sharpen": amount} for amount in (0, 0.5, 1.0, 2.0)},
    "noise": {f"noise = {std}": {"noise": std, "noise_seed": 1} for std in (0, 10, 20, 40)},
}


def draw_pictures(folder: Path) -> list[Path]:
    """Write them all and return their paths."""
    flower_hwc, china_hwc = photo("flower.jpg", FLOWER), photo("china.jpg", CHINA)
    plain = Augmentation()
    written = []
    for name, tiles in PICTURES.items():
        image_hwc = china_hwc if name in ("reflection", "stretching", "rotation") else flower_hwc
        done = {caption: plain.apply(image_hwc, what) for caption, what in tiles.items()}
        written.append(draw_strip(done, folder / f"augment_{name}.png"))
    shift = {"ty": 30, "tx": 40, "theta": 15}
    modes = {
        f'"{mode}"': Augmentation(fill_mode=mode).apply(china_hwc, shift)
        for mode in ("nearest", "reflect", "wrap", "constant")
    }
    written.append(draw_strip(modes, folder / "augment_fill_mode.png"))
    together, stream = Augmentation(**TOGETHER), np.random.RandomState(4)
    draws = [together.draw(stream, china_hwc.shape) for _ in range(5)]
    drawn = {
        f"draw {i}" + (", unchanged" if dict(IDENTITY).items() <= draw.items() else ""): (
            together.apply(china_hwc, draw)
        )
        for i, draw in enumerate(draws, 1)
    }
    written.append(draw_strip(drawn, folder / "augment_together.png"))
    return written


def photo(name: str, square: tuple[int, int, int]) -> np.ndarray:
    """A square of a sample photo, as large as a tile, float32 HWC."""
    top, left, side = square
    image = Image.fromarray(load_sample_image(name)[top : top + side, left : left + side])
    return np.asarray(image.resize((TILE_PX, TILE_PX), Image.Resampling.LANCZOS), np.float32)


def draw_strip(tiles: dict[str, np.ndarray], path: Path) -> Path:
    """The tiles side by side, dot by dot, each under its caption."""
    width = len(tiles) * (TILE_PX + GAP_PX) - GAP_PX
    height = CAPTION_PX + TILE_PX
    canvas_hwc = np.full((height, width, 3), 255, np.uint8)
    figure = Figure(figsize=(width / DOTS_PER_INCH, height / DOTS_PER_INCH))
    FigureCanvasAgg(figure)
    for place, (caption, image_hwc) in enumerate(tiles.items()):
        left = place * (TILE_PX + GAP_PX)
        canvas_hwc[CAPTION_PX:, left : left + TILE_PX] = np.clip(np.rint(image_hwc), 0, 255)
        middle = 1 - CAPTION_PX / 2 / height
        figure.text((left + TILE_PX / 2) / width, middle, caption, size=8, ha="center", va="center")
    figure.figimage(canvas_hwc, origin="upper", zorder=-1)
    figure.savefig(path, dpi=DOTS_PER_INCH, metadata={"Software": None})
    with Image.open(path) as page:  # a palette of 256 colours: a third of the bytes
        page.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[1]
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else here / "docs" / "pictures"
    for picture in draw_pictures(target):
        print(f"Wrote {picture}, {picture.stat().st_size // 1000} kB")
