"""Light, focus and noise of one image: each against its law, Pillow or SciPy."""

import doctest
import importlib
import pkgutil

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from scipy import ndimage

import saccade.data.transforms as transforms
from saccade.data.transforms.focus import blur, sharpen
from saccade.data.transforms.light import brighten, change_contrast, shift_channels
from saccade.data.transforms.noise import add_noise
from saccade.errors import ShapeError
from saccade.notes import forget_notes

MODULES = [module.name for module in pkgutil.iter_modules(transforms.__path__)]


def picture(shape=(23, 31, 3), seed=1) -> np.ndarray:
    return np.random.RandomState(seed).uniform(0, 255, shape).astype(np.float32)


@pytest.mark.parametrize(
    "name", [*(f"transforms.{module}" for module in MODULES), "generator.augmentation"]
)
def test_the_examples_of_a_module(name):
    result = doctest.testmod(importlib.import_module(f"saccade.data.{name}"))
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_brightness_is_pillows_to_the_bit(mode):
    channels = len(mode)
    byte_hwc = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(channels, axis=2)
    image = Image.fromarray(byte_hwc[..., 0] if channels == 1 else byte_hwc)
    factors = [0, 1e-3, 0.1, 0.5, 0.999, 1, 1.001, 1.1, 2, 17.5, -0.5]
    factors += list(np.random.RandomState(2).uniform(0, 2, 200))
    for factor in factors:
        theirs = np.asarray(ImageEnhance.Brightness(image).enhance(factor)).reshape(byte_hwc.shape)
        ours = brighten(byte_hwc.astype(np.float32), factor)
        assert ours.dtype == np.float32
        np.testing.assert_array_equal(ours, theirs, err_msg=str(factor))


def test_brightness_cuts_and_stretches_and_comes_back():
    assert brighten(np.full((1, 1, 1), 10.9, np.float32), 1.0).item() == 10
    wide_hwc = np.array([-100.0, 0.0, 300.0], np.float32).reshape(1, 3, 1)
    np.testing.assert_allclose(brighten(wide_hwc, 1.0).ravel(), [-100, -1.17647, 300], atol=1e-4)
    np.testing.assert_array_equal(brighten(wide_hwc, 1.0, scale=True).ravel(), [0, 63, 255])
    flat_hwc = np.full((2, 2, 1), 400.0, np.float32)  # no span to stretch
    np.testing.assert_array_equal(brighten(flat_hwc, 0.5), flat_hwc)


def test_brightness_says_so_where_it_makes_an_image_black(caplog):
    forget_notes()
    black_hwc, unit_hwc = np.zeros((4, 4, 3), np.float32), picture() / 255
    brighten(black_hwc, 1.2)
    brighten(picture(), 1.2)
    brighten(unit_hwc, 1.2, scale=True)
    assert not caplog.records
    assert (brighten(unit_hwc, 0.9) == 0).all()
    assert "rescale=1/255" in caplog.text


def test_brightness_refuses_what_is_no_picture():
    for shape in [(3, 3), (3, 3, 2), (3, 3, 5)]:
        with pytest.raises(ShapeError, match="1, 3 or 4 channels"):
            brighten(np.zeros(shape, np.float32), 1.0)


def test_channel_shift_stays_between_the_images_extremes():
    image_hwc = np.array([[[10, 20, 30], [40, 50, 60]]], np.float32)
    np.testing.assert_array_equal(
        shift_channels(image_hwc, np.float64(25)), [[[35, 45, 55], [60, 60, 60]]]
    )
    assert shift_channels(image_hwc, np.float64(25)).dtype == np.float32
    assert shift_channels(image_hwc, -25).min() == 10


def test_contrast_keeps_the_mean_grey_and_spreads_the_rest():
    image_hwc = picture() / 4 + 96
    mean = float((image_hwc.astype(np.float64) @ [0.299, 0.587, 0.114]).mean())
    for factor in (0, 0.5, 1, 1.5):
        expected = mean + factor * (image_hwc.astype(np.float64) - mean)
        np.testing.assert_allclose(change_contrast(image_hwc, factor), expected, atol=1e-3)
    assert change_contrast(picture(), 5).min() == 0
    assert change_contrast(picture(), 5).max() == 255
    grey_hwc = picture((5, 5, 1))
    assert np.ptp(change_contrast(grey_hwc, 0.0)) == 0
    assert change_contrast(grey_hwc, 0.0).mean() == pytest.approx(grey_hwc.mean(), abs=1e-3)
    high_hwc = picture() * 2
    assert change_contrast(high_hwc, 3).max() == high_hwc.max()  # its own maximum is above 255


@pytest.mark.parametrize("shape", [(23, 31, 3), (20, 20, 1), (9, 8, 2), (12, 12, 5), (1, 4, 3)])
@pytest.mark.parametrize("sigma_px", [0.1, 0.4, 1.0, 2.7, 9.0])
def test_blur_is_the_bell_curve(shape, sigma_px):
    image_hwc = picture(shape)
    ours = blur(image_hwc, sigma_px)
    theirs = ndimage.gaussian_filter(image_hwc.astype(np.float64), (sigma_px, sigma_px, 0))
    assert ours.shape == shape
    assert ours.dtype == np.float32
    assert not np.shares_memory(ours, image_hwc)
    np.testing.assert_allclose(ours, theirs, atol=2e-3)


def test_sharpening_adds_what_a_blur_takes():
    image_hwc = picture() / 4 + 96
    for amount in (0, 0.5, 1.0):
        expected = image_hwc + amount * (image_hwc - blur(image_hwc, 1.0))
        np.testing.assert_allclose(sharpen(image_hwc, amount), expected, atol=1e-3)
    sharp = sharpen(picture(), 3.0)
    assert sharp.min() == 0
    assert sharp.max() == 255


def test_noise_is_its_seeds_and_nobody_elses():
    grey_hwc = np.full((100, 100, 3), 128, np.float32)
    before = np.random.get_state()[1].copy()
    noisy = add_noise(grey_hwc, 10.0, 3)
    np.testing.assert_array_equal(noisy, add_noise(grey_hwc, 10.0, 3))
    assert not np.array_equal(noisy, add_noise(grey_hwc, 10.0, 4))
    assert noisy.std() == pytest.approx(10, rel=0.02)
    assert noisy.mean() == pytest.approx(128, abs=0.2)
    assert abs(np.corrcoef(noisy[..., 0].ravel(), noisy[..., 1].ravel())[0, 1]) < 0.05
    assert add_noise(picture(), 300.0, 1).min() == 0
    assert add_noise(picture(), 300.0, 1).max() == 255
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    assert (grey_hwc == 128).all()


def test_noise_in_grey_levels_drowns_images_up_to_one(caplog):
    forget_notes()
    add_noise(picture() / 255, 0.1, 1)
    add_noise(picture(), 20.0, 1)
    assert "grey levels" not in caplog.text
    add_noise(picture() / 255, 20.0, 1)
    assert "noise_range is in grey levels" in caplog.text
