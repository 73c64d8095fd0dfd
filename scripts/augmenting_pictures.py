"""Draw docs/pictures/augmenting_layers.png: each augmenting layer on one photograph.

    python scripts/augmenting_pictures.py

The photograph is flower.jpg, which comes with scikit-learn (by dany13, CC BY 2.0).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from sklearn.datasets import load_sample_image

from saccade import layers

TARGET = Path(__file__).parent.parent / "docs" / "pictures" / "augmenting_layers.png"
COLUMNS, WIDTH, HEIGHT, CAPTION, GAP = 5, 162, 108, 32, 8
# Ranges of one value, where there is a range, show what that value does.
SHOWN = {
    "RandomFlip": ("horizontal", {"mode": "horizontal", "seed": 3}),
    "RandomRotation": ("0.06 of a turn", {"factor": (0.06, 0.06)}),
    "RandomZoom": ("0.4: farther away", {"height_factor": (0.4, 0.4)}),
    "RandomHeight": ("0.4 lower", {"factor": (-0.4, -0.4)}),
    "RandomWidth": ("0.4 narrower", {"factor": (-0.4, -0.4)}),
    "RandomTranslation": ("0.2 down, 0.2 right",
                          {"height_factor": (0.2, 0.2), "width_factor": (0.2, 0.2)}),
    "RandomShear": ("0.3", {"x_factor": (0.3, 0.3), "seed": 1}),
    "RandomPerspective": ("scale 0.5", {"factor": (1.0, 1.0), "scale": 0.5, "seed": 2}),
    "RandomElasticTransform": ("scale 1", {"factor": (1.0, 1.0), "scale": (1.0, 1.0), "seed": 2}),
    "RandomCrop": ("56 x 84 pixels", {"height": 56, "width": 84, "seed": 2}),
    "RandomErasing": ("noise", {"factor": (1.0, 1.0), "scale": (0.15, 0.2), "seed": 4}),
    "RandomContrast": ("1 + 0.8", {"factor": (0.8, 0.8), "seed": 2}),
    "RandomBrightness": ("0.25", {"factor": (0.25, 0.25)}),
    "AutoContrast": ("no draw; full before", {}),
    "Equalization": ("no draw", {}),
    "ContrastLimitedAdaptiveHistogramEqualization": ("no draw; 8 x 8 tiles", {}),
    "RandomInvert": ("high - x", {"factor": (1.0, 1.0)}),
    "Solarization": ("threshold 0.5", {"threshold_factor": (0.5, 0.5), "seed": 1}),
    "RandomPosterization": ("2 bits", {"factor": (2, 2)}),
    "RandomGrayscale": ("probability 1", {"factor": 1.0}),
    "RandomColorDegeneration": ("0.7", {"factor": (0.7, 0.7)}),
    "RandomSaturation": ("0.62", {"factor": (0.62, 0.62)}),
    "RandomHue": ("0.5", {"factor": (0.5, 0.5), "seed": 1}),
    "RandomColorJitter": ("brightness, hue",
                          {"brightness_factor": 0.3, "hue_factor": 0.3, "seed": 6}),
    "RandomSharpness": ("1: sharper", {"factor": (1.0, 1.0)}),
    "RandomGaussianBlur": ("9 pixels", {"factor": (1.0, 1.0), "kernel_size": 9,
                                        "sigma": (1.0, 1.0)}),
    "RandAugment": ("two of eleven", {"seed": 12}),
    "AugMix": ("three chains", {"seed": 12}),
    "CutMix": ("with another photo", {"factor": (1.0, 1.0), "seed": 173}),
}  # fmt: skip


def photo(name: str) -> np.ndarray:
    """A photograph as uint8 HWC, in the size of a tile."""
    image = Image.fromarray(load_sample_image(name))
    return np.asarray(image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS))


def augmented(name: str, options: dict) -> np.ndarray:
    """The photograph after the layer, uint8 HWC; the layers that mix get another photograph."""
    images_nhwc = np.stack([photo("flower.jpg"), photo("china.jpg")])
    if name != "CutMix":
        images_nhwc = images_nhwc[:1]
    result_nhwc = getattr(layers, name)(**options)(images_nhwc, training=True)
    return np.clip(np.asarray(result_nhwc)[0].round(), 0, 255).astype(np.uint8)


def shortened(name: str, font: Any) -> str:
    """The name, or its beginning and end where it is wider than a tile."""
    kept, shown = len(name) // 2, name
    while font.getlength(shown) > WIDTH:
        kept -= 1
        shown = f"{name[:kept]}...{name[-kept:]}"
    return shown


def sheet() -> Image.Image:
    """All tiles with their captions, the photograph itself first."""
    tiles = [("the photograph", "", photo("flower.jpg"))]
    tiles += [(name, text, augmented(name, options)) for name, (text, options) in SHOWN.items()]
    rows = -(-len(tiles) // COLUMNS)
    step_x, step_y = WIDTH + GAP, HEIGHT + CAPTION + GAP
    image = Image.new("RGB", (COLUMNS * step_x + GAP, rows * step_y + GAP), "white")
    draw = ImageDraw.Draw(image)
    name_font, text_font = ImageFont.load_default(12.5), ImageFont.load_default(11)
    for number, (name, text, pixels_hwc) in enumerate(tiles):
        left, top = GAP + number % COLUMNS * step_x, GAP + number // COLUMNS * step_y
        draw.text((left, top), shortened(name, name_font), "black", name_font)
        draw.text((left, top + 15), text, "#555555", text_font)
        image.paste(Image.fromarray(pixels_hwc), (left, top + CAPTION))
    return image


def main() -> None:
    pixels_hwc = np.asarray(sheet())
    coarse_hwc = pixels_hwc // 8 * 8 + 7 * (pixels_hwc > 247)  # five bits: half the bytes
    image = Image.fromarray(coarse_hwc.astype(np.uint8))
    image.save(TARGET, optimize=True)
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1000:.0f} kB, {image.size}")


if __name__ == "__main__":
    main()
