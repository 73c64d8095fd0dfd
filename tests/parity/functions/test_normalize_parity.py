"""utils.normalize beside the installed Keras's."""

from __future__ import annotations

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from saccade import utils  # noqa: E402


@pytest.mark.parametrize("order", [1, 2, np.inf])
@pytest.mark.parametrize("axis", [-1, 1])
def test_normalize(axis, order):
    x = np.random.RandomState(0).randn(4, 5)
    np.testing.assert_allclose(
        utils.normalize(x, axis, order), keras.utils.normalize(x, axis, order), rtol=1e-12
    )
