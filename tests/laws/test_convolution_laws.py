"""The laws of convolution, in words."""

from __future__ import annotations

import numpy as np
import scipy.signal
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from laws.drawn import (
    arrays,
    colour_images,
    colour_kernels,
    images,
    kernels,
    law,
    pairs,
    sequences,
    weights,
    whole_numbers,
)
from saccade.numerics.convolution.first_principles import convolve, convolve2d
from saccade.numerics.convolution.geometry import output_size


@law
@given(sequences, weights)
def test_every_result_is_the_scalar_product_at_its_position(sequence, w):
    expected = [np.sum(w * sequence[i : i + len(w)]) for i in range(len(sequence) - len(w) + 1)]
    assert_array_equal(convolve(sequence, w), expected)


@law
@given(sequences, weights)
def test_the_weights_are_not_flipped(sequence, w):
    assert_array_equal(convolve(sequence, w), np.correlate(sequence, w, "valid"))


@law
@given(sequences, weights)
def test_flipped_weights_give_the_convolution_of_mathematicians(sequence, w):
    assert_array_equal(convolve(sequence, w[::-1]), np.convolve(sequence, w, "valid"))


@law
@given(arrays(9), arrays(9), arrays(4), whole_numbers, whole_numbers)
def test_convolution_is_linear_in_the_sequence(x, y, w, a, b):
    assert_array_equal(convolve(a * x + b * y, w), a * convolve(x, w) + b * convolve(y, w))


@law
@given(arrays(9), arrays(4), arrays(4), whole_numbers, whole_numbers)
def test_convolution_is_linear_in_the_weights(x, v, w, a, b):
    assert_array_equal(convolve(x, a * v + b * w), a * convolve(x, v) + b * convolve(x, w))


@law
@given(sequences, arrays(2), st.integers(1, 4))
def test_a_sequence_that_starts_later_has_the_same_result_from_there_on(sequence, w, shift):
    assert_array_equal(convolve(sequence[shift:], w), convolve(sequence, w)[shift:])


@law
@given(images, kernels)
def test_the_kernel_is_not_flipped(image, kernel):
    assert_array_equal(convolve2d(image, kernel), scipy.signal.correlate2d(image, kernel, "valid"))


@law
@given(images, kernels)
def test_a_flipped_kernel_gives_the_convolution_of_mathematicians_in_two_dimensions(image, kernel):
    expected = scipy.signal.convolve2d(image, kernel, "valid")
    assert_array_equal(convolve2d(image, kernel[::-1, ::-1]), expected)


@law
@given(arrays(7, 6), arrays(7, 6), kernels, whole_numbers, whole_numbers)
def test_convolution_is_linear_in_the_image(x, y, kernel, a, b):
    together = convolve2d(a * x + b * y, kernel, padding="same")
    apart = (convolve2d(each, kernel, padding="same") for each in (x, y))
    assert_array_equal(
        together, sum(factor * each for factor, each in zip((a, b), apart, strict=True))
    )


@law
@given(images, arrays(3, 3), st.integers(0, 5), st.integers(0, 5))
def test_moving_the_image_moves_the_result_and_changes_nothing_else(image, kernel, down, across):
    moved = np.pad(image, ((down, 0), (across, 0)))
    assert_array_equal(convolve2d(moved, kernel)[down:, across:], convolve2d(image, kernel))


@law
@given(images, kernels, pairs, st.sampled_from(["valid", 0, 1, 3]))
def test_strides_pick_from_the_dense_result(image, kernel, strides, padding):
    dense = convolve2d(image, kernel, padding=padding)
    strided = convolve2d(image, kernel, strides=strides, padding=padding)
    assert_array_equal(strided, dense[:: strides[0], :: strides[1]])


@law
@given(images, kernels)
def test_same_padding_keeps_the_size(image, kernel):
    assert convolve2d(image, kernel, padding="same").shape == image.shape


@law
@given(images, kernels, st.integers(0, 4))
def test_padding_is_zeros_around_the_image(image, kernel, zeros):
    padded = convolve2d(np.pad(image, zeros), kernel)
    assert_array_equal(convolve2d(image, kernel, padding=zeros), padded)


@law
@given(images, kernels, pairs, st.sampled_from(["valid", "same", 1, 2]))
def test_the_size_is_what_output_size_says(image, kernel, strides, padding):
    sizes = zip(image.shape, kernel.shape, strides, strict=True)
    expected = tuple(output_size(n, k, padding, s) for n, k, s in sizes)
    assert convolve2d(image, kernel, strides, padding).shape == expected


@law
@given(colour_images, kernels, pairs, st.sampled_from(["valid", "same"]))
def test_a_flat_kernel_treats_every_channel_by_itself(image, kernel, strides, padding):
    channels = [convolve2d(image[..., c], kernel, strides, padding) for c in range(3)]
    assert_array_equal(convolve2d(image, kernel, strides, padding), np.stack(channels, axis=-1))


@law
@given(colour_images, colour_kernels, pairs, st.sampled_from(["valid", "same"]))
def test_a_filter_with_depth_sums_over_the_channels(image, kernel, strides, padding):
    channels = (convolve2d(image[..., c], kernel[..., c], strides, padding) for c in range(3))
    assert_array_equal(convolve2d(image, kernel, strides, padding), sum(channels))
