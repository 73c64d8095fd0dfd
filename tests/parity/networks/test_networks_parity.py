"""Networks with a name against the installed Keras's: layers, settings, outputs, files."""

import importlib
import inspect
import json
import re
import warnings

import numpy as np
import pytest

from house.slow_cases import slow_unless
from parity.networks.living_weights import enliven
from parity.reference import keras
from saccade.applications import (
    convnext,
    densenet,
    efficientnet,
    efficientnet_v2,
    inception_resnet_v2,
    inception_v3,
    mobilenet,
    mobilenet_v2,
    mobilenet_v3,
    nasnet,
    resnet_v2,
    vgg,
    vgg16,
    vgg19,
    xception,
)
from saccade.errors import FileFormatError
from saccade.layers.operations.operation import Operation

pytestmark = [
    # Keras's own arrays on torch.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.usefixtures("nasnet_on_torch"),
]

MODULES = {  # by network: ours, Keras's, weights with and without the top
    "VGG16": (vgg16, keras.applications.vgg16, 138_357_544, 14_714_688),
    "VGG19": (vgg19, keras.applications.vgg19, 143_667_240, 20_024_384),
    "ResNet50V2": (resnet_v2, keras.applications.resnet_v2, 25_613_800, 23_564_800),
    "ResNet101V2": (resnet_v2, keras.applications.resnet_v2, 44_675_560, 42_626_560),
    "ResNet152V2": (resnet_v2, keras.applications.resnet_v2, 60_380_648, 58_331_648),
    "DenseNet121": (densenet, keras.applications.densenet, 8_062_504, 7_037_504),
    "DenseNet169": (densenet, keras.applications.densenet, 14_307_880, 12_642_880),
    "DenseNet201": (densenet, keras.applications.densenet, 20_242_984, 18_321_984),
    "EfficientNetB0": (
        efficientnet,
        keras.applications.efficientnet,
        5_330_571,
        4_049_571,
    ),
    "EfficientNetB1": (
        efficientnet,
        keras.applications.efficientnet,
        7_856_239,
        6_575_239,
    ),
    "EfficientNetB2": (
        efficientnet,
        keras.applications.efficientnet,
        9_177_569,
        7_768_569,
    ),
    "EfficientNetB3": (
        efficientnet,
        keras.applications.efficientnet,
        12_320_535,
        10_783_535,
    ),
    "EfficientNetB4": (
        efficientnet,
        keras.applications.efficientnet,
        19_466_823,
        17_673_823,
    ),
    "EfficientNetB5": (
        efficientnet,
        keras.applications.efficientnet,
        30_562_527,
        28_513_527,
    ),
    "EfficientNetB6": (
        efficientnet,
        keras.applications.efficientnet,
        43_265_143,
        40_960_143,
    ),
    "EfficientNetB7": (
        efficientnet,
        keras.applications.efficientnet,
        66_658_687,
        64_097_687,
    ),
    "MobileNet": (mobilenet, keras.applications.mobilenet, 4_253_864, 3_228_864),
    "MobileNetV2": (mobilenet_v2, keras.applications.mobilenet_v2, 3_538_984, 2_257_984),
    **{
        f"EfficientNetV2{size}": (
            efficientnet_v2,
            keras.applications.efficientnet_v2,
            with_top,
            without_top,
        )
        for size, with_top, without_top in (
            ("B0", 7_200_312, 5_919_312),
            ("B1", 8_212_124, 6_931_124),
            ("B2", 10_178_374, 8_769_374),
            ("B3", 14_467_622, 12_930_622),
            ("S", 21_612_360, 20_331_360),
            ("M", 54_431_388, 53_150_388),
            ("L", 119_027_848, 117_746_848),
        )
    },
    "MobileNetV3Small": (mobilenet_v3, keras.applications, 2_554_968, 939_120),
    "MobileNetV3Large": (mobilenet_v3, keras.applications, 5_507_432, 2_996_352),
    "InceptionResNetV2": (
        inception_resnet_v2,
        keras.applications.inception_resnet_v2,
        55_873_736,
        54_336_736,
    ),
    "NASNetMobile": (nasnet, keras.applications.nasnet, 5_326_716, 4_269_716),
    "NASNetLarge": (nasnet, keras.applications.nasnet, 88_949_818, 84_916_818),
    **{
        f"ConvNeXt{size}": (convnext, keras.applications.convnext, with_top, without_top)
        for size, with_top, without_top in (
            ("Tiny", 28_589_128, 27_820_128),
            ("Small", 50_223_688, 49_454_688),
            ("Base", 88_591_464, 87_566_464),
            ("Large", 197_767_336, 196_230_336),
            ("XLarge", 350_196_968, 348_147_968),
        )
    },
    "InceptionV3": (inception_v3, keras.applications.inception_v3, 23_851_784, 21_802_784),
    "Xception": (xception, keras.applications.xception, 22_910_480, 20_861_480),
}
SETTINGS = ("padding", "strides", "kernel_size", "use_bias", "activation", "units", "epsilon")
SMALLEST = (
    "VGG16",
    "VGG19",
    "ResNet50V2",
    "DenseNet121",
    "EfficientNetB0",
    "MobileNet",
    "MobileNetV2",
    "InceptionV3",
    "Xception",
    "EfficientNetV2B0",
    "MobileNetV3Small",
    "InceptionResNetV2",
    "NASNetMobile",
    "ConvNeXtTiny",
)
POOLED = [name for name in SMALLEST if name not in ("VGG19", "InceptionV3")]
LARGE = ("VGG19", "InceptionResNetV2", "NASNetMobile")  # their layers are compared slowly, too
TAKES_PIXELS = ("Efficient", "MobileNetV3", "ConvNeXt")  # from 0 to 255
# Each family's layers are compared quickly; what else is asked of a network is asked of this one.
QUICK = "MobileNet"
LEAST_PX = {
    **dict.fromkeys(MODULES, 32),
    "InceptionV3": 75,
    "InceptionResNetV2": 75,
    "Xception": 71,
}


def both(name, **options):
    ours, theirs, *_ = MODULES[name]
    return getattr(ours, name)(**options), getattr(theirs, name)(**options)


def shapes_of_both(name, **options):
    """The same, of Keras's the shapes alone: its weights take no memory."""
    ours, theirs, *_ = MODULES[name]
    with keras.device("meta"):
        shapes = getattr(theirs, name)(**options)
    return getattr(ours, name)(**options), shapes


def assert_alike(ours, theirs):
    assert ours.name == theirs.name
    # Keras lists its layers without the functions between them.
    layers = [layer for layer in ours.layers[1:] if not isinstance(layer, Operation)]
    names = [[_called(layer.name) for layer in one] for one in (layers, theirs.layers[1:])]
    assert names[0] == names[1]
    shapes = [[tuple(weight.shape) for weight in one.weights] for one in (ours, theirs)]
    assert shapes[0] == shapes[1]
    for mine, other in zip(layers, theirs.layers[1:], strict=True):
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
            "groups",
            "mean",
            "variance",
            "max_value",
            "keepdims",
            "rate",
            "target_shape",
        ):
            assert plain(mine, key) == plain(other, key), (mine.name, key)


def _called(name):
    """The name without the number that a layer without a name of its own gets."""
    return re.sub(
        r"^(max_pooling2d|average_pooling2d|zero_padding2d|rescaling|normalization|add|concatenate"
        r"|activation|conv2d|batch_normalization|layer_normalization|global_.*_pooling2d|re_lu|flatten"
        r"|dropout|cropping2d|custom_scale_layer)_\d+$",
        r"\1",
        name,
    )


def family(name):
    return name.rstrip("0123456789").removesuffix("Small")


def plain(layer, key):
    return json.loads(json.dumps(layer.get_config().get(key)))


@pytest.mark.parametrize("name", MODULES)
def test_signatures_are_kerass(name):
    ours, theirs = (
        [
            (one.name, one.default, one.kind)
            for one in inspect.signature(function).parameters.values()
        ]
        for function in (getattr(module, name) for module in MODULES[name][:2])
    )
    assert ours == theirs


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_with_its_top(name):
    ours, theirs = shapes_of_both(name, weights=None)
    assert_alike(ours, theirs)
    assert ours.count_params() == theirs.count_params() == MODULES[name][2]
    assert f"{MODULES[name][2]:,} weights" in inspect.getdoc(getattr(MODULES[name][0], name))


@pytest.mark.sampled
@pytest.mark.parametrize("name", slow_unless(lambda name: name not in LARGE, SMALLEST))
def test_without_a_top(name):
    ours, theirs = shapes_of_both(name, weights=None, include_top=False)
    assert_alike(ours, theirs)
    assert ours.count_params() == theirs.count_params() == MODULES[name][3]
    assert ours.output_shape == tuple(theirs.output_shape)


@pytest.mark.parametrize("pooling", ["avg", "max"])
@pytest.mark.parametrize("name", slow_unless(QUICK.__eq__, POOLED))
def test_pooling_has_kerass_name(name, pooling):
    px = LEAST_PX[name]
    ours, theirs = both(
        name, weights=None, include_top=False, input_shape=(px, px + 8, 3), pooling=pooling
    )
    mine, other = (_called(one.layers[-1].name) for one in (ours, theirs))
    assert mine == other
    assert ours.output_shape == tuple(theirs.output_shape)


@pytest.mark.parametrize("name", slow_unless(QUICK.__eq__, SMALLEST))
def test_the_same_weights_give_the_same_outputs_and_files_of_keras_fit(name, tmp_path):
    px = LEAST_PX[name]
    options = {"input_shape": (px, px, 3), "classes": 3, "classifier_activation": None}
    build = getattr(MODULES[name][0], name)
    keras.utils.set_random_seed(3)
    theirs = getattr(MODULES[name][1], name)(weights=None, **options)
    least, most = (0, 255) if name.startswith(TAKES_PIXELS) else (-10, 10)
    batch = np.random.RandomState(3).uniform(least, most, (8, px, px, 3)).astype("float32")
    enliven(theirs, batch)
    batch = batch[:2]
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
        assert len(theirs.weights) - count == {"VGG": 6, "MobileNetV3": 4}.get(family(name), 2)
        for mine, other in zip(bare.weights, theirs.weights[:count], strict=True):
            np.testing.assert_array_equal(mine.numpy(), other.numpy())
    with pytest.raises(FileFormatError, match="include_top=False takes it without"):
        build(weights=tmp_path / "m.h5", input_shape=(px, px, 3), classes=4)


@pytest.mark.parametrize(
    ("name", "mode"),
    slow_unless(
        lambda name, mode: name in (QUICK, "VGG16"),
        [
            ("VGG16", "caffe"),
            ("ResNet50V2", "tf"),
            ("DenseNet121", "torch"),
            ("MobileNet", "tf"),
            ("InceptionV3", "tf"),
            ("Xception", "tf"),
            ("EfficientNetV2B0", "raw"),
            ("MobileNetV3Small", "raw"),
            ("InceptionResNetV2", "tf"),
            ("NASNetMobile", "tf"),
            ("ConvNeXtTiny", "raw"),
        ],
    ),
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
    ours = MODULES[name][0]
    theirs = importlib.import_module(ours.__name__.replace("saccade", "keras"))
    mine, theirs = (one.preprocess_input(pixels.copy()) for one in (ours, theirs))
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
    for name, record in densenet.PRETRAINED.items():
        theirs = importlib.import_module("keras.src.applications.densenet")
        constant = name.upper() + "_WEIGHT_PATH"
        assert record.with_top.address == getattr(theirs, constant)
        assert record.without_top.address == getattr(theirs, f"{constant}_NO_TOP")
        for file, path in ((record.with_top, constant), (record.without_top, f"{constant}_NO_TOP")):
            pattern = rf'{path},\s+cache_subdir="models",\s+file_hash="{file.md5}"'
            assert re.search(pattern, inspect.getsource(theirs)), file
    theirs = importlib.import_module("keras.src.applications.efficientnet")
    for number in range(8):
        record = efficientnet.PRETRAINED[f"efficientnetb{number}"]
        assert (record.with_top.md5, record.without_top.md5) == theirs.WEIGHTS_HASHES[f"b{number}"]
        stem = f"{theirs.BASE_WEIGHTS_PATH}efficientnetb{number}"
        assert record.with_top.address == f"{stem}.h5"
        assert record.without_top.address == f"{stem}_notop.h5"
    theirs = importlib.import_module("keras.src.applications.efficientnet_v2")
    for name, record in efficientnet_v2.PRETRAINED.items():
        size = name.removeprefix("efficientnetv2-")
        hashes = theirs.WEIGHTS_HASHES[size if size[0] == "b" else f"-{size}"]
        assert_published(record, f"{theirs.BASE_WEIGHTS_PATH}{name}", "_notop", hashes)
    theirs = importlib.import_module("keras.src.applications.convnext")
    for name, record in convnext.PRETRAINED.items():
        hashes = theirs.WEIGHTS_HASHES[name]
        assert_published(record, f"{theirs.BASE_WEIGHTS_PATH}{name}", "_notop", hashes)
    theirs = importlib.import_module("keras.src.applications.mobilenet_v3")
    for word, hashes in theirs.WEIGHTS_HASHES.items():
        size, _, rest = word.partition("_")
        alpha = float(rest.split("_")[-2])
        record = mobilenet_v3._published(size, alpha, "minimalistic" in word)
        stem = f"{theirs.BASE_WEIGHT_PATH}weights_mobilenet_v3_{word}"
        assert_published(record, stem, "_no_top_v2", hashes)
    theirs = importlib.import_module("keras.src.applications.inception_resnet_v2")
    record = inception_resnet_v2.PRETRAINED["inception_resnet_v2"]
    stem = f"{theirs.BASE_WEIGHT_URL}inception_resnet_v2_weights_tf_dim_ordering_tf_kernels"
    assert_published(record, stem, "_notop", re.findall(r"[0-9a-f]{32}", inspect.getsource(theirs)))
    theirs = importlib.import_module("keras.src.applications.nasnet")
    for name, record in nasnet.PRETRAINED.items():
        for file, ending in ((record.with_top, ""), (record.without_top, "_NO_TOP")):
            constant = f"{name.upper()}_WEIGHT_PATH{ending}"
            assert file.address == getattr(theirs, constant)
            pattern = rf'"{file.name}",\s+{constant},\s+cache_.*\s+file_hash="{file.md5}"'
            assert re.search(pattern, inspect.getsource(theirs)), file


def assert_published(record, stem, ending, hashes):
    files = (record.with_top, record.without_top)
    assert [file.address for file in files] == [f"{stem}.h5", f"{stem}{ending}.h5"]
    assert [file.digest for file in files] == list(hashes)


EFFICIENT_SETTINGS = (
    *("rate", "noise_shape", "target_shape", "scale", "momentum"),
    *("kernel_initializer", "bias_initializer", "depthwise_initializer"),
)


def assert_finer_settings_alike(ours, theirs):
    for mine, other in zip(ours.layers, theirs.layers, strict=True):
        for key in EFFICIENT_SETTINGS:
            one, two = plain(mine, key), plain(other, key)
            if key.endswith("initializer") and one:
                one, two = (_initializer(each) for each in (one, two))
            if key == "scale":
                one, two = (None if v is None else np.ravel(v).tolist() for v in (one, two))
            assert one == two, (mine.name, key)


def _initializer(config):
    """What it does: without the seed, and without what is None."""
    given = {key: value for key, value in config["config"].items() if value is not None}
    return config["class_name"], {key: given[key] for key in given if key != "seed"}


@pytest.mark.parametrize(
    "name",
    slow_unless(
        "EfficientNetV2B1".__eq__,
        [name for name in MODULES if "Efficient" in name and name[-2:] != "B0"],
    ),
)
def test_every_efficientnet_has_kerass_finer_settings(name):
    assert_finer_settings_alike(*shapes_of_both(name, weights=None))


@pytest.mark.parametrize(
    "shape",
    [
        (33, 40, 3),
        pytest.param((65, 51, 3), marks=pytest.mark.slow),
        pytest.param((None, None, 3), marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("name", ["EfficientNetB0", "EfficientNetV2B0"])
def test_efficientnet_of_odd_and_open_sides(name, shape):
    ours, theirs = shapes_of_both(name, weights=None, include_top=False, input_shape=shape)
    assert_alike(ours, theirs)
    assert_finer_settings_alike(ours, theirs)


@pytest.mark.parametrize("include_top", slow_unless(lambda top: not top, [True, False]))
def test_published_efficientnet_has_a_second_rescaling(include_top, tmp_path, monkeypatch):
    """Ours and Keras's read one file as if it were the published one."""
    module = importlib.import_module("keras.src.applications.efficientnet")
    keras.utils.set_random_seed(4)
    options = {"include_top": include_top}
    drawn = module.EfficientNetB0(weights=None, **options)
    drawn.get_layer(index=2).set_weights(
        [np.array([0.4, 0.5, 0.6]), np.array([0.2, 0.1, 0.05]), np.array(0)]
    )
    path = tmp_path / "w.h5"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        drawn.save(path)
    monkeypatch.setattr(module.file_utils, "get_file", lambda *_, **__: str(path))
    monkeypatch.setattr("saccade.applications.building.network._published", lambda *_: path)
    ours, theirs = both("EfficientNetB0", **options)
    names = [_called(layer.name) for layer in ours.layers[:5]]
    assert names[1:] == ["rescaling", "normalization", "rescaling", "stem_conv_pad"]
    assert_alike(ours, theirs)
    assert_finer_settings_alike(ours, theirs)
    batch = np.random.RandomState(3).uniform(0, 255, (2, 224, 224, 3)).astype("float32")
    needed = theirs.predict(batch, verbose=0)
    np.testing.assert_allclose(ours.predict(batch, verbose=0), needed, rtol=0, atol=1e-4)
    assert ours.input_record.mode == "raw"
