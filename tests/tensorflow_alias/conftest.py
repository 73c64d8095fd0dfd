"""The patches of tensors hold in these tests, and not in those that share their process."""

from __future__ import annotations

import pytest

from saccade.tensorflow_alias.parts.tensors.tensor_patches import (
    forget_patches,
    patch_elements,
    patch_tensors,
)


@pytest.fixture(autouse=True)
def patched_tensors():
    patch_tensors()
    patch_elements()
    yield
    forget_patches()
