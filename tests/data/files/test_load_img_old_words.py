"""load_img as Keras 2 was called: grayscale=True, or True in second place."""

from __future__ import annotations

import numpy as np
from PIL import Image

from saccade.utils import load_img


def test_grayscale_is_a_word_for_the_color_mode(tmp_path, caplog):
    pixels = np.random.RandomState(0).randint(0, 256, (4, 6, 3), "uint8")
    Image.fromarray(pixels).save(tmp_path / "a.png")
    path = tmp_path / "a.png"
    expected = np.asarray(load_img(path, color_mode="grayscale", target_size=(2, 3)))
    assert "grayscale" not in caplog.text
    for found in (load_img(path, grayscale=True, target_size=(2, 3)), load_img(path, True, (2, 3))):
        assert found.mode == "L"
        np.testing.assert_array_equal(np.asarray(found), expected)
    assert load_img(path, False).mode == load_img(path, grayscale=False).mode == "RGB"
