"""Geometry: examples, and what is said when a size cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import InvalidArgument, ShapeError, UnknownName
from saccade.numerics.convolution.geometry import as_padding, as_pair, output_size, same_padding


def test_the_lesson_s_size_formula():
    assert output_size(32, 3) == 30
    assert output_size(28, 5, "same") == 28
    assert output_size(150, 7, 3, 2) == 75


def test_same_puts_the_extra_zero_at_the_end():
    assert same_padding(150, 3, strides=2) == (0, 1)


def test_same_with_a_stride_beyond_the_kernel_needs_no_zeros():
    assert same_padding(9, 1, strides=3) == (0, 0)


def test_an_unknown_size_stays_unknown():
    assert output_size(None, 3) is None
    assert output_size(None, 3, "same", 2) is None


@pytest.mark.parametrize(
    "wrong", [{"kernel": 0}, {"padding": -1}, {"strides": 0}, {"dilation": 0}, {"padding": "x"}]
)
def test_wrong_arguments_are_refused_even_where_the_size_is_unknown(wrong):
    for n in (None, 10):
        with pytest.raises(InvalidArgument):
            output_size(n, **{"kernel": 3, **wrong})


def test_a_kernel_that_does_not_fit_is_named_with_both_sizes():
    with pytest.raises(ShapeError, match=r"^conv: .*a kernel of 5 for an input of 4\. Use"):
        output_size(4, 5, where="conv")


def test_a_dilated_kernel_that_does_not_fit_says_how_far_it_reaches():
    with pytest.raises(ShapeError, match=r"dilation 4, which reaches over 9, .* padded to 6"):
        output_size(4, 3, 1, dilation=4)


@pytest.mark.parametrize("n", [0, -1, 2.0, True, "5"])
def test_a_size_is_a_whole_number_of_pixels(n):
    with pytest.raises(InvalidArgument, match="the input size must be an integer of at least 1"):
        output_size(n, 1)
    with pytest.raises(InvalidArgument, match="the input size must be an integer of at least 1"):
        same_padding(n, 1)


def test_numpy_integers_are_integers():
    assert output_size(np.int64(10), np.uint8(3), np.int32(1), np.int8(2)) == 5


@pytest.mark.parametrize(
    ("value", "pair"), [(3, (3, 3)), ((1, 2), (1, 2)), ([4, 5], (4, 5)), (np.int64(2), (2, 2))]
)
def test_one_integer_or_two_make_a_pair(value, pair):
    made = as_pair("Conv2D", "strides", value)
    assert made == pair
    assert all(type(each) is int for each in made)


@pytest.mark.parametrize(
    "value", [0, -1, 1.0, True, None, "33", (1,), (1, 2, 3), (1, 0), (1, None), {1, 2}]
)
def test_anything_else_is_no_pair_and_the_argument_is_named(value):
    with pytest.raises(InvalidArgument, match=r'^Conv2D "c": kernel_size must be a positive'):
        as_pair('Conv2D "c"', "kernel_size", value)


@pytest.mark.parametrize("word", ["same", "SAME", "Valid"])
def test_padding_words_are_read_in_any_case(word):
    assert as_padding("Conv2D", word) == word.lower()
    assert output_size(9, 3, word) == output_size(9, 3, word.lower())


@pytest.mark.parametrize("word", ["smae", "full", None, 1])
def test_an_unknown_padding_word_is_answered_with_the_known_ones(word):
    with pytest.raises(UnknownName, match=r"Conv2D padding: must be one of same, valid"):
        as_padding("Conv2D", word)
