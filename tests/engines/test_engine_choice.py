"""Which engine runs a network: by a rule where bits must be the same, else by one trial."""

from importlib.util import find_spec

import numpy as np
import pytest
import torch

from saccade import layers
from saccade.engines import inference
from saccade.engines.inference import Inference
from saccade.models import Model
from saccade.models.graph_holder import MANY_IMAGES, network_of

X = np.random.RandomState(0).rand(MANY_IMAGES, 8, 8, 3).astype(np.float32)


class Other:
    """An engine that does as it is told, and counts."""

    title = "other"
    made = 0
    factor = 1.0

    def __init__(self, folded):
        type(self).made += 1
        self._folded = folded

    def __call__(self, x):
        return self._folded(x) * self.factor


@pytest.fixture
def other(monkeypatch):
    engines = (("other", lambda one: one.images >= 1, Other), inference.ENGINES[-1])
    monkeypatch.setattr(inference, "ENGINES", engines)
    monkeypatch.setattr(Other, "made", 0)
    monkeypatch.setattr(Other, "factor", 2.0)  # so that its numbers are known
    return monkeypatch


def timed(monkeypatch, seconds_of_other):
    asked = []

    def seconds(run, x):
        asked.append(run)
        return seconds_of_other if isinstance(run, Other) else 1.0

    monkeypatch.setattr(inference, "seconds", seconds)
    return asked


def model(layer=None):
    given = layers.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, activation="relu")(given)
    if layer is not None:
        x = layer(x)
    return Model(given, layers.GlobalAveragePooling2D()(x))


@pytest.mark.parametrize(("seconds", "wins"), [(0.9, True), (0.97, False), (2.0, False)])
def test_the_faster_one_is_kept(other, seconds, wins):
    asked, one = timed(other, seconds), model()
    with torch.no_grad():
        plain = one(torch.tensor(X), training=False).numpy()
    for _ in range(3):
        found = one.predict(X, batch_size=8, verbose=0)
        np.testing.assert_allclose(found, plain * (2 if wins else 1), rtol=1e-5)
    assert len(asked) == 2  # once for each engine, however often it predicts
    one.layers[1].kernel.assign(one.layers[1].kernel * 2)
    one.predict(X, verbose=0)
    assert len(asked) == 2
    assert Other.made == (2 if wins else 1)


def test_features_are_measured_by_nobody(other):
    asked, one = timed(other, 2.0), model()
    inference = Inference(network_of(one), images=100)
    inference(torch.tensor(X))
    assert inference.engine == "other"
    assert not asked


def test_a_loss_is_computed_on_torch(other):
    timed(other, 0.1)
    one = model()
    one.compile("sgd", "mse")
    y = one(torch.tensor(X), training=False).detach().numpy()
    assert one.evaluate(X, y, verbose=0) < 1e-9
    assert not Other.made


@pytest.mark.skipif(find_spec("openvino") is None, reason="the extra is not installed")
@pytest.mark.parametrize("layer", [layers.DepthwiseConv2D(3), layers.SeparableConv2D(3, 2), None])
def test_openvino_takes_no_depthwise_features(layer):
    """torch was faster on both processors that were measured (docs/performance.md)."""
    found = Inference(network_of(model(layer)), images=inference.WORTH_IMAGES)
    assert found.engine == ("openvino" if layer is None else "torch")
