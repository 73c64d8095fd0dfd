"""Convolution: the lesson's examples, dtypes, bands of rows, speed, and what is refused."""

from __future__ import annotations

import time

import numpy as np
import pytest
import scipy.signal
from numpy.testing import assert_allclose, assert_array_equal

from saccade.errors import InvalidArgument, ShapeError, UnknownName
from saccade.numerics.convolution.first_principles import BAND_BYTES, convolve, convolve2d

LESSON_IMAGE = [
    [1, 1, 1, 0, 0],
    [0, 1, 1, 1, 0],
    [0, 0, 1, 1, 1],
    [0, 0, 1, 1, 0],
    [0, 1, 1, 0, 0],
]
LESSON_KERNEL = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]


def test_the_lesson_s_example():
    assert_array_equal(convolve2d(LESSON_IMAGE, LESSON_KERNEL), [[4, 3, 4], [2, 4, 3], [2, 3, 4]])


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "float32", "float64"])
def test_nothing_wraps_around_and_the_result_is_float64(dtype):
    brightest = 127 if dtype == "int8" else 255
    image = np.full((3, 4), brightest, dtype)
    for weight, kind in ((-1, "int8"), (200, "uint8")):
        result = convolve2d(image, np.full((3, 1), weight, kind))
        assert result.dtype == np.float64
        assert_array_equal(result, np.full((1, 4), 3 * weight * brightest))
    line = convolve(image[0], np.array([200, 200], "uint8"))
    assert line.dtype == np.float64
    assert_array_equal(line, [400 * brightest] * 3)


def test_images_of_true_and_false_count():
    assert convolve2d(np.eye(3, dtype=bool), np.ones((3, 3), bool)).item() == 3


def test_the_arguments_are_left_alone():
    image, kernel = np.ones((4, 4)), np.ones((2, 2))
    for padding in ("valid", "same"):
        convolve2d(image, kernel, padding=padding)[:] = 7
    assert image.sum() == 16
    assert kernel.sum() == 4


@pytest.mark.parametrize("strides", [1, 2, (3, 1)])
@pytest.mark.parametrize("kernel_shape", [(3, 3), (4, 2)])
def test_an_image_of_many_bands_has_no_seams(strides, kernel_shape):
    random = np.random.default_rng(5)
    image, kernel = random.normal(size=(400, 2000)), random.normal(size=kernel_shape)
    down, across = (strides, strides) if isinstance(strides, int) else strides
    assert image[::down, ::across].nbytes > 1.5 * BAND_BYTES
    expected = scipy.signal.correlate2d(image, kernel, "valid")[::down, ::across]
    assert_allclose(convolve2d(image, kernel, strides), expected, atol=1e-12)


def test_rows_longer_than_a_band_are_still_convolved():
    image = np.ones((3, BAND_BYTES // 8 + 10))
    assert (convolve2d(image, np.ones((2, 2))) == 4).all()


def test_a_photo_takes_no_longer_than_a_blink():
    # 3 megapixels take about 0.1 s; a loop over the pixels would take 10 s.
    image = np.zeros((1500, 2000), np.uint8)
    start_s = time.process_time()
    convolve2d(image, np.ones((3, 3)))
    assert time.process_time() - start_s < 2


def test_an_even_kernel_with_same_padding_looks_right_and_down():
    assert_array_equal(
        convolve2d([[1, 2], [3, 4]], [[0, 0], [0, 1]], padding="SAME"), [[4, 0], [0, 0]]
    )


def test_a_kernel_larger_than_the_image_fits_with_same_padding():
    assert_array_equal(convolve2d([[2]], np.ones((3, 3)), padding="same"), [[2]])


def test_what_is_not_a_number_stays_where_the_kernel_saw_it():
    image = np.zeros((4, 5))
    image[0, 0] = np.nan
    assert np.isnan(convolve2d(image, np.zeros((2, 2)))).sum() == 1


def test_weights_longer_than_the_sequence_are_refused_with_both_lengths():
    message = "convolve: the weights must not be longer than the sequence, got 3 weights for a s"
    with pytest.raises(ShapeError, match=message):
        convolve([1, 2], [1, 2, 3])


@pytest.mark.parametrize(
    ("sequence", "weights", "named"),
    [
        ([], [1], r"the sequence must be \(n,\) and not empty, got shape \(0,\)"),
        ([1], [], r"the weights must be \(k,\) and not empty"),
        ([[1, 2]], [1], r"the sequence must be \(n,\) .* shape \(1, 2\)"),
        ([1, 2], 1, r"the weights must be \(k,\) .* shape \(\)"),
    ],
)
def test_sequences_have_one_axis_and_something_on_it(sequence, weights, named):
    with pytest.raises(ShapeError, match=named):
        convolve(sequence, weights)


@pytest.mark.parametrize("bad", ["abc", ["a"], None, [None], [1, [2]], [1j], {"a": 1}])
def test_what_is_not_numbers_is_refused(bad):
    with pytest.raises(InvalidArgument, match="the sequence must be an array of real numbers"):
        convolve(bad, [1])
    with pytest.raises(InvalidArgument, match="the kernel must be an array of real numbers"):
        convolve2d([[1]], bad)


@pytest.mark.parametrize(
    ("image", "kernel", "named"),
    [
        (np.ones(4), np.ones((1, 1)), r"the image must be \(H, W\) or \(H, W, C\)"),
        (np.ones((1, 4, 4, 3)), np.ones((1, 1)), r"the image must be .* shape \(1, 4, 4, 3\)"),
        (np.ones((0, 4)), np.ones((1, 1)), "the image must be .* not empty"),
        (np.ones((4, 4)), np.ones(3), r"the kernel must be \(kh, kw\) or \(kh, kw, C\)"),
        (np.ones((4, 4)), np.ones((3, 3, 1)), r"a kernel \(3, 3, 1\) for an image \(4, 4\)"),
        (np.ones((4, 4, 3)), np.ones((3, 3, 4)), r"a kernel with channels .* \(3, 3, 4\)"),
        (np.ones((2, 9)), np.ones((3, 3)), "convolve2d, height: the kernel must fit"),
        (np.ones((9, 2)), np.ones((3, 3)), "convolve2d, width: .* kernel of 3 for an input of 2"),
    ],
)
def test_images_and_kernels_that_do_not_fit_together_are_refused(image, kernel, named):
    with pytest.raises(ShapeError, match=named):
        convolve2d(image, kernel)


def test_wrong_strides_and_padding_are_refused():
    image, kernel = np.ones((4, 4)), np.ones((2, 2))
    with pytest.raises(InvalidArgument, match="convolve2d: strides must be a positive integer"):
        convolve2d(image, kernel, strides=0)
    with pytest.raises(UnknownName, match="convolve2d padding: must be one of same, valid"):
        convolve2d(image, kernel, padding="full")
    with pytest.raises(InvalidArgument, match="padding must be an integer of at least 0, got -1"):
        convolve2d(image, kernel, padding=-1)
