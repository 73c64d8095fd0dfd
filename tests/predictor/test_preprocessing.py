"""Preprocessing: every picture becomes what the model was trained on, and nothing is guessed."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from saccade.data import UnreadableImage
from saccade.errors import FileFormatError, InvalidArgument, NoSuchFile, ShapeError
from saccade.predictor import Preprocessing

RAMP_HW = np.arange(6 * 8, dtype=np.uint8).reshape(6, 8) * 5


def test_it_travels_as_plain_words():
    given = Preprocessing((20, 30), "grayscale", "nearest", exif=False, rescale=0.5)
    assert given.to_dict() == {
        "target_size": [20, 30],
        "color_mode": "grayscale",
        "interpolation": "nearest",
        "exif": False,
        "rescale": 0.5,
    }
    assert Preprocessing.from_dict(given.to_dict()) == given
    assert given.image_shape == (20, 30, 1)


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"color_mode": "rgb"},
        {"target_size": [28, 28], "sharpen": 2},
        {"target_size": [28, 0]},
        {"target_size": [28, 28], "color_mode": "grey"},
        {"target_size": [28, 28], "interpolation": "spline"},
        {"target_size": [28, 28], "color_mode": "rgba"},
    ],
)
def test_a_record_that_cannot_be_obeyed_is_refused(record):
    with pytest.raises(FileFormatError, match="preprocessing"):
        Preprocessing.from_dict(record)


def test_pixels_are_kept_when_the_size_fits_and_scaled_to_one(tmp_path):
    Image.fromarray(RAMP_HW).save(tmp_path / "x.png")
    preprocessing = Preprocessing((6, 8), "grayscale")
    image_hwc = preprocessing.read(tmp_path / "x.png")
    assert image_hwc.dtype == np.uint8
    assert np.array_equal(image_hwc[:, :, 0], RAMP_HW)
    x = preprocessing.scale(image_hwc)
    assert str(x.dtype) == "torch.float32"
    assert np.allclose(x.numpy(), image_hwc / 255, atol=1e-7)


@pytest.mark.parametrize("color_mode", ["grayscale", "rgb"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_an_array_is_read_as_the_file_it_would_be(tmp_path, color_mode, mode):
    stream = np.random.default_rng(0)
    channels = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
    array = stream.integers(0, 256, (9, 7, *channels), dtype=np.uint8)
    Image.fromarray(array).save(tmp_path / "x.png")
    preprocessing = Preprocessing((5, 6), color_mode)
    from_file, from_array = preprocessing.read(tmp_path / "x.png"), preprocessing.read(array)
    assert from_file.shape == preprocessing.image_shape
    assert np.array_equal(from_file, from_array)


@pytest.mark.parametrize("color_mode", ["grayscale", "rgb"])
def test_sixteen_bits_are_scaled_down_not_cut_off(tmp_path, color_mode):
    deep = (RAMP_HW.astype(np.uint16)) * 257
    Image.fromarray(deep).save(tmp_path / "deep.png")
    preprocessing = Preprocessing((6, 8), color_mode)
    for picture in (tmp_path / "deep.png", deep):
        image_hwc = preprocessing.read(picture)
        assert image_hwc.shape == preprocessing.image_shape
        assert np.array_equal(image_hwc[:, :, -1], RAMP_HW)


def test_a_photo_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn by 90 degrees
    Image.fromarray(RAMP_HW).save(tmp_path / "x.png", exif=exif)
    upright = Preprocessing((8, 6), "grayscale").read(tmp_path / "x.png")[:, :, 0]
    assert np.array_equal(upright, np.rot90(RAMP_HW, -1))
    as_stored = Preprocessing((6, 8), "grayscale", exif=False).read(tmp_path / "x.png")[:, :, 0]
    assert np.array_equal(as_stored, RAMP_HW)


def test_float_arrays_are_refused_because_their_range_is_unknown():
    with pytest.raises(InvalidArgument, match="uint8"):
        Preprocessing((6, 8)).read(RAMP_HW / 255)


@pytest.mark.parametrize("shape", [(4,), (4, 4, 2), (2, 4, 4, 3)])
def test_arrays_of_other_shapes_are_refused(shape):
    with pytest.raises(ShapeError, match="channels last"):
        Preprocessing((6, 8)).read(np.zeros(shape, np.uint8))


def test_files_that_cannot_be_read_raise(tmp_path):
    (tmp_path / "x.png").write_bytes(b"nothing")
    with pytest.raises(UnreadableImage):
        Preprocessing((6, 8)).read(tmp_path / "x.png")
    with pytest.raises(NoSuchFile):
        Preprocessing((6, 8)).read(tmp_path / "y.png")


def test_a_mode_prepares_as_the_network_asks():
    image_hwc = np.array([[[10, 20, 30]]], np.uint8)
    preprocessing = Preprocessing((1, 1), rescale=1.0, mode="caffe")
    scaled = preprocessing.scale(preprocessing.read(image_hwc))
    assert scaled.flatten().tolist() == pytest.approx([30 - 103.939, 20 - 116.779, 10 - 123.68])
    assert Preprocessing.from_dict(preprocessing.to_dict()) == preprocessing
    assert preprocessing.to_dict()["mode"] == "caffe"
    assert "mode" not in Preprocessing((1, 1)).to_dict()  # as older versions know it


def test_whether_it_looks_in_a_mirror_travels_only_where_it_does():
    mirrored = Preprocessing((1, 1), mirrored=True)
    assert Preprocessing.from_dict(mirrored.to_dict()).mirrored
    assert "mirrored" not in Preprocessing((1, 1)).to_dict()  # as older versions know it


def test_modes_that_cannot_work_are_refused():
    with pytest.raises(InvalidArgument, match='Did you mean "caffe"'):
        Preprocessing((1, 1), mode="cafe")
    with pytest.raises(InvalidArgument, match="made for rgb"):
        Preprocessing((1, 1), "grayscale", mode="caffe")
    with pytest.raises(FileFormatError, match="mode"):
        Preprocessing.from_dict({"target_size": [1, 1], "mode": "new"})
