"""Every example in the docstrings of the numerics runs and shows what it says."""

from __future__ import annotations

import doctest

import pytest

from saccade.numerics.convolution import first_principles, geometry, kernels


@pytest.mark.parametrize("module", [first_principles, geometry, kernels], ids=lambda m: m.__name__)
def test_examples_show_what_they_say(module):
    result = doctest.testmod(module)
    assert result.attempted >= 3
    assert result.failed == 0
