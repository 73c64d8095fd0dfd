"""predict() of many images folds a network with a name; the numbers are those of its layers."""

import numpy as np
import pytest
import torch

from house.slow_cases import slow_unless
from parity.networks.living_weights import enliven
from saccade import applications
from saccade.engines.folded_network import FoldedNetwork
from saccade.models.graph_holder import MANY_IMAGES

NAMES = (
    "EfficientNetV2B0",
    "MobileNetV3Small",
    "InceptionResNetV2",
    "NASNetMobile",
    "ConvNeXtTiny",
)


@pytest.mark.parametrize("name", slow_unless("MobileNetV3Small".__eq__, NAMES))
def test_many_images_get_the_numbers_of_the_layers(name, monkeypatch):
    folded = []
    original = FoldedNetwork.__call__

    def call(self, x):
        folded.append(len(x))
        return original(self, x)

    monkeypatch.setattr(FoldedNetwork, "__call__", call)
    px = 75 if name.startswith("Inception") else 32
    model = getattr(applications, name)(
        weights=None, input_shape=(px, px, 3), classes=5, classifier_activation=None
    )
    x = np.random.RandomState(0).uniform(-1, 1, (MANY_IMAGES, px, px, 3)).astype("float32")
    x *= 1 if applications.NETWORKS[name].pretrained.input_record.mode == "tf" else 127
    enliven(model, torch.tensor(x[:8]))
    with torch.no_grad():
        needed = model(torch.tensor(x), training=False).numpy()
    got = model.predict(x, verbose=0)
    assert sum(folded) == MANY_IMAGES
    assert np.ptp(needed, axis=0).max() > 0.05
    size = max(1.0, float(abs(needed).max()))
    np.testing.assert_allclose(got, needed, rtol=0, atol=1e-4 * size)
