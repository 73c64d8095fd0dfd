"""Feature scores: how good a last layer is on photos whose features are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from saccade.data.sources.array_source import ArraySource
from saccade.layers import Average, Input
from saccade.models import Model
from saccade.recipe.scores import Scores, judge

BATCH = 256


def judge_features(
    head: Any, features: np.ndarray, labels: np.ndarray, class_names: Sequence[str]
) -> Scores:
    """Score a last layer: the numbers that the whole network would get on the photos.

    Args:
        head: from features to a probability for each class.
        features: float32 (photos, looks, features); the answers to the looks at a photo, as it is
            and in a mirror, are averaged.
        labels: class numbers, (photos,).

    Raises:
        NotFinite: the head gives NaN or infinity.
    """
    looks: Any = Input(features.shape[1:])
    answers = [head(looks[:, look]) for look in range(features.shape[1])]
    model = Model(looks, Average()(answers) if len(answers) > 1 else answers[0])
    return judge(model, ArraySource(features, labels, batch_size=BATCH), class_names)
