"""An older OpenCV in our place is said, and photos are then left to Pillow."""

import numpy as np
import pytest
from PIL import Image

from saccade import notes
from saccade.data import decode
from saccade.data.files.jpeg import decode_jpeg
from saccade.data.files.opencv import opencv


@pytest.fixture
def old_opencv(monkeypatch):
    import cv2

    monkeypatch.setattr(cv2, "__version__", "4.9.0")
    monkeypatch.delattr(cv2, "IMREAD_COLOR_RGB")
    notes.forget_notes()
    opencv.cache_clear()
    yield
    opencv.cache_clear()


def test_the_note_and_the_way_round(old_opencv, tmp_path, caplog):
    path = tmp_path / "1.jpg"
    pixels = np.random.RandomState(0).randint(0, 256, (20, 30, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(path)
    assert decode_jpeg(path.read_bytes(), None) is None
    assert np.array_equal(decode(path), np.asarray(Image.open(path)))
    assert "OpenCV 4.9.0" in caplog.text
    assert "headless>=5" in caplog.text
