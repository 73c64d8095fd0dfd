"""Kernels: the lesson's numbers, constants that stay constant, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from saccade.errors import InvalidArgument
from saccade.numerics.convolution import kernels
from saccade.numerics.convolution.kernels import box, gaussian, sharpen


def test_the_lesson_s_two_matrices():
    assert_array_equal(kernels.HORIZONTAL_CONTOURS, [[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    assert_array_equal(kernels.VERTICAL_CONTOURS, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def test_every_constant_is_read_only():
    constants = {n: v for n, v in vars(kernels).items() if isinstance(v, np.ndarray)}
    assert {"SMOOTH", "SLOPE", "HORIZONTAL_CONTOURS", "VERTICAL_CONTOURS"} <= set(constants)
    for constant in constants.values():
        with pytest.raises(ValueError, match="read-only"):
            constant[...] = 0


def test_made_kernels_are_the_caller_s_own():
    sharpen()[...] = 0
    assert sharpen().sum() == 1


def test_a_box_is_a_mean_of_any_rectangle():
    assert_array_equal(box((1, 4)), [[0.25] * 4])
    assert_allclose(box(3), np.full((3, 3), 1 / 9))


def test_a_gaussian_of_three_comes_near_the_binomial_one():
    assert_allclose(gaussian(3), np.outer([1, 2, 1], [1, 2, 1]) / 16, atol=0.03)


def test_the_gaussian_s_own_sigma_grows_with_the_size_of_each_axis():
    assert_allclose(gaussian((3, 9))[1] / gaussian((3, 9))[1].sum(), gaussian((1, 9))[0])
    assert_allclose(gaussian((1, 7)), gaussian((1, 7), sigma=0.3 * ((7 - 1) * 0.5 - 1) + 0.8))


@pytest.mark.parametrize("sigma", [1e-200, 1e-3])
def test_the_narrowest_bell_is_the_middle_alone(sigma):
    assert_array_equal(gaussian(3, sigma), [[0, 0, 0], [0, 1, 0], [0, 0, 0]])
    assert_array_equal(gaussian(2, sigma), box(2))


def test_the_widest_bell_is_a_box():
    assert_allclose(gaussian(3, 1e200), box(3))


def test_sharpening_by_nothing_changes_nothing():
    assert_array_equal(sharpen(0), [[0, 0, 0], [0, 1, 0], [0, 0, 0]])


def test_the_usual_sharpening():
    assert_array_equal(sharpen(), [[0, -1, 0], [-1, 5, -1], [0, -1, 0]])


@pytest.mark.parametrize("sigma", [0, -1, float("nan"), float("inf"), "1", True])
def test_a_sigma_that_is_no_width_is_refused(sigma):
    with pytest.raises(InvalidArgument, match="gaussian: sigma must be a number above 0"):
        gaussian(3, sigma)


@pytest.mark.parametrize("amount", [-0.1, float("nan"), None])
def test_an_amount_that_cannot_sharpen_is_refused(amount):
    with pytest.raises(InvalidArgument, match="sharpen: amount must be a number of at least 0"):
        sharpen(amount)


@pytest.mark.parametrize("make", [box, gaussian])
@pytest.mark.parametrize("size", [0, 2.5, (3, 3, 3)])
def test_a_size_that_is_no_rectangle_is_refused(make, size):
    with pytest.raises(InvalidArgument, match="size must be a positive integer or a pair"):
        make(size)
