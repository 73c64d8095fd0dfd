"""A photo that becomes NaN on its way is named by the training that it stops."""

import numpy as np
import pytest

import saccade
from saccade.errors import NotFinite
from saccade.recipe.listener import Listener
from saccade.recipe.photos import pixels
from saccade.recipe.training import lenet_training


def test_the_photo_is_named(photos, monkeypatch):
    seen = []

    def apply(x, draws, by):
        batch = by.scale(x)
        seen.append(len(batch))
        if len(seen) == 2:
            batch[1] = np.nan
        return batch

    monkeypatch.setattr(lenet_training, "NUDGES", pixels.Changes(1, apply))
    with pytest.raises(NotFinite) as caught:
        saccade.train("photos", "run", epochs=2, batch_size=4, size=16, listener=Listener())
    said = str(caught.value)
    assert "x of epoch 1, batch 2 holds" in said
    assert said.count(".png") + said.count(".jpg") == 1
