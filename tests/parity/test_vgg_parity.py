"""VGG against the installed Keras's: layers, their order and settings, outputs, files."""

import json
import warnings

import numpy as np
import pytest

from parity.reference import keras, normal
from saccade.applications import vgg16, vgg19
from saccade.errors import FileFormatError

# Keras's own arrays on torch.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

OURS = {"VGG16": vgg16.VGG16, "VGG19": vgg19.VGG19}
THEIRS = {"VGG16": keras.applications.vgg16, "VGG19": keras.applications.vgg19}
COUNTS = {"VGG16": (138_357_544, 14_714_688), "VGG19": (143_667_240, 20_024_384)}


def both(name, **options):
    return OURS[name](**options), getattr(THEIRS[name], name)(**options)


def assert_alike(ours, theirs):
    assert ours.name == theirs.name
    assert [layer.name for layer in ours.layers][1:] == [one.name for one in theirs.layers][1:]
    for mine, other in zip(ours.layers[1:], theirs.layers[1:], strict=True):
        assert type(mine).__name__ == type(other).__name__
        assert mine.output_shape == tuple(other.output.shape), mine.name
        for key in ("padding", "strides", "kernel_size", "use_bias", "activation", "units"):
            assert plain(mine, key) == plain(other, key), (mine.name, key)


def plain(layer, key):
    return json.loads(json.dumps(layer.get_config().get(key)))


@pytest.mark.slow
@pytest.mark.parametrize("name", OURS)
def test_with_its_top(name):
    ours, theirs = both(name, weights=None)
    assert_alike(ours, theirs)
    assert ours.count_params() == theirs.count_params() == COUNTS[name][0]


@pytest.mark.parametrize("name", OURS)
def test_without_a_top(name):
    ours, theirs = both(name, weights=None, include_top=False)
    assert_alike(ours, theirs)
    assert ours.count_params() == theirs.count_params() == COUNTS[name][1]
    assert ours.output_shape == (None, None, None, 512)


@pytest.mark.parametrize("pooling", ["avg", "max"])
def test_its_pooling_is_called_as_any_layer(pooling):
    ours, theirs = both(
        "VGG16", weights=None, include_top=False, input_shape=(32, 40, 3), pooling=pooling
    )
    mine, other = (one.layers[-1].name.rstrip("_0123456789") for one in (ours, theirs))
    assert mine == other
    assert ours.output_shape == tuple(theirs.output_shape) == (None, 512)


@pytest.mark.parametrize("name", OURS)
def test_the_same_weights_give_the_same_outputs_and_keras_s_files_fit(name, tmp_path):
    options = {"input_shape": (32, 32, 3), "classes": 3}
    theirs = getattr(THEIRS[name], name)(weights=None, **options)
    theirs.set_weights([normal(one.shape, 7) * 0.03 for one in theirs.weights])
    batch = np.random.RandomState(3).uniform(-100, 100, (2, 32, 32, 3)).astype("float32")
    needed = theirs.predict(batch, verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.save(tmp_path / "m.h5")
    theirs.save_weights(tmp_path / "m.weights.h5")
    for file in ("m.h5", "m.weights.h5"):
        ours = OURS[name](weights=tmp_path / file, **options)
        np.testing.assert_allclose(ours.predict(batch, verbose=0), needed, rtol=0, atol=1e-4)
        bare = OURS[name](weights=tmp_path / file, include_top=False, input_shape=(64, 32, 3))
        for mine, other in zip(bare.weights, theirs.weights[:-6], strict=True):
            np.testing.assert_array_equal(mine.numpy(), other.numpy())
    with pytest.raises(FileFormatError, match="include_top=False takes it without"):
        OURS[name](weights=tmp_path / "m.h5", input_shape=(32, 32, 3), classes=4)


def test_its_weights_say_what_they_were_trained_on(tmp_path):
    options = {"include_top": False, "input_shape": (32, 32, 3)}
    fresh = vgg16.VGG16(weights=None, **options)
    assert fresh.input_record is None
    fresh.save_weights(tmp_path / "m.weights.h5")
    record = vgg16.VGG16(weights=tmp_path / "m.weights.h5", **options).input_record
    assert (record.mode, record.preprocess_input) == (
        "caffe",
        "saccade.applications.vgg16.preprocess_input",
    )


def test_preprocess_input_is_the_caffe_one():
    pixels = np.random.RandomState(1).uniform(0, 255, (2, 4, 4, 3)).astype("float32")
    for mine, module in ((vgg16, "vgg16"), (vgg19, "vgg19")):
        theirs = getattr(keras.applications, module)
        np.testing.assert_array_equal(
            mine.preprocess_input(pixels.copy()), theirs.preprocess_input(pixels.copy())
        )
        assert mine.decode_predictions is not None
