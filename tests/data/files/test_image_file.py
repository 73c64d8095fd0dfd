"""The errors and notes of load_img and its three siblings; tests/parity holds their pixels."""

import numpy as np
import pytest

from saccade import notes
from saccade.errors import ShapeError, UnknownName
from saccade.preprocessing.image import array_to_img, img_to_array, load_img, save_img


def test_a_saved_picture_comes_back(tmp_path):
    x = np.random.RandomState(1).randint(0, 256, (4, 5, 3)).astype("float32")
    save_img(tmp_path / "x.png", x, scale=False)
    assert np.array_equal(img_to_array(load_img(tmp_path / "x.png")), x)


def test_pillow_s_options_reach_the_file(tmp_path):
    x = np.random.RandomState(2).randint(0, 256, (40, 50, 3))
    for quality in (10, 95):
        save_img(tmp_path / f"{quality}.jpg", x, scale=False, quality=quality)
    assert (tmp_path / "10.jpg").stat().st_size < (tmp_path / "95.jpg").stat().st_size / 2


def test_an_alpha_channel_does_not_fit_into_a_jpeg(tmp_path, caplog):
    notes.forget_notes()
    save_img(tmp_path / "x.jpg", np.zeros((4, 5, 4)))
    assert "alpha" in caplog.text
    assert load_img(tmp_path / "x.jpg").mode == "RGB"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: array_to_img(np.zeros((4, 5))), ShapeError),
        (lambda: array_to_img(np.zeros((4, 5, 2))), ShapeError),
        (lambda: img_to_array(np.zeros(3)), ShapeError),
        (lambda: array_to_img(np.zeros((4, 5, 3)), data_format="NHWC"), UnknownName),
    ],
)
def test_arrays_that_are_no_pictures(call, error):
    with pytest.raises(error):
        call()
