"""The demo's pictures are the digits that scikit-learn ships, none lost, none in both folders."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits


def test_every_digit_is_written_once_and_keeps_its_values(tmp_path, root):
    script = root / "scripts" / "write_digits.py"
    (tmp_path / "photos" / "0").mkdir(parents=True)
    (tmp_path / "photos" / "0" / "stale.png").touch()
    subprocess.run([sys.executable, script, tmp_path], check=True, capture_output=True)
    digits = load_digits()
    paths = {int(p.stem): p for p in tmp_path.glob("*/?/*.png")}
    assert sorted(paths) == list(range(1797))
    assert len(list(tmp_path.glob("new/?/*.png"))) == 355
    for number in (0, 4, 900, 1796):
        path = paths[number]
        assert path.parent.name == str(digits.target[number])
        with Image.open(path) as image:
            assert image.mode == "L"
            image_hw = np.asarray(image)
        np.testing.assert_allclose(image_hw * (16 / 255), digits.images[number], atol=16 / 255 / 2)
        assert image_hw.max() == np.rint(digits.images[number].max() * 255 / 16)
