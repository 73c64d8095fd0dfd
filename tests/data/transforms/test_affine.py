"""Rotation, shift, shear and zoom of one image, against SciPy and on the edges."""

import itertools

import numpy as np
import pytest
from scipy import ndimage

from saccade.data.transforms.affine import FILL_MODES, SCIPY_FILL_MODES, affine_matrix, warp
from saccade.data.transforms.random_light import apply_channel_shift
from saccade.data.transforms.random_moves import apply_affine_transform, flip_axis
from saccade.errors import InvalidArgument, ShapeError, UnknownName

PLACES = [
    {"theta": 23},
    {"tx": 7.25, "ty": -31.5},
    {"tx": 400, "ty": -1000.25},  # many images away
    {"shear": 12},
    {"zx": 0.6, "zy": 1.9},
    {"zx": 7, "zy": 9},
    {"theta": 90},
    {"theta": -140, "tx": 11, "ty": 3.3, "shear": -20, "zx": 1.3, "zy": 0.8},
]
NOTHING = {"theta": 0, "tx": 0, "ty": 0, "shear": 0, "zx": 1, "zy": 1}


def by_scipy(image_hwc, matrix, mode, cval, order):
    return np.stack(
        [
            ndimage.affine_transform(
                channel_hw, matrix[:2, :2], matrix[:2, 2], order=order, mode=mode, cval=cval
            )
            for channel_hw in np.moveaxis(image_hwc, -1, 0)
        ],
        axis=-1,
    )


def picture(shape, seed=1, dtype=np.float32) -> np.ndarray:
    """Smooth, as photographs are, with every value in [0, 255]."""
    noise = np.random.RandomState(seed).uniform(0, 255, shape)
    return ndimage.gaussian_filter(noise, (1, 1, 0), mode="reflect").astype(dtype)


@pytest.mark.parametrize("mode", FILL_MODES)
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_the_fast_way_is_scipys(mode, place):
    for shape in [(40, 50, 3), (31, 17, 1), (20, 20, 4), (24, 24, 2)]:
        image_hwc = picture(shape)
        matrix = affine_matrix(**(NOTHING | place), height=shape[0], width=shape[1])
        ours = warp(image_hwc, matrix, mode, 77.0)
        theirs = by_scipy(image_hwc, matrix, mode, 77.0, 1)
        assert ours.dtype == np.float32
        assert ours.shape == shape
        assert np.abs(ours - theirs).mean() < 2e-3, shape
        assert np.abs(ours - theirs).max() < 0.1, shape


@pytest.mark.parametrize("mode", [*FILL_MODES, *SCIPY_FILL_MODES])
def test_all_else_is_scipys_to_the_bit(mode):
    matrix = affine_matrix(20, 3, -2, 5, 0.9, 1.2, 12, 15)
    for order, dtype in itertools.product((0, 1, 2, 3, 4, 5), (np.uint8, np.float32, np.float64)):
        if order == 1 and dtype == np.float32:
            continue
        image_hwc = picture((12, 15, 3), dtype=dtype)
        ours = warp(image_hwc, matrix, mode, 9.0, order)
        assert ours.dtype == dtype
        np.testing.assert_array_equal(ours, by_scipy(image_hwc, matrix, mode, 9.0, order))


@pytest.mark.parametrize("mode", FILL_MODES)
@pytest.mark.parametrize(
    "shape", [(1, 1, 3), (1, 9, 3), (9, 1, 3), (2, 2, 3), (6, 7, 5), (3, 4, 0)]
)
def test_images_of_odd_sizes(mode, shape):
    image_hwc = picture(shape) if 0 not in shape else np.zeros(shape, np.float32)
    matrix = affine_matrix(10, 1, 1, 0, 1, 1, shape[0], shape[1])
    if 0 in shape:
        with pytest.raises(ShapeError, match="not empty"):
            warp(image_hwc, matrix, mode)
        return
    theirs = by_scipy(image_hwc, matrix, mode, 0.0, 1)
    np.testing.assert_allclose(warp(image_hwc, matrix, mode), theirs, atol=2e-3)


def test_wrap_has_the_period_of_scipy():
    """n - 1: places 0 to n - 1 stay; those above end in [0, n - 1), those below in (0, n - 1]."""
    row_hwc = np.arange(5, dtype=np.float32).reshape(1, 5, 1).repeat(2, axis=0)
    for ty, expected in {
        -5: [3, 4, 1, 2, 3],
        -1: [3, 0, 1, 2, 3],
        3: [3, 4, 1, 2, 3],
        4: [4, 1, 2, 3, 0],
        8.5: [0.5, 1.5, 2.5, 3.5, 0.5],
    }.items():
        matrix = np.array([[1.0, 0, 0], [0, 1, ty], [0, 0, 1]])
        np.testing.assert_allclose(warp(row_hwc, matrix, "wrap")[0, :, 0], expected, atol=1e-5)
        np.testing.assert_allclose(by_scipy(row_hwc, matrix, "wrap", 0, 1)[0, :, 0], expected)


def test_constant_begins_past_the_last_pixel_and_not_before():
    image_hwc = np.full((4, 4, 3), 50, np.float32)
    half = warp(image_hwc, np.array([[1.0, 0, 0.5], [0, 1, 0], [0, 0, 1]]), "constant", 200.0)
    assert (half[:3] == 50).all()
    assert (half[3] == 200).all()
    whole = warp(image_hwc, np.array([[1.0, 0, 1], [0, 1, -1], [0, 0, 1]]), "constant", 200.0)
    assert (whole[:3, 1:] == 50).all()
    assert (whole[3] == 200).all()
    assert (whole[:, 0] == 200).all()


def test_nothing_to_do_makes_no_matrix_and_no_copy():
    assert affine_matrix(**NOTHING, height=5, width=5) is None
    image_chw = picture((3, 6, 7))
    assert apply_affine_transform(image_chw) is image_chw


def test_the_input_stays_as_it_was_whatever_its_strides():
    image_hwc = picture((30, 40, 3))[::2, ::-1]
    before = image_hwc.copy()
    image_hwc.setflags(write=False)
    matrix = affine_matrix(30, 2, 2, 0, 1, 1, 15, 40)
    for mode in FILL_MODES:
        ours = warp(image_hwc, matrix, mode, 5.0)
        assert np.abs(ours - by_scipy(image_hwc, matrix, mode, 5.0, 1)).mean() < 2e-3
        assert not np.shares_memory(ours, image_hwc)
    np.testing.assert_array_equal(image_hwc, before)


@pytest.mark.parametrize("mode", FILL_MODES)
def test_wide_images_do_not_overflow_opencv(mode):
    image_hwc = np.arange(40_000, dtype=np.float32).reshape(1, -1, 1).repeat(2, axis=0)
    matrix = affine_matrix(0, 3, 0, 0, 1, 1, 2, 40_000)
    assert warp(image_hwc, matrix, mode)[0, 39_000, 0] == 39_003


def test_what_cannot_work_is_refused():
    image_hwc, matrix = picture((5, 5, 3)), np.eye(3)
    with pytest.raises(UnknownName, match='"nearest"'):
        warp(image_hwc, matrix, "nearst")
    for order in (-1, 6, 1.5, True, "linear"):
        with pytest.raises(InvalidArgument, match=r"interpolation_order.*0 to 5"):
            warp(image_hwc, matrix, order=order)
    with pytest.raises(ShapeError, match="HWC"):
        warp(image_hwc[0], matrix)
    for value in (np.nan, np.inf):
        with pytest.raises(InvalidArgument, match=r"finite.*zx="):
            affine_matrix(0, 0, 0, 0, value, 1, 5, 5)
    for axes in [(0, 0, 1), (0, 2, 1), (1, 2, 3), (-3, -2, -1)]:
        with pytest.raises(InvalidArgument, match="must be 0, 1"):
            apply_affine_transform(image_hwc, 5, 0, 0, 0, 1, 1, *axes)
    for axis in (-1, 3):  # Keras would hand back an image with its axes exchanged
        with pytest.raises(InvalidArgument, match="channel_axis must be from 0 to 2"):
            apply_channel_shift(image_hwc, 5, axis)
    with pytest.raises(ShapeError, match="3 axes"):
        apply_affine_transform(image_hwc[0], 5)


def test_flipping_twice_is_nothing():
    image_hwc = picture((5, 6, 3))
    for axis in (0, 1, 2):
        once = flip_axis(image_hwc, axis)
        assert not np.array_equal(once, image_hwc)
        np.testing.assert_array_equal(flip_axis(once, axis), image_hwc)
