"""MobileNets of other widths and sizes against the installed Keras's: names, files, errors."""

import warnings

import pytest

from parity.reference import keras
from saccade.applications import mobilenet, mobilenet_v2, mobilenet_v3
from saccade.applications.building import network
from saccade.layers import Input
from saccade.layers.operations.operation import Operation

MODULES = {
    "MobileNet": (mobilenet, keras.applications.mobilenet),
    "MobileNetV2": (mobilenet_v2, keras.applications.mobilenet_v2),
    "MobileNetV3Small": (mobilenet_v3, keras.applications),
    "MobileNetV3Large": (mobilenet_v3, keras.applications),
}


class _AskedFor(Exception):
    """The address that a network would fetch."""


@pytest.fixture
def asked(monkeypatch):
    """What each of the two libraries would fetch for some arguments, and the model's name."""
    file_utils = __import__("keras.src.utils.file_utils", fromlist=["get_file"])

    def theirs(name, origin, file_hash=None, **_):
        assert name == origin.rpartition("/")[2]
        raise _AskedFor(origin, file_hash or "")

    def ours(file, **_):
        raise _AskedFor(file.address, file.md5)

    monkeypatch.setattr(file_utils, "get_file", theirs)
    monkeypatch.setattr(network, "kept_file", ours)
    monkeypatch.setattr(network, "is_kept", lambda file: False)

    def ask(name, **options):
        addresses = []
        for module in MODULES[name]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Keras warns where ours notes
                with pytest.raises(_AskedFor) as caught:
                    getattr(module, name)(**options)
            addresses.append(caught.value.args)
        return addresses

    return ask


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("MobileNet", {"alpha": 0.25}),
        ("MobileNet", {"alpha": 0.25, "input_shape": (128, 128, 3)}),
        ("MobileNet", {"alpha": 0.5, "include_top": False, "input_shape": (160, 160, 3)}),
        ("MobileNet", {"alpha": 0.75, "include_top": False}),
        ("MobileNet", {"alpha": 1, "include_top": False, "input_shape": (96, 128, 3)}),
        ("MobileNet", {"alpha": 0.25, "include_top": False, "input_shape": (96, 96, 3)}),
        ("MobileNetV2", {"alpha": 0.35}),
        ("MobileNetV2", {"alpha": 0.5, "input_shape": (96, 96, 3)}),
        ("MobileNetV2", {"alpha": 0.75, "include_top": False, "input_shape": (96, 96, 3)}),
        ("MobileNetV2", {"alpha": 1, "include_top": False}),
        ("MobileNetV2", {"alpha": 1.4, "include_top": False, "input_shape": (64, 64, 3)}),
        ("MobileNetV3Small", {"alpha": 0.75}),
        ("MobileNetV3Small", {"minimalistic": True, "include_top": False}),
        ("MobileNetV3Large", {"input_shape": (96, 96, 3)}),
        ("MobileNetV3Large", {"alpha": 0.75, "include_top": False, "input_shape": (96, 96, 3)}),
        ("MobileNetV3Large", {"minimalistic": True}),
    ],
)
def test_the_files_are_those_that_keras_fetches(asked, name, options):
    # A network without its top takes the file without; both ask for one file only.
    ours, theirs = asked(name, **options)
    assert ours == theirs


def test_images_of_other_sizes_are_told_which_weights_they_get(asked, caplog):
    asked("MobileNet", alpha=0.25, include_top=False, input_shape=(100, 120, 3))
    assert "those for 224 x 224 pixels; there are none of their own for images of 100 x 120" in (
        caplog.text
    )


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("MobileNet", {"alpha": 0.3, "weights": "imagenet"}),
        ("MobileNet", {"depth_multiplier": 2, "weights": "imagenet"}),
        ("MobileNet", {"classes": 10, "weights": "imagenet"}),
        ("MobileNet", {"input_shape": (100, 100, 3), "weights": "imagenet"}),
        ("MobileNet", {"input_shape": (31, 31, 3), "weights": None}),
        ("MobileNet", {"input_shape": (None, None, 3), "weights": None}),
        ("MobileNet", {"weights": "gone.h5"}),
        ("MobileNetV2", {"alpha": 0.25, "weights": "imagenet"}),
        ("MobileNetV2", {"input_shape": (100, 100, 3), "weights": "imagenet"}),
        ("MobileNetV2", {"input_shape": (31, 31, 3), "weights": None}),
        ("MobileNetV3Small", {"alpha": 0.5, "weights": "imagenet"}),
        ("MobileNetV3Small", {"alpha": 0.75, "minimalistic": True, "weights": "imagenet"}),
        ("MobileNetV3Small", {"classes": 10, "weights": "imagenet"}),
        ("MobileNetV3Large", {"input_shape": (31, 64, 3), "weights": None}),
    ],
)
def test_what_keras_refuses_is_refused(name, options):
    for module in MODULES[name]:
        with pytest.raises((ValueError, FileNotFoundError)):
            getattr(module, name)(**options)


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("MobileNet", {"alpha": 0.3, "depth_multiplier": 2, "dropout": 0.2}),
        ("MobileNet", {"alpha": 0.25, "include_top": False}),
        ("MobileNet", {"alpha": 1.5, "include_top": False, "input_shape": (33, 47, 3)}),
        ("MobileNetV2", {"alpha": 0.35, "include_top": False, "input_shape": (33, 47, 3)}),
        ("MobileNetV2", {"alpha": 1.3, "include_top": False}),
        ("MobileNetV2", {"alpha": 0.1, "input_shape": (50, 34, 3)}),
        ("MobileNet", {"alpha": 0.25, "input_shape": (48, 40, 1), "classes": 7, "name": "mine"}),
        ("MobileNetV3Small", {"alpha": 0.3, "minimalistic": True, "dropout_rate": 0}),
        ("MobileNetV3Small", {"alpha": 1.5, "input_shape": (33, 47, 3), "classes": 7}),
        ("MobileNetV3Small", {"input_shape": (48, 40, 1), "include_preprocessing": False}),
        ("MobileNetV3Large", {"minimalistic": True, "include_top": False, "pooling": "max"}),
        ("MobileNetV3Large", {"alpha": 0.75, "input_shape": (None, None, 3), "name": "mine"}),
    ],
)
def test_other_widths_and_sizes(name, options):
    ours, theirs = (getattr(module, name)(weights=None, **options) for module in MODULES[name])
    assert ours.name == theirs.name
    layers = [one for one in ours.layers[1:] if not isinstance(one, Operation)]
    assert [one.output_shape for one in layers] == [
        tuple(one.output.shape) for one in theirs.layers[1:]
    ]
    assert [tuple(one.shape) for one in ours.weights] == [
        tuple(one.shape) for one in theirs.weights
    ]


@pytest.mark.parametrize("name", ["MobileNet", "MobileNetV2", "MobileNetV3Small"])
def test_on_a_tensor(name):
    ours = getattr(MODULES[name][0], name)(input_tensor=Input((96, 96, 3)), weights=None, alpha=0.5)
    theirs = getattr(MODULES[name][1], name)(
        input_tensor=keras.Input((96, 96, 3)), weights=None, alpha=0.5
    )
    assert ours.name == theirs.name
    assert ours.layers[-3].output_shape == tuple(theirs.layers[-3].output.shape)


def test_a_tensor_of_another_width_than_the_shape():
    for name in ("MobileNetV2", "MobileNetV3Small"):
        for module, make in zip(MODULES[name], (Input, keras.Input), strict=True):
            with pytest.raises(ValueError, match=r"input_shape"):
                getattr(module, name)(
                    (96, 96, 3), input_tensor=make((96, 128, 3)), weights=None, include_top=False
                )
