"""RandomElasticTransform against Keras's, which is given our draws."""

import numpy as np
import pytest
import torch

from parity.reference import array, keras
from saccade import layers
from saccade.models import Sequential, load_model

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
FILLS = ["reflect", "mirror", "wrap", "nearest", "constant"]


def pictures(shape, dtype="float32"):
    return np.random.RandomState(1).uniform(0, 255, shape).astype(dtype)


def theirs_of(layer, x, drawn, monkeypatch):
    """Keras's images after a transformation of ours: its noise is ours."""
    columns_first = [drawn["noise"][..., 1], drawn["noise"][..., 0]]
    with monkeypatch.context() as patch:
        patch.setattr(torch, "normal", lambda *args, **kwargs: columns_first.pop(0))
        words = {**drawn, "seed": None}
        y = layer.transform_images(keras.ops.convert_to_tensor(x), words)
    assert not columns_first
    return y


@pytest.mark.parametrize("fill_mode", FILLS)
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
@pytest.mark.parametrize("scale", [(0.02, 0.02), (0.2, 0.2), (1.0, 1.0)], ids=str)
def test_pixels(monkeypatch, fill_mode, interpolation, scale):
    options = {
        "factor": (0.2, 0.9),
        "scale": scale,
        "fill_mode": fill_mode,
        "interpolation": interpolation,
        "fill_value": 30.0,
        "value_range": (10, 240),
    }
    ours = layers.RandomElasticTransform(**options, seed=2)
    theirs = keras.layers.RandomElasticTransform(**options)
    for size in ((20, 15), (8, 11)):
        x = pictures((6, *size, 3))
        drawn = ours.get_random_transformation(x)
        drawn["apply_transform"] = torch.arange(6) % 3 > 0
        mine = array(ours.transform_images(x, drawn))
        np.testing.assert_allclose(mine, array(theirs_of(theirs, x, drawn, monkeypatch)), 0, 1e-3)
        if scale[0] > 0.2:  # else shifts are less than a pixel
            assert np.abs(mine - np.clip(x, 10, 240)).max() > 5


def test_channels_first_and_bytes(monkeypatch):
    options = {"factor": (1.0, 1.0), "scale": (0.8, 0.8)}
    ours = layers.RandomElasticTransform(**options, data_format="channels_first")
    theirs = keras.layers.RandomElasticTransform(**options, data_format="channels_first")
    x = pictures((3, 2, 9, 12), "uint8")
    drawn = ours.get_random_transformation(x)
    floats = x.astype(np.float32)
    mine = array(ours.transform_images(x, drawn))
    assert mine.dtype == np.float32
    np.testing.assert_allclose(mine, array(theirs_of(theirs, floats, drawn, monkeypatch)), 0, 1e-3)
    alike = layers.RandomElasticTransform(**options)
    last = array(alike.transform_images(floats.transpose(0, 2, 3, 1), drawn))
    np.testing.assert_allclose(mine, last.transpose(0, 3, 1, 2), 0, 1e-4)


def test_how_often_and_how_far():
    """Keras's draws and ours: the probability of each image, one strength for all."""
    x = np.zeros((4000, 2, 2, 1), np.float32)
    for factor, scale in ((0.6, 0.8), ((0.5, 0.9), (0.3, 0.4)), (1.0, 1.0)):
        options = {"factor": factor, "scale": scale, "seed": 3}
        drawn = [
            family.RandomElasticTransform(**options).get_random_transformation(x)
            for family in (layers, keras.layers)
        ]
        shares = [array(one["apply_transform"]).mean() for one in drawn]
        middle = np.mean(factor) if isinstance(factor, tuple) else factor / 2
        np.testing.assert_allclose(shares, middle, atol=5 * 0.5 / 4000**0.5)
        low, high = scale if isinstance(scale, tuple) else (0, scale)
        for one in drawn:
            assert low <= float(one["distortion_factor"]) <= high
    strengths = [
        layers.RandomElasticTransform(seed=seed).get_random_transformation(x[:1])
        for seed in range(400)
    ]
    numbers = [one["distortion_factor"] for one in strengths]
    assert abs(np.mean(numbers) - 0.5) < 5 * 12**-0.5 / 20
    assert min(numbers) < 0.03 < 0.97 < max(numbers)


@pytest.mark.parametrize("options", [{"factor": 0.0}, {"scale": 0.0}], ids=str)
def test_nothing_is_done(options):
    x = pictures((2, 6, 7, 3)) - 50  # beyond the range, to which nothing is cut
    for family in (layers, keras.layers):
        layer = family.RandomElasticTransform(**options)
        np.testing.assert_array_equal(array(layer(x, training=True)), x)
        assert layer.get_random_transformation(x) is None


def test_a_shift_of_nothing_is_no_nan():
    """A strength as small as can be: a bell of no width, which in Keras is 0 / 0."""
    layer, x = layers.RandomElasticTransform((1.0, 1.0)), pictures((2, 6, 7, 3))
    drawn = {**layer.get_random_transformation(x), "distortion_factor": 0.0}
    np.testing.assert_allclose(array(layer.transform_images(x, drawn)), x, rtol=1e-5)


def test_files(tmp_path):
    options = {"factor": (0.1, 0.5), "scale": (0.2, 0.3), "fill_mode": "wrap", "seed": 3}
    made = []
    for family, sequential in ((layers, Sequential), (keras.layers, keras.Sequential)):
        part = family.RandomElasticTransform(**options, name="bent")
        made.append(sequential([family.Input((6, 7, 3)), part, family.Flatten(), family.Dense(2)]))
    ours, theirs = made
    ours.save(tmp_path / "ours.keras")
    theirs.save(tmp_path / "theirs.keras")
    one, other = (
        load_model(tmp_path / "theirs.keras"),
        keras.saving.load_model(tmp_path / "ours.keras"),
    )
    configs = [
        {key: list(value) if isinstance(value, tuple) else value for key, value in config.items()}
        for config in (model.layers[0].get_config() for model in (ours, theirs, one, other))
    ]
    for config in configs[1:]:
        assert {**config, "dtype": None} == {**configs[0], "dtype": None}
