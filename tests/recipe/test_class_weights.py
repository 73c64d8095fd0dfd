"""Class weights: rare classes count more, by the root of how rare they are."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.recipe.training.class_weights import weigh_classes


def test_a_class_with_a_quarter_of_the_photos_counts_twice_as_much():
    labels = np.repeat([0, 1, 2], [16, 4, 64])
    weights = weigh_classes(labels, 3)
    assert weights[1] / weights[0] == pytest.approx(2)
    assert weights[0] / weights[2] == pytest.approx(2)
    assert weights[labels].mean() == pytest.approx(1)
    assert weights.dtype == np.float32


def test_equal_classes_count_alike_and_an_empty_one_not_at_all():
    assert weigh_classes(np.array([0, 1, 3, 3, 1, 0]), 4).tolist() == pytest.approx([1, 1, 0, 1])
