"""OpenVINO, where it is installed, gives the same features, and torch takes over where it can't."""

import gc
import logging
import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from saccade import layers, notes
from saccade.engines import inference, openvino_network
from saccade.engines.signal_stack import signal_stack
from saccade.models import Model, Sequential
from saccade.training.features import feature_table
from saccade.utils import set_random_seed

pytestmark = pytest.mark.skipif(
    find_spec("openvino") is None, reason="the extra `openvino` is not installed"
)

RANDOM = np.random.RandomState(0)
X = RANDOM.rand(40, 12, 12, 3).astype(np.float32)
Y = RANDOM.randint(0, 3, 40)


@pytest.fixture(autouse=True)
def small(monkeypatch, caplog):
    monkeypatch.setattr(inference, "WORTH_IMAGES", 1)
    monkeypatch.setattr(inference, "DEPTHWISE", ())
    feature_table.KEPT.clear()
    notes.forget_notes()
    openvino_network.has_openvino.cache_clear()
    caplog.set_level(logging.WARNING)
    yield
    openvino_network.has_openvino.cache_clear()
    feature_table.KEPT.clear()
    notes.forget_notes()


def classifier():
    """A branch, borders, poolings, and layers that nothing was folded into."""
    x = given = layers.Input((12, 12, 3))
    x = layers.Conv2D(4, 3, strides=2, activation="relu", name="c0")(layers.ZeroPadding2D(1)(x))
    x = start = layers.MaxPooling2D(2, padding="same")(layers.ZeroPadding2D(1)(x))
    x = layers.Conv2D(4, 3, padding="same", use_bias=False, name="c1")(x)
    x = layers.Add()([layers.BatchNormalization(name="bn")(x), start])
    x = layers.DepthwiseConv2D(3, activation="tanh", name="d")(layers.ReLU()(x))
    x = layers.LayerNormalization(name="ln")(x)
    x = layers.Flatten()(x)
    prefix = Model(given, x, name="prefix")
    stream = np.random.RandomState(4)
    for weight in prefix.weights:
        weight.assign(0.5 * stream.rand(*weight.shape))
    prefix.trainable = False
    set_random_seed(1)
    model = Sequential([prefix, layers.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def fitted(**options):
    model = classifier()
    set_random_seed(5)
    options = {"epochs": 2, "batch_size": 7, "verbose": 0, **options}
    return model.fit(X, Y, **options).history, model.get_weights()


def test_features_are_those_of_the_layers():
    model = classifier()
    prefix = model._reuse(True).prefix
    prefix.inference.images = 40
    assert prefix.inference.engine == "openvino"
    features = prefix.features(torch.tensor(X))
    assert type(prefix.inference._fast).__name__ == "OpenVinoNetwork"
    with torch.no_grad():
        plain = model.layers[0](torch.tensor(X), training=False)
    torch.testing.assert_close(features, plain, rtol=1e-4, atol=1e-5)
    assert features.std() > 0.1
    assert torch.equal(prefix.features(torch.tensor(X[[9, 3]])), features[[9, 3]])


def test_kept_or_not_the_result_is_the_same_to_the_bit():
    kept, again = fitted(), fitted(reuse_features=False)
    assert kept[0] == again[0]
    for mine, theirs in zip(kept[1], again[1], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert len(feature_table.KEPT._tables) == 1


def test_engines_do_not_share_features(monkeypatch):
    fitted()
    monkeypatch.setenv("SACCADE_OPENVINO", "0")
    openvino_network.has_openvino.cache_clear()
    fitted()
    assert len(feature_table.KEPT._tables) == 2


def test_what_it_cannot_run_torch_does(monkeypatch, caplog):
    def fall_over(self, x):
        raise RuntimeError("no such operation\nand more")

    monkeypatch.setattr(openvino_network.OpenVinoNetwork, "_compile", fall_over)
    history, _ = fitted()
    assert len(history["loss"]) == 2
    assert "OpenVINO cannot run this network, so torch does: no such operation" in caplog.text
    assert "and more" not in caplog.text


@pytest.mark.slow
def test_nobody_is_told_that_it_runs(tmp_path):
    code = (
        "from saccade.engines.openvino_network import import_quietly\n"
        "print(import_quietly()[0].__name__)\n"
    )
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "CI": "",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout == "openvino\n"
    assert list(tmp_path.iterdir()) == []


def test_code_of_the_users_is_not_traced():
    def doubled_where_bright(x):
        return x * 2 if float(x.max()) > 5 else x

    class Own(layers.Layer):
        def call(self, x):
            return doubled_where_bright(x)

    given = layers.Input((12, 12, 3))
    for layer in (
        layers.Lambda(doubled_where_bright),
        layers.Activation(doubled_where_bright),
        Own(),
    ):
        model = Model(given, layers.Conv2D(2, 3)(layer(given)))
        x = np.concatenate([X] * 10)
        x[:32] *= 20
        whole = model.predict(x, verbose=0)
        parts = [model.predict(x[start : start + 32], verbose=0) for start in range(0, 400, 32)]
        np.testing.assert_allclose(whole, np.concatenate(parts), atol=1e-4)


def test_layers_that_train_are_run_too(caplog):
    model = Sequential(
        [
            layers.Conv2D(4, 3, activation="relu", input_shape=(12, 12, 3)),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(3, "softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    x = np.concatenate([X] * 7)  # predict prepares anything from 256 images on
    for _ in range(2):  # the second time with other weights
        with torch.no_grad():
            expected = model(torch.tensor(x), training=False).numpy()
        np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-4, atol=1e-6)
        assert all(weight.requires_grad for weight in model.trainable_weights)
        model.fit(X, Y, epochs=1, verbose=0)
    assert "OpenVINO" not in caplog.text


def in_openvino():
    """A network that has run there."""
    prefix = classifier()._reuse(True).prefix
    prefix.inference.images = 40
    prefix.features(torch.tensor(X))
    assert type(prefix.inference._fast).__name__ == "OpenVinoNetwork"
    return prefix


@pytest.mark.skipif(sys.platform != "linux", reason="signal stacks of Linux")
def test_the_signal_stack_stays_though_networks_go_in_any_order():
    """A Ctrl-C on the stack of a network that is gone would end the process without a word."""
    before = signal_stack()
    first, second = in_openvino(), in_openvino()
    del first
    gc.collect()
    del second
    gc.collect()
    after = signal_stack()
    assert (after.start, after.flags, after.size) == (before.start, before.flags, before.size)
