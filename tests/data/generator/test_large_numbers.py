"""Numbers that no pixel can take are refused by name, not left to NumPy's overflow."""

import inspect

import numpy as np
import pytest

from saccade.errors import SaccadeError
from saccade.preprocessing.image import ImageDataGenerator

ARGUMENTS = [*inspect.signature(ImageDataGenerator.__init__).parameters][1:]
LARGE = (1e308, -1e308, 2**62, 2**63, 10**400, [0, 2**70], [1, 1e308], (1e308, 1.7e308))
IMAGES = np.random.RandomState(0).rand(2, 6, 6, 3).astype(np.float32)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_large_numbers(name):
    """Each works or is told; a warning of NumPy's is an error in tests."""
    for value in LARGE:
        try:
            generator = ImageDataGenerator(**{name: value})
            batch = next(generator.flow(IMAGES, batch_size=2, shuffle=False))
        except SaccadeError as told:
            assert name.split("_")[0] in str(told)  # noqa: PT017
        else:
            assert np.isfinite(batch).all()
