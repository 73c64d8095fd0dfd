"""Published networks with their channels first: the numbers of those with their channels last."""

import numpy as np
import pytest

from saccade import applications
from saccade.applications.building.input_shape import obtain_input_shape
from saccade.config import set_image_data_format
from saccade.errors import InvalidArgument, NotSupported

X = np.random.RandomState(0).uniform(0, 255, (1, 96, 96, 3)).astype("float32")
QUICK = ["MobileNet", "VGG16"]
OTHERS = """ResNet50 ResNet50V2 DenseNet121 InceptionV3 Xception MobileNetV2 EfficientNetB0
    MobileNetV3Small EfficientNetV2B0 InceptionResNetV2""".split()  # noqa: SIM905


@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)]
)
def test_the_same_numbers(name):
    build, options = getattr(applications, name), {"weights": None, "include_top": False}
    last = build(input_shape=(96, 96, 3), **options)
    set_image_data_format("channels_first")
    first = build(input_shape=(3, 96, 96), **options)
    channels = last.output_shape[-1]
    assert first.output_shape == (None, channels, *last.output_shape[1:3])
    assert [w.shape for w in first.weights] == [w.shape for w in last.weights]
    first.set_weights(last.get_weights())
    expected = last(X).detach().numpy()
    found = first(np.moveaxis(X, -1, 1)).detach().numpy()
    np.testing.assert_allclose(np.moveaxis(found, 1, -1), expected, rtol=1e-5, atol=1e-6)


def test_shapes_of_images():
    set_image_data_format("channels_first")
    given = ("net", None, 224, 32, True, None)
    assert obtain_input_shape(*given) == (3, 224, 224)
    assert obtain_input_shape("net", None, 224, 32, False, None) == (3, None, None)
    assert obtain_input_shape("net", (1, 40, 50), 224, 32, False, None) == (1, 40, 50)
    with pytest.raises(InvalidArgument, match="ImageNet's images have 3 channels"):
        obtain_input_shape("net", (64, 64, 3), 224, 32, False, "imagenet")
    with pytest.raises(InvalidArgument, match="at least 32 x 32"):
        obtain_input_shape("net", (3, 64, 16), 224, 32, False, None)


@pytest.mark.parametrize("name", ["NASNetMobile", "ConvNeXtTiny"])
def test_what_keras_has_with_the_channels_last_only(name):
    set_image_data_format("channels_first")
    with pytest.raises(NotSupported, match="set_image_data_format"):
        getattr(applications, name)(weights=None)
