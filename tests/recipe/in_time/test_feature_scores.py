"""A last layer judged by features gets the numbers of the whole network."""

import numpy as np
import pytest

from saccade.data.sources.array_source import ArraySource
from saccade.recipe.scores import judge
from saccade.recipe.training.classifier import Classifier
from saccade.recipe.training.feature_scores import judge_features
from saccade.utils import set_random_seed

NAMES = ["a", "b", "c"]


@pytest.mark.parametrize("looks", [1, 2])
def test_features_are_judged_as_photos_are(looks):
    set_random_seed(1)
    network = Classifier("mobilenet", (32, 32), None, 3, "float32")
    draws = np.random.default_rng(0)
    x, y = draws.normal(size=(20, 32, 32, 3)).astype(np.float32), draws.integers(0, 3, 20)
    seen = [network.backbone.predict(each, verbose=0) for each in (x, x[:, :, ::-1])[:looks]]
    # Random weights say nearly the same of all images: these tell them apart.
    kernel = draws.normal(size=(seen[0].shape[1], 3)) / seen[0].std()
    network.head.set_weights([kernel, -seen[0].mean(0) @ kernel])
    mine = judge_features(network.head, np.stack(seen, 1), y, NAMES)
    whole = judge(network.model, ArraySource(x, y), NAMES, mirrored=looks == 2)
    assert mine.confusion == whole.confusion
    assert len({np.argmax(row) for row in network.head.predict(seen[0], verbose=0)}) > 1
    assert mine.loss == pytest.approx(whole.loss, rel=1e-5)
    assert (mine.accuracy, mine.images) == (whole.accuracy, 20)
