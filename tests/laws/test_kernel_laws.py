"""What the kernels do to images, in words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from laws.drawn import images, law, whole_numbers
from saccade.numerics.convolution.first_principles import convolve2d
from saccade.numerics.convolution.kernels import (
    HORIZONTAL_CONTOURS,
    VERTICAL_CONTOURS,
    box,
    gaussian,
    sharpen,
)

edges = st.integers(2, 9)
sizes = st.integers(1, 7)
sigmas = st.one_of(st.none(), st.floats(0.05, 20))


def step(column: int, dark: int, bright: int) -> np.ndarray:
    """A 10 x 12 image, dark before the column and bright from it on."""
    image_hw = np.full((10, 12), dark)
    image_hw[:, column:] = bright
    return image_hw


@law
@given(edges, whole_numbers, st.integers(1, 100))
def test_an_upright_edge_gives_one_upright_line(column, dark, height):
    # The kernel's middle stands left or right of the edge: a line two pixels wide, 1 + 2 + 1
    # times the edge's height. One row and column of the image have no place for a middle.
    expected = np.zeros((8, 10))
    expected[:, column - 2 : column] = 4 * height
    image_hw = step(column, dark, dark + height)
    assert_array_equal(convolve2d(image_hw, VERTICAL_CONTOURS), expected)
    assert_array_equal(convolve2d(image_hw, HORIZONTAL_CONTOURS), np.zeros((8, 10)))


@law
@given(edges, whole_numbers, whole_numbers)
def test_a_lying_edge_is_an_upright_one_on_its_side(column, left, right):
    image_hw = step(column, left, right)
    upright = convolve2d(image_hw, VERTICAL_CONTOURS)
    assert_array_equal(convolve2d(image_hw.T, HORIZONTAL_CONTOURS), upright.T)


@law
@given(images, whole_numbers)
def test_contours_do_not_see_brightness(image, more):
    for kernel in (HORIZONTAL_CONTOURS, VERTICAL_CONTOURS):
        assert_array_equal(convolve2d(image + more, kernel), convolve2d(image, kernel))


@pytest.mark.parametrize("kernel", [HORIZONTAL_CONTOURS, VERTICAL_CONTOURS])
def test_a_constant_image_has_no_contours(kernel):
    assert not convolve2d(np.full((6, 7), 200, np.uint8), kernel).any()


@law
@given(st.sampled_from([box, gaussian]), sizes, sizes, whole_numbers)
def test_blurs_keep_a_constant(blur, height, width, level):
    blurred = convolve2d(np.full((8, 8), level), blur((height, width)))
    assert_allclose(blurred, level, rtol=1e-12)


@law
@given(st.floats(0, 10), whole_numbers)
def test_sharpening_keeps_a_constant(amount, level):
    assert_allclose(convolve2d(np.full((5, 5), level), sharpen(amount)), level, rtol=1e-12)


@law
@given(images, st.floats(0, 4))
def test_sharpening_moves_a_pixel_away_from_the_mean_of_its_neighbours(image, amount):
    inner = image[1:-1, 1:-1]
    neighbours = (image[:-2, 1:-1] + image[2:, 1:-1] + image[1:-1, :-2] + image[1:-1, 2:]) / 4
    expected = inner + 4 * amount * (inner - neighbours)
    assert_allclose(convolve2d(image, sharpen(amount)), expected, atol=1e-9)


@law
@given(sizes, sizes, sigmas)
def test_gaussian_weights_sum_to_one_and_are_symmetric(height, width, sigma):
    kernel = gaussian((height, width), sigma)
    assert_allclose(kernel.sum(), 1, rtol=1e-12)
    assert_allclose(kernel, kernel[::-1, ::-1], rtol=1e-12)


@law
@given(images, st.integers(1, 5), sigmas)
def test_a_gaussian_is_one_blur_down_and_one_across(image, size, sigma):
    down = gaussian(size, sigma).sum(axis=1, keepdims=True)
    across = gaussian(size, sigma).sum(axis=0, keepdims=True)
    twice = convolve2d(convolve2d(image, down), across)
    assert_allclose(convolve2d(image, gaussian(size, sigma)), twice, atol=1e-9)


@law
@given(st.integers(2, 7), st.floats(0.3, 5), st.floats(1.1, 3))
def test_a_wider_bell_blurs_more(size, sigma, factor):
    assert gaussian(size, sigma * factor).max() <= gaussian(size, sigma).max() + 1e-15


def test_neighbouring_gaussian_weights_stand_in_the_ratio_of_the_density():
    middle_row = gaussian(5, sigma=1.5)[2]
    ratios = middle_row[2:] / middle_row[2]
    assert_allclose(ratios, np.exp(-np.array([0, 1, 4]) / (2 * 1.5**2)), rtol=1e-12)
