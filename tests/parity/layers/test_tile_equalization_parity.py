"""ContrastLimitedAdaptiveHistogramEqualization: its pixels against Keras's."""

import numpy as np
import pytest
import torch

from parity.reference import array, keras
from saccade import layers
from saccade.models import Sequential, load_model

NAME = "ContrastLimitedAdaptiveHistogramEqualization"
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def as_on_jax(monkeypatch):
    """DEPARTURES.md, 99 and 100: a histogram of floats, and a border that is mirrored."""
    backend = keras.layers.Layer().backend if hasattr(keras.layers.Layer, "backend") else None
    backend = backend or getattr(keras.layers, NAME)().backend
    one_hot = backend.nn.one_hot

    def mirrored(x, widths, mode):
        return torch.tensor(np.pad(array(x), widths, mode=mode))

    monkeypatch.setattr(backend.nn, "one_hot", lambda x, n: one_hot(x, n, dtype="float32"))
    monkeypatch.setattr(backend.numpy, "pad", mirrored)


def pictures(shape, dtype="float32", seed=0):
    """Dark on the left, with noise, so that histograms differ from place to place."""
    stream = np.random.RandomState(seed)
    slope = np.linspace(20, 200, shape[2])[:, None]
    return np.clip(stream.normal(slope, 30, shape), 0, 255).astype(dtype)


CASES = [
    ((16, 24), {}),
    ((16, 24), {"tile_grid_size": (2, 3)}),
    ((30, 31), {"tile_grid_size": (4, 4)}),
    ((9, 13), {"tile_grid_size": (8, 8)}),
    ((3, 2), {"clip_limit": 0.0}),
    ((28, 28), {"clip_limit": 0.0}),
    ((28, 28), {"clip_limit": -1.0, "tile_grid_size": (1, 1)}),
    ((20, 15), {"clip_limit": 40.0, "tile_grid_size": (3, 2)}),
]


@pytest.mark.parametrize(("size", "options"), CASES, ids=str)
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_pixels(as_on_jax, size, options, dtype):
    x = pictures((3, *size, 3), dtype)
    for given in (x, x[0]):
        for training in (True, False):
            ours = getattr(layers, NAME)(**options)(given, training=training)
            theirs = getattr(keras.layers, NAME)(**options)(given, training=training)
            assert str(ours.dtype) == str(theirs.dtype)
            difference = np.abs(array(ours).astype(float) - array(theirs).astype(float))
            if dtype == "uint8":  # where the fraction is cut off, a rounding may be 1
                assert difference.max() <= 1
                assert (difference > 0).mean() < 0.005
            else:
                assert difference.max() <= 1e-2
    assert np.abs(array(ours) - x[0].astype(float)).max() > 5


@pytest.mark.parametrize("value_range", [(0, 1), (-1, 1)], ids=str)
def test_other_ranges_of_values(as_on_jax, value_range):
    low, high = value_range
    steps = (np.floor(pictures((2, 20, 15, 1))) + 0.5) / 255  # where no rounding decides
    x = (np.clip(steps, 0, 1) * (high - low) + low).astype(np.float32)
    options = {"value_range": value_range, "tile_grid_size": (2, 2)}
    ours, theirs = getattr(layers, NAME)(**options)(x), getattr(keras.layers, NAME)(**options)(x)
    np.testing.assert_allclose(array(ours), array(theirs), 0, 1e-4)


def test_channels_first(as_on_jax):
    x = pictures((2, 3, 20, 15))
    options = {"data_format": "channels_first", "tile_grid_size": (2, 2)}
    ours, theirs = getattr(layers, NAME)(**options)(x), getattr(keras.layers, NAME)(**options)(x)
    np.testing.assert_allclose(array(ours), array(theirs), 0, 1e-2)


def test_keras_really_departs():
    """DEPARTURES.md, 99: of a digit of 28 x 28 pixels, whose tiles have 16, nothing is changed."""
    x = pictures((1, 28, 28, 1))
    np.testing.assert_allclose(array(getattr(keras.layers, NAME)()(x)), np.floor(x), 0, 1e-3)
    assert np.abs(array(getattr(layers, NAME)()(x)) - x).max() > 5


def test_files(tmp_path):
    x = pictures((2, 16, 16, 1))
    options = {"clip_limit": 2.0, "tile_grid_size": [2, 4], "value_range": [0, 300]}
    part = getattr(layers, NAME)(**options, name="even")
    ours = Sequential([layers.Input((16, 16, 1)), part, layers.Flatten(), layers.Dense(2)])
    ours.save(tmp_path / "ours.keras")
    back = load_model(tmp_path / "ours.keras")
    np.testing.assert_array_equal(back.predict(x, verbose=0), ours.predict(x, verbose=0))
    theirs = getattr(keras.layers, NAME)(**options, name="even")
    assert part.get_config().keys() == theirs.get_config().keys()
    for one, other in ((part, type(theirs)), (theirs, type(part))):
        config = other.from_config(one.get_config()).get_config()
        for key, value in options.items():
            assert list(np.ravel(config[key])) == list(np.ravel(value))


def test_nan_is_black():
    """A pixel that is no number may not take one of another image's tables."""
    x = pictures((1, 16, 16, 1))
    x[0, 3, 4] = np.nan
    assert np.isfinite(array(getattr(layers, NAME)(tile_grid_size=(2, 2))(x))).all()
