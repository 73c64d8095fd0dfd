"""The guard: images in another range than a network was trained on are named, right ones never."""

import doctest
import importlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from house.slow_cases import slow_unless
from saccade.applications import imagenet_utils
from saccade.layers import (
    Dense,
    Dropout,
    Flatten,
    Input,
    Lambda,
    Normalization,
    RandomFlip,
    RandomRotation,
    Rescaling,
    Resizing,
)
from saccade.models import Model, Sequential, input_range
from saccade.models.input_range import range_notes, records_in
from saccade.notes import forget_notes
from saccade.optimizers import SGD
from saccade.preprocessing.image import ImageDataGenerator


@dataclass(frozen=True)
class Record:
    mode: str
    low: float
    high: float
    preprocess_input: str = "saccade.applications.resnet.preprocess_input"


CAFFE = Record("caffe", -123.68, 151.061)
TF = Record("tf", -1.0, 1.0)
TORCH = Record("torch", -2.1179, 2.64)
RECORDS = {"caffe": CAFFE, "tf": TF, "torch": TORCH}
EVERY_MODE = pytest.mark.parametrize("mode", RECORDS)


def photos(seed=0, count=8, low=0, high=256):
    """uint8 pixels of smooth pictures, with black and white in them."""
    rows = np.linspace(low, high - 1, 24)
    noise = np.random.RandomState(seed).uniform(-20, 20, (count, 24, 24, 3))
    return (rows[None, :, None, None] + noise).clip(low, high - 1).astype(np.uint8)


def prepared(pixels, mode):
    return imagenet_utils.preprocess_input(pixels.astype(np.float32), mode=mode)


def notes(mode, x):
    return range_notes([RECORDS[mode]], torch.tensor(np.ascontiguousarray(x)))


def only(mode, x):
    (sentence,) = notes(mode, x)
    assert "preprocessing_function=preprocess_input" in sentence
    assert sentence.endswith(".")
    return sentence


# -- what is wrong is named -----------------------------------------------------------------


@EVERY_MODE
def test_rescaled_photos(mode):
    for count in (2, 8, 32):
        sentence = only(mode, photos(count=count).astype(np.float32) * np.float32(1 / 255))
        assert "as rescale=1/255 makes them" in sentence
        assert "leave rescale out" in sentence
    assert only("caffe", photos(count=1).astype(np.float32) / 255)


@EVERY_MODE
def test_raw_pixels(mode):
    assert "from 0 to 255, which are raw pixels" in only(mode, photos().astype(np.float32))
    assert "raw pixels" in only(mode, photos())  # bytes, too
    assert "raw pixels" in only(mode, photos(count=1, low=60, high=240))


@EVERY_MODE
def test_prepared_twice(mode):
    assert "applied twice" in only(mode, prepared(prepared(photos(), mode), mode))


def test_small_ranges_before_caffe():
    assert "-1 to 1" in only("caffe", prepared(photos(), "tf"))
    assert "standardized" in only("caffe", prepared(photos(), "torch"))
    both = prepared(photos(), "caffe") / 255
    assert "its result times 1/255" in only("caffe", both)


@pytest.mark.parametrize("mode", ["tf", "torch"])
def test_another_network_s_function(mode):
    assert "another network's function" in only(mode, prepared(photos(), "caffe"))


# -- what is right, or may be, is not -------------------------------------------------------

GREYS = [0, 1, 64, 103, 104, 116, 117, 123, 124, 127, 128, 200, 254, 255]


@EVERY_MODE
@pytest.mark.parametrize("count", [1, 2, 32])
def test_prepared_photos_of_any_kind(mode, count):
    assert notes(mode, prepared(photos(count=count), mode)) == []
    for grey in GREYS:
        flat = np.full((count, 24, 24, 3), grey, np.uint8)
        assert notes(mode, prepared(flat, mode)) == [], grey
        for spread in (1, 2, 3, 8, 40):
            noise = np.random.RandomState(grey).randint(-spread, spread + 1, flat.shape)
            faint = (flat + noise).clip(0, 255).astype(np.uint8)
            assert notes(mode, prepared(faint, mode)) == [], (grey, spread)


@EVERY_MODE
def test_the_mean_color_of_imagenet(mode):
    mean = np.broadcast_to(np.array([124, 117, 104]), (4, 24, 24, 3))
    for spread in (0, 1):
        noise = np.random.RandomState(3).randint(-spread, spread + 1, mean.shape)
        assert notes(mode, prepared((mean + noise).astype(np.uint8), mode)) == []


@EVERY_MODE
def test_bright_and_dark_photos(mode):
    bounds = [(0, 3), (0, 20), (100, 256), (127, 256), (128, 256), (131, 256), (250, 256)]
    for low, high in bounds:
        assert notes(mode, prepared(photos(low=low, high=high), mode)) == [], (low, high)


@EVERY_MODE
def test_prepared_photos_in_random_changes(mode):
    generator = ImageDataGenerator(
        rotation_range=40, zoom_range=0.5, brightness_range=(0.2, 3), noise_range=20,
        contrast_range=(0.2, 4), sharpen_range=3, interpolation_order=3,
        preprocessing_function=lambda image: imagenet_utils.preprocess_input(image, mode=mode),
    )  # fmt: skip
    images = generator.flow(photos(), batch_size=8, seed=1)
    for _ in range(5):
        assert notes(mode, next(images)) == []


@pytest.mark.slow
@EVERY_MODE
def test_fruits(mode):
    """Every photo alone, and in batches; and every batch of the wrong range is named."""
    folder = Path(__file__).parents[3] / "shared" / "data" / "fruits" / "train"
    if not folder.is_dir():
        pytest.skip("shared/data/fruits is not here")
    flow = ImageDataGenerator().flow_from_directory(folder, (64, 64), batch_size=32, seed=1)
    other = {"caffe": "tf", "tf": "caffe", "torch": "caffe"}[mode]
    for _ in range(len(flow)):
        pixels = next(flow)[0]
        right = prepared(pixels, mode)
        assert notes(mode, right) == []
        assert all(notes(mode, image[None]) == [] for image in right)
        for wrong in (pixels, pixels / 255, prepared(prepared(pixels, mode), mode),
                      prepared(pixels, other)):  # fmt: skip
            assert len(notes(mode, wrong)) == 1


# -- networks that take pixels as they are --------------------------------------------------

RAW = Record("raw", 0.0, 255.0)


def raw_notes(x):
    return range_notes([RAW], torch.tensor(np.ascontiguousarray(x)))


@pytest.mark.parametrize("count", [1, 2, 32])
def test_raw_pixels_where_they_are_wanted(count):
    for kind in (np.uint8, np.float32):
        assert raw_notes(photos(count=count).astype(kind)) == []
        for low, high in [(0, 2), (0, 3), (0, 20), (100, 256), (250, 256)]:
            assert raw_notes(photos(count=count, low=low, high=high).astype(kind)) == []
        for grey in GREYS:
            flat = np.full((count, 24, 24, 3), grey, np.int64)
            for spread in (0, 1, 2, 3, 8, 40):
                noise = np.random.RandomState(grey).randint(-spread, spread + 1, flat.shape)
                faint = (flat + noise).clip(0, 255).astype(kind)
                assert raw_notes(faint) == [], (grey, spread)


def test_raw_pixels_in_random_changes():
    generator = ImageDataGenerator(
        rotation_range=40, zoom_range=0.5, brightness_range=(0.2, 3), noise_range=20,
        contrast_range=(0.2, 4), sharpen_range=3, interpolation_order=3,
    )  # fmt: skip
    images = generator.flow(photos(), batch_size=8, seed=1)
    for _ in range(5):
        assert raw_notes(next(images)) == []


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("as rescale=1/255 makes them", lambda pixels: pixels.astype(np.float32) / 255),
        ("scaled to -1 to 1", lambda pixels: prepared(pixels, "tf")),
        ("standardized", lambda pixels: prepared(pixels, "torch")),
        ("another network's function", lambda pixels: prepared(pixels, "caffe")),
    ],
)
def test_no_raw_pixels_where_they_are_wanted(kind, wrong):
    for count in (1, 2, 32):
        (sentence,) = raw_notes(wrong(photos(count=count)))
        assert kind in sentence
        assert "trained on pixels from 0 to 255, which it scales itself: leave" in sentence
        assert sentence.endswith("give it the pixels as they are.")


def test_what_is_no_batch_of_photos_is_passed_over():
    raw = torch.tensor(photos()).float()
    assert len(range_notes([TF], [raw])) == len(range_notes([TF], raw)) == 1
    for other in ([raw, raw], raw[0], raw[..., :1], raw[:0], None, torch.full_like(raw, np.nan)):
        assert range_notes([TF], other) == []
    assert range_notes([], raw) == []
    assert len(range_notes([TF, CAFFE], raw)) == 2


# -- where the records are ------------------------------------------------------------------


def network(record=CAFFE, start=None):
    image = Input((24, 24, 3)) if start is None else start
    model = Model(image, Dense(2)(Flatten(name="first")(image)))
    model.input_record = record
    return model


def test_records_of_what_gets_the_model_s_input():
    assert records_in(network()) == [CAFFE]
    assert records_in(Sequential([network(), Dense(2)])) == [CAFFE]
    assert records_in(Sequential([Sequential([network()]), Dense(2)])) == [CAFFE]
    assert records_in(Sequential([Dense(2)])) == records_in(Sequential()) == []
    image = Input((24, 24, 3))
    one, two = network()(image), network(TF)(image)
    assert records_in(Model(image, [one, two])) == [CAFFE, TF]
    assert records_in(Model(image, [one, network()(image)])) == [CAFFE]


def test_not_behind_a_layer():
    for layer in (Rescaling(2.0), Lambda(lambda x: x), Normalization(), Dropout(0.1)):
        image = Input((24, 24, 3))
        assert records_in(Sequential([image, layer, network()])) == []
        image = Input((24, 24, 3))
        assert records_in(Model(image, network()(layer(image)))) == []


def test_a_graph_that_goes_on_from_a_network():
    backbone = network()
    backbone.get_layer("first").input_record = CAFFE
    assert records_in(Model(backbone.input, Dense(3)(backbone.output))) == [CAFFE]


def test_a_network_built_on_a_layer_takes_what_comes_before_it():
    image = Input((24, 24, 3))
    inner = Rescaling(2.0)(image)
    first = Flatten()
    model = Model(image, Dense(2)(first(inner)))
    model.input_record = first.input_record = CAFFE
    assert records_in(model) == []


def test_fit_evaluate_and_predict_say_it_once(caplog):
    for method in ("fit", "evaluate", "predict"):
        forget_notes()
        caplog.clear()
        model = Sequential([network(), Dense(2)])
        model.compile(SGD(1e-9), "mse", jit_compile=False)
        y = {} if method == "predict" else {"y": np.zeros((8, 2), np.float32)}
        for _ in range(2):
            getattr(model, method)(photos().astype(np.float32), **y, batch_size=4, verbose=0)
        said = [line for line in caplog.messages if "raw pixels" in line]
        assert len(said) == 1, method
        model = Sequential([Input((24, 24, 3)), Rescaling(1 / 255), network(), Dense(2)])
        model.compile(SGD(1e-9), "mse", jit_compile=False)
        getattr(model, method)(photos().astype(np.float32), **y, batch_size=4, verbose=0)
        assert [line for line in caplog.messages if "raw pixels" in line] == said


def test_a_range_of_its_own_in_every_call_is_told_once(caplog):
    forget_notes()
    model = Sequential([network(), Dense(2)])
    for brightness in (1, 0.9, 0.8):
        model.predict(photos().astype(np.float32) * brightness, verbose=0)
    assert sum("raw pixels" in line for line in caplog.messages) == 1


def test_single_batches_and_validation_data_are_looked_at(caplog):
    x, y = photos().astype(np.float32), np.zeros((8, 2), np.float32)
    right = x - 110
    for call in (
        lambda model: model.train_on_batch(x, y),
        lambda model: model.test_on_batch(x, y),
        lambda model: model.predict_on_batch(x),
        lambda model: model.fit(right, y, validation_data=(x, y), verbose=0),
    ):
        forget_notes()
        caplog.clear()
        model = Sequential([network(), Dense(2)])
        model.compile(SGD(1e-9), "mse", jit_compile=False)
        call(model)
        assert sum("raw pixels" in line for line in caplog.messages) == 1


@pytest.mark.parametrize(
    "family",
    slow_unless(
        "vgg.VGG16".__eq__,
        [
            "resnet.ResNet50",
            "resnet_v2.ResNet50V2",
            "vgg.VGG16",
            "densenet.DenseNet121",
            "efficientnet.EfficientNetB0",
            "efficientnet_v2.EfficientNetV2B0",
            "mobilenet_v3.MobileNetV3Small",
            "convnext.ConvNeXtTiny",
            "nasnet.NASNetMobile",
        ],
    ),
)
def test_real_networks_with_weights_are_guarded(family, tmp_path, caplog):
    module, _, name = family.partition(".")
    build = getattr(importlib.import_module(f"saccade.applications.{module}"), name)
    options = {"include_top": False, "input_shape": (32, 32, 3), "pooling": "avg"}
    fresh = build(weights=None, **options)
    assert records_in(fresh) == []
    fresh.save_weights(tmp_path / "w.weights.h5")
    network = build(weights=tmp_path / "w.weights.h5", **options)
    for model in (
        network,
        Sequential([network, Dense(2)]),
        Sequential([RandomFlip(), network]),
        Model(image := Input((32, 32, 3)), Dense(2)(network(image))),
    ):
        assert records_in(model) == [network.input_record]
    raw = np.random.RandomState(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
    raw[:, 0, 0] = 0
    takes_raw = network.input_record.mode == "raw"
    for batch, words, is_wrong in (
        (raw, "raw pixels", not takes_raw),
        (raw / 255, "as rescale=1/255 makes them", True),
    ):
        forget_notes()
        caplog.clear()
        network.predict(batch, verbose=0)
        assert sum(words in line for line in caplog.messages) == is_wrong
        assert sum("first images" in line for line in caplog.messages) == is_wrong


@pytest.mark.parametrize(
    ("family", "words"),
    slow_unless(
        lambda family, words: "Small" in family,
        [
            ("efficientnet_v2.EfficientNetV2B0", "ImageNet's mean, by its deviation"),
            ("efficientnet_v2.EfficientNetV2S", "x / 127.5 - 1"),
            ("mobilenet_v3.MobileNetV3Small", "x / 127.5 - 1"),
            ("convnext.ConvNeXtTiny", "ImageNet's mean, by its deviation"),
        ],
    ),
)
def test_a_network_without_its_first_layers_wants_scaled_pixels(family, words, tmp_path, caplog):
    module, _, name = family.partition(".")
    build = getattr(importlib.import_module(f"saccade.applications.{module}"), name)
    options = {"include_top": False, "input_shape": (32, 32, 3), "include_preprocessing": False}
    build(weights=None, **options).save_weights(tmp_path / "w.weights.h5")
    network = build(weights=tmp_path / "w.weights.h5", **options)
    raw = np.random.RandomState(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
    for batch, is_wrong in ((raw, True), (raw / 127.5 - 1, False)):
        forget_notes()
        caplog.clear()
        network.predict(batch, verbose=0)
        told = [
            line for line in caplog.messages if "built with include_preprocessing=False" in line
        ]
        assert len(told) == is_wrong
        assert all(words in line and "which are raw pixels" in line for line in told)


def test_behind_layers_that_only_move_pixels_about():
    moving = [RandomFlip(), RandomRotation(0.1), Resizing(24, 24)]
    assert records_in(Sequential([Input((24, 24, 3)), *moving, network()])) == [CAFFE]
    image = x = Input((24, 24, 3))
    for layer in moving:
        x = layer(x)
    assert records_in(Model(image, network()(x))) == [CAFFE]
    assert records_in(Sequential([Input((24, 24, 3)), *moving, Rescaling(2.0), network()])) == []


# -- the generator --------------------------------------------------------------------------


def test_a_function_for_a_switch(caplog):
    forget_notes()
    generator = ImageDataGenerator(imagenet_utils.preprocess_input)
    (said,) = caplog.messages
    assert "preprocessing_function=preprocess_input" in said
    assert "featurewise_center" in said
    x = next(generator.flow(photos(), batch_size=2, shuffle=False))
    np.testing.assert_array_equal(x, photos()[:2])  # Keras's numbers
    assert len(caplog.messages) == 1
    for name in ("samplewise_center", "samplewise_std_normalization", "zca_whitening"):
        forget_notes()
        caplog.clear()
        ImageDataGenerator(**{name: lambda image: image})
        assert f"{name}=<lambda>" in caplog.messages[0]
    caplog.clear()
    ImageDataGenerator(True, samplewise_center=np.bool_(True))
    assert caplog.messages == []


def drawing_nothing(image):
    return imagenet_utils.preprocess_input(image)


drawing_nothing.draws_nothing = True


@pytest.mark.parametrize("changes", [{}, {"rotation_range": 30, "horizontal_flip": True}])
def test_a_function_that_draws_nothing_runs_in_the_threads(changes):
    """The same batches, and the same place in NumPy's stream after them."""
    batches = []
    for function in (drawing_nothing, lambda image: imagenet_utils.preprocess_input(image)):
        generator = ImageDataGenerator(preprocessing_function=function, workers=2, **changes)
        assert generator.runs_user_code is (function is not drawing_nothing)
        assert generator.only_rescale is None
        np.random.seed(5)
        flow = generator.flow(photos(), batch_size=3)
        batches.append([*(next(flow) for _ in range(4)), np.random.rand(3)])
    for one, other in zip(*batches, strict=True):
        np.testing.assert_array_equal(one, other)
    assert batches[0][0].min() < -60


def test_the_functions_of_networks_draw_nothing():
    from saccade.applications import resnet, resnet50

    for module in (imagenet_utils, resnet, resnet50):
        assert module.preprocess_input.draws_nothing is True
        generator = ImageDataGenerator(preprocessing_function=module.preprocess_input)
        assert not generator.runs_user_code
        assert generator.only_rescale is None
        assert next(generator.flow(photos(), batch_size=2)).min() < -60


def test_examples():
    assert doctest.testmod(input_range).failed == 0
