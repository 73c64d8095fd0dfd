"""The laws of sizes, against positions counted one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laws.drawn import law
from saccade.errors import ShapeError
from saccade.numerics.convolution.geometry import output_size, same_padding

sizes = st.integers(1, 40)
small = st.integers(1, 7)


def count_positions(n: int, k: int, s: int, d: int) -> int:
    """Lay the kernel at 0, s, 2s, ... for as long as its last weight is on the input."""
    positions = 0
    while positions * s + (k - 1) * d < n:
        positions += 1
    return positions


@law
@given(sizes, small, st.integers(0, 4), small, st.integers(1, 3))
def test_the_size_is_the_number_of_positions(n, k, p, s, d):
    counted = count_positions(n + 2 * p, k, s, d)
    if counted == 0:
        with pytest.raises(ShapeError):
            output_size(n, k, p, s, d)
    else:
        assert output_size(n, k, p, s, d) == counted


@law
@given(sizes, small, small, st.integers(1, 3))
def test_valid_is_no_padding(n, k, s, d):
    if count_positions(n, k, s, d):
        assert output_size(n, k, "valid", s, d) == output_size(n, k, 0, s, d)


@law
@given(sizes, small, small, st.integers(1, 3))
def test_same_visits_every_stride_th_pixel_and_so_rounds_up(n, k, s, d):
    assert output_size(n, k, "same", s, d) == len(range(0, n, s))


@law
@given(sizes, small, small, st.integers(1, 3))
def test_same_padding_is_exactly_what_its_size_takes(n, k, s, d):
    before, after = same_padding(n, k, s, d)
    wanted = output_size(n, k, "same", s, d)
    assert count_positions(n + before + after, k, s, d) == wanted
    if before + after:  # one zero less would be too few
        assert count_positions(n + before + after - 1, k, s, d) < wanted


@law
@given(sizes, small, small, st.integers(1, 3))
def test_an_odd_zero_goes_to_the_end(n, k, s, d):
    before, after = same_padding(n, k, s, d)
    assert after - before in (0, 1)


@law
@given(sizes, st.integers(0, 4), st.integers(1, 3))
def test_without_strides_an_odd_kernel_is_padded_evenly(n, half, d):
    assert same_padding(n, 2 * half + 1, 1, d) == (half * d, half * d)
