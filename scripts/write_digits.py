"""Write scikit-learn's 1,797 handwritten digits as PNG files in class folders.

    python scripts/write_digits.py [FOLDER]

FOLDER/photos/<0..9>/NNNN.png is for training; every fifth picture of each digit goes to
FOLDER/new/<0..9>/NNNN.png instead, to be shown to the trained model. NNNN is the picture's place in
the original set.
"""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

HELD_OUT_EVERY = 5


def write_digits(folder: Path) -> tuple[int, int]:
    """Write both folders anew and return how many pictures went into each.

    The original values 0..16 become bytes 0..255, so that 16 is white.
    """
    digits = load_digits()
    images_hw = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    for part in ("photos", "new"):
        shutil.rmtree(folder / part, ignore_errors=True)
    seen: Counter[int] = Counter()
    written = Counter()
    for number, (image_hw, label) in enumerate(zip(images_hw, digits.target, strict=True)):
        seen[int(label)] += 1
        part = "new" if seen[int(label)] % HELD_OUT_EVERY == 0 else "photos"
        path = folder / part / str(label) / f"{number:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image_hw).save(path)
        written[part] += 1
    return written["photos"], written["new"]


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "digits")
    photos, new = write_digits(target)
    print(f"Wrote {photos} pictures to {target / 'photos'} and {new} to {target / 'new'}.")
