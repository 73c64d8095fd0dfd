"""`--explain`: the share of the machine's limit that each epoch reached, and what held it back."""

from __future__ import annotations

import re

import numpy as np
import pytest

from saccade import timers
from saccade.keras_alias import limits
from saccade.keras_alias.limits import Epoch, EpochLimits
from saccade.layers import Conv2D, Dense, Flatten, Input
from saccade.models import Sequential
from saccade.utils import set_random_seed
from scripts.warm_process import python

RANDOM = np.random.RandomState(0)
X = RANDOM.rand(24, 8, 8, 3).astype("float32")
Y = RANDOM.rand(24, 3).astype("float32")


@pytest.fixture
def heard():
    found = EpochLimits()
    timers.listen(found)
    yield found
    timers.stop_listening(found)


def model():
    made = Sequential([Input((8, 8, 3)), Conv2D(4, 3, use_bias=False), Flatten(), Dense(3)])
    made.compile("sgd", "mse")
    return made


def test_what_is_multiplied(heard):
    one = model()
    one.fit(X, Y, epochs=2, batch_size=8, verbose=0, validation_data=(X, Y))
    forward = 2 * 24 * (6 * 6 * 4 * 3 * 3 * 3 + 6 * 6 * 4 * 3)
    to_images = 2 * 24 * 6 * 6 * 4 * 3 * 3 * 3  # the gradient by the images, that nobody needs
    assert [epoch.multiplied for epoch in heard.epochs] == [3 * forward - to_images] * 2
    assert [epoch.steps for epoch in heard.epochs] == [3, 3]
    one.layers[0].trainable = False
    one.compile("sgd", "mse")
    one.fit(X, Y, batch_size=8, verbose=0, reuse_features=False)
    assert 0 < heard.epochs[-1].multiplied < forward


def test_counting_changes_no_number():
    def weights(listens):
        set_random_seed(1)
        one, heard = model(), EpochLimits()
        if listens:
            timers.listen(heard)
        one.fit(X, Y, epochs=2, verbose=0)
        timers.stop_listening(heard)
        return one.get_weights()

    for one, other in zip(weights(True), weights(False), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("waited", "operations", "said"),
    [(6.0, 10, "waiting"), (1.0, 5000, "small batches"), (1.0, 1000, "pointwise")],
)
def test_what_held_it_back(waited, operations, said, monkeypatch):
    monkeypatch.setattr(limits, "measured_peak", lambda device, dtype: 100.0)
    monkeypatch.setattr(limits, "seconds_of_call", lambda device: 0.001)
    found = EpochLimits()
    found.epochs = [Epoch(0.0, 10.0, waited, 3, 200.0, operations)]
    (row,) = found.rows()
    assert row.share == pytest.approx(0.2)
    assert said in row.held_back_by


def test_what_is_not_known_is_not_said(heard):
    class Own(Sequential):
        def train_step(self, data):
            return {"loss": 1.0}

    own = Own([Input((8, 8, 3)), Flatten(), Dense(3)])
    own.compile("sgd", "mse")
    own.fit(X, Y, verbose=0)
    assert heard.rows() == []


def test_a_script_is_told(tmp_path):
    (tmp_path / "script.py").write_text(
        "import numpy as np\n"
        "from keras import Sequential, layers\n"
        "model = Sequential([layers.Input((8, 8, 3)), layers.Flatten(), layers.Dense(3)])\n"
        "model.compile('sgd', 'mse')\n"
        "model.fit(np.ones((64, 8, 8, 3)), np.ones((64, 3)), epochs=3, verbose=0)\n"
    )
    said = python("-m", "saccade", "--explain", "script.py", cwd=tmp_path).stderr
    assert re.search(r"the limit of this machine: [\d,]+ GFLOP/s in float32", said)
    rows = re.findall(r"(?m)^ +(\d+) +[\d.]+ +\d+% +\S", said)
    assert rows == ["1", "2", "3"]
