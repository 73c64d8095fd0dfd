"""What the laws of convolution are tried on: small arrays of whole numbers.

Sums of products of small whole numbers are exact in float64, so the laws can ask for equality
instead of a tolerance.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from hypothesis.strategies import SearchStrategy

# derandomize: the same examples in every run; no deadline: the machine may be busy.
law = settings(max_examples=60, deadline=None, derandomize=True)

whole_numbers = st.integers(-100, 100)


def arrays(*shape: SearchStrategy[int] | int) -> SearchStrategy:
    """Arrays of whole numbers whose sides are drawn, or fixed."""
    sides = [st.just(side) if isinstance(side, int) else side for side in shape]
    return st.tuples(*sides).flatmap(lambda s: hnp.arrays("int64", s, elements=whole_numbers))


sequences = arrays(st.integers(6, 20))
weights = arrays(st.integers(1, 6))
images = arrays(st.integers(5, 12), st.integers(5, 12))
colour_images = arrays(st.integers(5, 8), st.integers(5, 8), 3)
kernels = arrays(st.integers(1, 5), st.integers(1, 5))
colour_kernels = arrays(st.integers(1, 5), st.integers(1, 5), 3)
pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))
