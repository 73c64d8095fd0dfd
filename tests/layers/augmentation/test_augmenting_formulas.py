"""What augmenting layers compute with, held to SciPy, Pillow and the standard library."""

import colorsys

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from saccade import layers
from saccade.numerics.images.colors import gray_of, hsv_to_rgb, rgb_to_hsv
from saccade.numerics.images.histograms import equalized
from saccade.numerics.images.warping import perspective_maps, rotation_maps, warp_nhwc

ndimage = pytest.importorskip("scipy.ndimage")
MODES = {
    "reflect": "reflect",
    "wrap": "grid-wrap",
    "nearest": "nearest",
    "constant": "grid-constant",
}


def bytes_hwc(seed, shape=(9, 12, 3)):
    return np.random.RandomState(seed).randint(0, 256, shape).astype(np.uint8)


@pytest.mark.parametrize("fill_mode", MODES)
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
@pytest.mark.parametrize("size", [(5, 8), (6, 7), (1, 4), (1, 1)], ids=str)
def test_any_map_is_scipys(fill_mode, interpolation, size):
    """Far beyond the border too: each mode goes on for ever."""
    stream = np.random.RandomState(3)
    images = stream.uniform(0, 1, (4, *size, 2)).astype(np.float32)
    maps = stream.uniform(-1.5, 1.5, (4, 8)).astype(np.float32)
    maps[:, [2, 5]] *= 9
    maps[:, 6:] = stream.uniform(0, 0.02, (4, 2))
    got = warp_nhwc(torch.tensor(images), torch.tensor(maps), interpolation, fill_mode, 0.25)
    y, x = np.mgrid[: size[0], : size[1]]
    for image, numbers, mine in zip(images, maps.astype(float), got.numpy(), strict=True):
        a0, a1, a2, b0, b1, b2, c0, c1 = numbers
        k = c0 * x + c1 * y + 1
        places = [(b0 * x + b1 * y + b2) / k, (a0 * x + a1 * y + a2) / k]
        for channel in range(2):
            expected = ndimage.map_coordinates(
                image[..., channel].astype(float),
                places,
                order=int(interpolation == "bilinear"),
                mode=MODES[fill_mode],
                cval=0.25,
            )
            np.testing.assert_allclose(mine[..., channel], expected, atol=1e-4)


def test_whole_turns_change_nothing_and_quarters_add_up():
    x_nhwc = torch.rand(1, 8, 8, 3, generator=torch.Generator().manual_seed(1))
    quarter = rotation_maps(torch.tensor([90.0]), 8, 8)
    turned = x_nhwc
    for _ in range(4):
        turned = warp_nhwc(turned, quarter)
    torch.testing.assert_close(turned, x_nhwc, atol=1e-5, rtol=0)
    whole = rotation_maps(torch.tensor([360.0]), 8, 8)
    torch.testing.assert_close(warp_nhwc(x_nhwc, whole), x_nhwc, atol=1e-5, rtol=0)


def test_perspective_leads_each_end_to_its_start():
    stream = torch.Generator().manual_seed(2)
    start = torch.tensor([[0.0, 0], [30, 0], [0, 20], [30, 20]]).repeat(5, 1, 1)
    end = start + torch.rand(start.shape, generator=stream) * 8 - 4
    a0, a1, a2, b0, b1, b2, c0, c1 = perspective_maps(start, end).T[..., None]
    x, y = end.unbind(-1)
    k = c0 * x + c1 * y + 1
    back = torch.stack(((a0 * x + a1 * y + a2) / k, (b0 * x + b1 * y + b2) / k), -1)
    torch.testing.assert_close(back, start, atol=1e-3, rtol=0)


def test_hue_saturation_and_value_are_those_of_the_standard_library():
    pixels = np.concatenate([np.random.RandomState(1).rand(300, 3), np.eye(3), np.zeros((1, 3)),
                             np.ones((1, 3)), [[0.5, 0.5, 0.2], [0.2, 0.5, 0.5]]])  # fmt: skip
    rgb = torch.tensor(pixels, dtype=torch.float32)[None, None]
    hsv = rgb_to_hsv(rgb)
    expected = np.array([colorsys.rgb_to_hsv(*pixel) for pixel in pixels])
    np.testing.assert_allclose(hsv[0, 0], expected, atol=1e-5)
    np.testing.assert_allclose(hsv_to_rgb(hsv), rgb, atol=1e-6)
    np.testing.assert_allclose(hsv_to_rgb(hsv + torch.tensor([2.0, 0, 0])), rgb, atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_tones_are_pillows(seed):
    x = bytes_hwc(seed) // 2 + 20
    image = Image.fromarray(x)
    bits = torch.tensor([8 - 3])
    layers_and_pictures = [
        (layers.AutoContrast()(x), ImageOps.autocontrast(image)),
        (layers.RandomInvert((1.0, 1.0))(x), ImageOps.invert(image)),
        (layers.RandomPosterization(4).transform_images(x, {"shift_factor": bits}),
         ImageOps.posterize(image, 3)),
        (layers.Solarization().transform_images(
            x, {"additions": torch.tensor(0.0), "thresholds": torch.tensor(90.0)}),
         ImageOps.solarize(image, 90)),
    ]  # fmt: skip
    for mine, picture in layers_and_pictures:
        assert np.abs(np.floor(np.asarray(mine)) - np.asarray(picture)).max() <= 1
    gray = np.asarray(image.convert("L"), dtype=float)
    assert np.abs(gray_of(torch.tensor(x).float())[..., 0].numpy() - gray).max() < 1


def test_equalized_values_are_about_equally_frequent():
    x = (np.random.RandomState(1).rand(2, 64, 64, 3) ** 1.5 * 200).astype(np.float32)
    y = equalized(torch.tensor(x), 256).numpy()
    for image in y:
        for channel in np.moveaxis(image, -1, 0):
            assert np.histogram(channel, 4, (0, 255))[0].max() < 64 * 64 / 4 * 1.25
            assert channel.min() == 0
            assert channel.max() == 255
    order = np.argsort(x[0, ..., 0].ravel())
    assert (np.diff(y[0, ..., 0].ravel()[order]) >= 0).all()  # the darker stays the darker
