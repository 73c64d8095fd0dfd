"""Networks with a name against the installed Keras's: layers, settings, outputs, files."""

import importlib
import inspect
import json
import re
import warnings

import numpy as np
import pytest

from parity.reference import keras, normal
from saccade.applications import (
    inception_v3,
    mobilenet,
    mobilenet_v2,
    resnet_v2,
    vgg,
    vgg16,
    vgg19,
    xception,
)
from saccade.errors import FileFormatError

# Keras's own arrays on torch.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

MODULES = {  # by network: ours, Keras's, weights with and without the top
    "VGG16": (vgg16, keras.applications.vgg16, 138_357_544, 14_714_688),
    "VGG19": (vgg19, keras.applications.vgg19, 143_667_240, 20_024_384),
    "ResNet50V2": (resnet_v2, keras.applications.resnet_v2, 25_613_800, 23_564_800),
    "ResNet101V2": (resnet_v2, keras.applications.resnet_v2, 44_675_560, 42_626_560),
    "ResNet152V2": (resnet_v2, keras.applications.resnet_v2, 60_380_648, 58_331_648),
    "MobileNet": (mobilenet, keras.applications.mobilenet, 4_253_864, 3_228_864),
    "MobileNetV2": (mobilenet_v2, keras.applications.mobilenet_v2, 3_538_984, 2_257_984),
    "InceptionV3": (inception_v3, keras.applications.inception_v3, 23_851_784, 21_802_784),
    "Xception": (xception, keras.applications.xception, 22_910_480, 20_861_480),
}
SETTINGS = ("padding", "strides", "kernel_size", "use_bias", "activation", "units", "epsilon")
SMALLEST = (
    "VGG16",
    "VGG19",
    "ResNet50V2",
    "MobileNet",
    "MobileNetV2",
    "InceptionV3",
    "Xception",
)
GAINS = {"VGG16": 1.5, "VGG19": 1.5, "MobileNet": 1.5, "MobileNetV2": 1.5, "InceptionV3": 1.5}
LEAST_PX = {**dict.fromkeys(MODULES, 32), "InceptionV3": 75, "Xception": 71}


def both(name, **options):
    ours, theirs, *_ = MODULES[name]
    return getattr(ours, name)(**options), getattr(theirs, name)(**options)


def assert_alike(ours, theirs):
    assert ours.name == theirs.name
    names = [[_called(layer.name) for layer in one.layers[1:]] for one in (ours, theirs)]
    assert names[0] == names[1]
    for mine, other in zip(ours.layers[1:], theirs.layers[1:], strict=True):
        assert type(mine).__name__ == type(other).__name__
        assert mine.output_shape == tuple(other.output.shape), mine.name
        for key in (
            "padding",
            "strides",
            "kernel_size",
            "use_bias",
            "activation",
            "units",
            "epsilon",
            "momentum",
            "scale",
            "depth_multiplier",
            "max_value",
            "keepdims",
            "rate",
            "target_shape",
        ):
            assert plain(mine, key) == plain(other, key), (mine.name, key)


def _called(name):
    """The name without the number that a layer without a name of its own gets."""
    return re.sub(
        r"^(max_pooling2d|average_pooling2d|add|concatenate|activation|conv2d|batch_normalization|global_.*_pooling2d)_\d+$",
        r"\1",
        name,
    )


def plain(layer, key):
    return json.loads(json.dumps(layer.get_config().get(key)))


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_with_its_top(name):
    ours, theirs = both(name, weights=None)
    assert_alike(ours, theirs)
    assert ours.count_params() == theirs.count_params() == MODULES[name][2]


@pytest.mark.parametrize("name", SMALLEST)
def test_without_a_top(name):
    ours, theirs = both(name, weights=None, include_top=False)
    assert_alike(ours, theirs)
    assert ours.count_params() == theirs.count_params() == MODULES[name][3]
    assert ours.output_shape == tuple(theirs.output_shape)


@pytest.mark.parametrize("pooling", ["avg", "max"])
@pytest.mark.parametrize("name", ["VGG16", "ResNet50V2", "MobileNet", "MobileNetV2", "Xception"])
def test_pooling_has_kerass_name(name, pooling):
    px = LEAST_PX[name]
    ours, theirs = both(
        name, weights=None, include_top=False, input_shape=(px, px + 8, 3), pooling=pooling
    )
    mine, other = (_called(one.layers[-1].name) for one in (ours, theirs))
    assert mine == other
    assert ours.output_shape == tuple(theirs.output_shape)


@pytest.mark.parametrize("name", SMALLEST)
def test_the_same_weights_give_the_same_outputs_and_files_of_keras_fit(name, tmp_path):
    px = LEAST_PX[name]
    options = {"input_shape": (px, px, 3), "classes": 3, "classifier_activation": None}
    build = getattr(MODULES[name][0], name)
    keras.utils.set_random_seed(3)
    theirs = getattr(MODULES[name][1], name)(weights=None, **options)
    gain = GAINS.get(name, 1.0)  # so that no image fades on its way
    first, drawn = theirs.get_weights(), []
    for seed, weight in enumerate(theirs.weights):
        about = 1.0 if weight.name in ("gamma", "moving_variance") else 0.0
        small = about + 0.03 * normal(weight.shape, seed)
        if len(weight.shape) == 4 and weight.shape[3] == 1:  # depthwise: it sums one channel only
            first[seed] = first[seed] * weight.shape[2] ** 0.5
        drawn.append(gain * first[seed] if len(weight.shape) > 1 else small)
    theirs.set_weights(drawn)
    batch = np.random.RandomState(3).uniform(-10, 10, (2, px, px, 3)).astype("float32")
    needed = theirs.predict(batch, verbose=0)
    assert np.ptp(needed[:, 0]) > 0.01  # the two images differ
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.save(tmp_path / "m.h5")
    theirs.save_weights(tmp_path / "m.weights.h5")
    for file in ("m.h5", "m.weights.h5"):
        ours = build(weights=tmp_path / file, **options)
        assert_alike(ours, theirs)
        np.testing.assert_allclose(ours.predict(batch, verbose=0), needed, rtol=0, atol=1e-4)
        bare = build(weights=tmp_path / file, include_top=False, input_shape=(2 * px, px, 3))
        count = len(bare.weights)
        assert len(theirs.weights) - count == (6 if "VGG" in name else 2)
        for mine, other in zip(bare.weights, theirs.weights[:count], strict=True):
            np.testing.assert_array_equal(mine.numpy(), other.numpy())
    with pytest.raises(FileFormatError, match="include_top=False takes it without"):
        build(weights=tmp_path / "m.h5", input_shape=(px, px, 3), classes=4)


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("VGG16", "caffe"),
        ("ResNet50V2", "tf"),
        ("MobileNet", "tf"),
        ("InceptionV3", "tf"),
        ("Xception", "tf"),
    ],
)
def test_weights_say_what_they_were_trained_on(name, mode, tmp_path):
    module = MODULES[name][0]
    build = getattr(module, name)
    options = {"include_top": False, "input_shape": (LEAST_PX[name], LEAST_PX[name], 3)}
    fresh = build(weights=None, **options)
    assert fresh.input_record is None
    fresh.save_weights(tmp_path / "m.weights.h5")
    record = build(weights=tmp_path / "m.weights.h5", **options).input_record
    assert (record.mode, record.preprocess_input) == (mode, f"{module.__name__}.preprocess_input")
    ends = [module.preprocess_input(np.full((1, 1, 3), end, "float32")) for end in (0, 255)]
    assert (ends[0].min(), ends[1].max()) == pytest.approx((record.low, record.high))


@pytest.mark.parametrize("name", SMALLEST)
def test_preprocess_input(name):
    pixels = np.random.RandomState(1).uniform(0, 255, (2, 4, 4, 3)).astype("float32")
    mine, theirs = (one.preprocess_input(pixels.copy()) for one in MODULES[name][:2])
    np.testing.assert_array_equal(mine, theirs)


def test_published_files_are_kerass():
    hashes = importlib.import_module("keras.src.applications.resnet").WEIGHTS_HASHES
    for name, record in resnet_v2.PRETRAINED.items():
        assert (record.with_top.md5, record.without_top.md5) == hashes[name]
        assert record.with_top.address.endswith(
            f"resnet/{name}_weights_tf_dim_ordering_tf_kernels.h5"
        )
    for name, record in {
        **vgg.PRETRAINED,
        **inception_v3.PRETRAINED,
        **xception.PRETRAINED,
    }.items():
        theirs = importlib.import_module(f"keras.src.applications.{name}")
        assert record.with_top.address == theirs.WEIGHTS_PATH
        assert record.without_top.address == theirs.WEIGHTS_PATH_NO_TOP
        source = inspect.getsource(theirs)
        assert source.index(record.with_top.md5) < source.index(record.without_top.md5)
