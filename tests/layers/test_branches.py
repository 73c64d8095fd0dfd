"""Layers that Keras has beside its networks: LayerScale, StochasticDepth, CustomScaleLayer."""

import importlib
import json

import h5py
import numpy as np
import pytest
import torch

from parity.reference import close, keras
from saccade.errors import InvalidArgument, ShapeError
from saccade.layers import Dense, Input
from saccade.layers.merging.branches import CustomScaleLayer, LayerScale, StochasticDepth
from saccade.models import Sequential, load_model

CASES = {  # by class: its arguments, and the shapes of its input
    CustomScaleLayer: ({"scale": 0.17}, [(2, 3, 3, 4), (2, 3, 3, 4)]),
    LayerScale: ({"init_values": 1e-6, "projection_dim": 4}, (2, 3, 3, 4)),
    StochasticDepth: ({"drop_path_rate": 0.3}, (2, 3, 3, 4)),
}


def keras_s(cls):
    return getattr(importlib.import_module(cls.keras_module), cls.__name__)


def arrays(shapes):
    stream = np.random.RandomState(4)
    if isinstance(shapes, list):
        return [stream.rand(*shape).astype("float32") for shape in shapes]
    return stream.rand(*shapes).astype("float32")


@pytest.mark.parametrize("cls", CASES)
def test_at_rest_as_keras(cls):
    options, shapes = CASES[cls]
    ours, theirs = cls(name="one", **options), keras_s(cls)(name="one", **options)
    x = arrays(shapes)
    close(ours(x), theirs(x))
    assert [weight.shape for weight in ours.weights] == [weight.shape for weight in theirs.weights]
    plain, needed = (json.loads(json.dumps(one.get_config())) for one in (ours, theirs))
    assert plain == needed
    assert cls.from_config(ours.get_config()).get_config() == ours.get_config()
    symbols = [Input(s[1:]) for s in shapes] if isinstance(shapes, list) else Input(shapes[1:])
    assert ours(symbols).shape == (None, 3, 3, 4)


def test_a_scaled_branch_learns():
    layer = LayerScale(0.5, 2)
    y = layer(torch.ones(3, 2))
    y.sum().backward()
    assert layer.gamma.grad.tolist() == [3.0, 3.0]


def test_depth_is_dropped_for_whole_images_and_kept_on_average():
    torch.manual_seed(3)
    x = torch.rand(4000, 2, 3) + 0.5
    y = StochasticDepth(0.25)(x, training=True)
    dropped = (y == 0).reshape(4000, -1)
    assert (dropped.all(1) == dropped.any(1)).all()
    assert dropped[:, 0].float().mean().item() == pytest.approx(0.25, abs=0.03)
    torch.testing.assert_close(y[~dropped[:, 0]], x[~dropped[:, 0]] / 0.75)
    assert y.mean().item() == pytest.approx(x.mean().item(), abs=0.03)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_depth_at_both_ends(rate):
    x = torch.rand(5, 2)
    torch.testing.assert_close(StochasticDepth(rate)(x, training=True), x * (1 - rate))


def test_bad_input_is_told():
    with pytest.raises(InvalidArgument, match="drop_path_rate"):
        StochasticDepth(1.5)
    with pytest.raises(ShapeError, match="4 channels"):
        LayerScale(0.1, 4)(torch.ones(2, 3))
    with pytest.raises(ShapeError, match="two arrays"):
        CustomScaleLayer(0.1)([torch.ones(2, 3)] * 3)


def branch(package):
    """A model of all three, out of saccade or out of Keras."""
    own = package is not keras
    scale, depth, add = (
        cls if own else keras_s(cls) for cls in (LayerScale, StochasticDepth, CustomScaleLayer)
    )
    image = package.layers.Input((3,))
    x = package.layers.Dense(4, name="dense")(image)
    y = depth(0.5, name="depth")(scale(0.3, 4, name="scale")(x))
    return package.models.Model(image, add(0.2, name="add")([x, y]))


@pytest.fixture
def both():
    import saccade

    ours, theirs = branch(saccade), branch(keras)
    stream = np.random.RandomState(6)
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        assert mine.shape == tuple(other.shape)
        mine.assign(stream.rand(*mine.shape).astype("float32"))
        other.assign(mine.numpy())
    return ours, theirs


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("file", ["m.keras", "m.h5"])
def test_files_of_keras(both, file, tmp_path):
    # Keras itself can't read its .h5 without being given the classes.
    ours, theirs = both
    theirs.save(tmp_path / file)
    x = np.random.RandomState(1).rand(4, 3).astype("float32")
    again = load_model(tmp_path / file)
    close(again.predict(x, verbose=0), theirs.predict(x, verbose=0))
    assert [type(one) for one in again.layers[2:]] == [
        LayerScale,
        StochasticDepth,
        CustomScaleLayer,
    ]
    close(again(x), ours(x))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_keras_reads_ours(both, tmp_path):
    ours, _ = both
    ours.save(tmp_path / "m.keras")
    x = np.random.RandomState(1).rand(4, 3).astype("float32")
    again = keras.saving.load_model(tmp_path / "m.keras")
    close(again.predict(x, verbose=0), ours.predict(x, verbose=0))
    assert {type(one) for one in again.layers[2:]} == {keras_s(cls) for cls in CASES}


class Doubled(LayerScale):
    def call(self, x):
        return 2 * super().call(x)


@pytest.mark.parametrize("file", ["m.keras", "m.h5"])
def test_a_class_of_the_user_s_own_of_that_name_is_the_user_s(file, tmp_path):
    Mine = type("LayerScale", (Doubled,), {"__module__": __name__})
    model = Sequential([Input((4,)), Dense(4), Mine(0.5, 4)])
    model.save(tmp_path / file)
    again = load_model(tmp_path / file, custom_objects={"LayerScale": Mine})
    assert type(again.layers[-1]) is Mine
    x = np.ones((2, 4), "float32")
    close(again.predict(x, verbose=0), model.predict(x, verbose=0))


def test_a_class_in_a_file_of_keras_2(tmp_path):
    """Such a record has no module: a class of the user's comes first, else it is Keras's own."""
    Mine = type("LayerScale", (Doubled,), {"__module__": __name__})
    Sequential([Input((4,)), Dense(4), LayerScale(0.5, 4)]).save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "a") as file:
        record = json.loads(file.attrs["model_config"])
        for layer in (record, *record["config"]["layers"]):
            layer.pop("module")
            layer.pop("registered_name")
        file.attrs["model_config"] = json.dumps(record)
    assert type(load_model(tmp_path / "m.h5").layers[-1]) is LayerScale
    own = load_model(tmp_path / "m.h5", custom_objects={"LayerScale": Mine})
    assert type(own.layers[-1]) is Mine
