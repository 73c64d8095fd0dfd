"""The habits of tensors hold in these tests, and not in those that share their process."""

from __future__ import annotations

import pytest

from saccade.keras_alias.tensorflow.parts.habits import forget_habits, teach_tensors


@pytest.fixture(autouse=True)
def habits():
    teach_tensors()
    yield
    forget_habits()
