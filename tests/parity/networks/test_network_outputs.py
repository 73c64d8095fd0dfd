"""Every network with a name: Keras's outputs from the legacy weight file that Keras wrote."""

import importlib
import json
import warnings

import numpy as np
import pytest

from house.slow_cases import slow_unless
from parity.networks.living_weights import enliven
from parity.reference import keras
from saccade import applications

pytestmark = [
    # Keras's own arrays on torch.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.usefixtures("nasnet_on_torch"),
]

HOMES = {
    "vgg16": ("VGG16",),
    "vgg19": ("VGG19",),
    "resnet": ("ResNet50", "ResNet101", "ResNet152"),
    "resnet_v2": ("ResNet50V2", "ResNet101V2", "ResNet152V2"),
    "mobilenet": ("MobileNet",),
    "mobilenet_v2": ("MobileNetV2",),
    "inception_v3": ("InceptionV3",),
    "xception": ("Xception",),
    "densenet": ("DenseNet121", "DenseNet169", "DenseNet201"),
    "efficientnet": tuple(f"EfficientNetB{number}" for number in range(8)),
    "efficientnet_v2": tuple(
        f"EfficientNetV2{size}" for size in ["B0", "B1", "B2", "B3", "S", "M", "L"]
    ),
    "mobilenet_v3": ("MobileNetV3Small", "MobileNetV3Large"),
    "inception_resnet_v2": ("InceptionResNetV2",),
    "nasnet": ("NASNetMobile", "NASNetLarge"),
    "convnext": (
        *("ConvNeXtTiny", "ConvNeXtSmall", "ConvNeXtBase"),
        *("ConvNeXtLarge", "ConvNeXtXLarge"),
    ),
}
NETWORKS = {name: home for home, names in HOMES.items() for name in names}
LEAST_PX = {"InceptionV3": 75, "InceptionResNetV2": 75, "Xception": 71}
QUICK = "MobileNet"  # test_networks_parity.py reads a file of each family's smallest
TOLERANCE = 1e-4


@pytest.mark.parametrize("include_top", slow_unless(bool, [False, True]))
@pytest.mark.parametrize("name", slow_unless(QUICK.__eq__, NETWORKS))
def test_keras_wrote_the_file_and_gets_the_same_outputs(
    name, include_top, tmp_path, record_property
):
    px = LEAST_PX.get(name, 32)
    options = {"input_shape": (px, px + 5, 3), "include_top": include_top}
    if include_top:
        options |= {"classes": 7, "classifier_activation": None}
    home = importlib.import_module(f"keras.applications.{NETWORKS[name]}")
    keras.utils.set_random_seed(1)
    theirs = getattr(keras.applications, name)(weights=None, **options)
    stream = np.random.RandomState(3)
    pixels = stream.uniform(0, 255, (8, px, px + 5, 3)).astype("float32")
    pixels *= stream.uniform(0.2, 1, (8, 1, 1, 3)).astype("float32")  # images of their own colours
    batch = home.preprocess_input(pixels)
    enliven(theirs, batch)
    needed = theirs.predict(batch[:3], verbose=0)
    assert np.isfinite(needed).all()
    assert np.ptp(needed, axis=0).max() > 0.05  # the images differ
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.save(tmp_path / "m.h5")
    ours = getattr(importlib.import_module(f"saccade.applications.{NETWORKS[name]}"), name)
    got = ours(weights=tmp_path / "m.h5", **options).predict(batch[:3], verbose=0)
    assert got.shape == needed.shape
    size = max(1.0, float(abs(needed).max()))
    record_property("largest", float(abs(got - needed).max()) / size)
    np.testing.assert_allclose(got, needed, rtol=0, atol=TOLERANCE * size)


@pytest.mark.parametrize("home", HOMES)
def test_pixels_and_classes_are_read_as_keras_reads_them(home, tmp_path, monkeypatch):
    ours, theirs = (
        importlib.import_module(f"{package}.applications.{home}")
        for package in ("saccade", "keras")
    )
    pixels = np.random.RandomState(1).uniform(0, 255, (2, 5, 4, 3)).astype("float32")
    for layout in ("channels_last", "channels_first"):
        if layout == "channels_first":
            pixels = pixels.transpose(0, 3, 1, 2)
        mine, other = (one.preprocess_input(pixels.copy(), layout) for one in (ours, theirs))
        np.testing.assert_array_equal(mine, other)
    names = {str(n): [f"n{n:08d}", f"class {n}"] for n in range(1000)}
    path = tmp_path / "names.json"
    path.write_text(json.dumps(names))
    monkeypatch.setattr(applications.imagenet_utils, "kept_file", lambda file: path)
    monkeypatch.setattr("keras.src.applications.imagenet_utils.CLASS_INDEX", names)
    scores = np.random.RandomState(2).rand(3, 1000).astype("float32")
    for top in (1, 5, 12):
        assert ours.decode_predictions(scores, top=top) == theirs.decode_predictions(
            scores, top=top
        )
