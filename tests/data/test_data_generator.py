import inspect

import numpy as np
import pytest

from saccade.data import ImageDataGenerator
from saccade.errors import InvalidArgument, NotSupported, UnknownName

# Another value than the default for each option that is refused until it is built.
UNBUILT = {
    "featurewise_center": True,
    "samplewise_center": True,
    "featurewise_std_normalization": True,
    "samplewise_std_normalization": True,
    "zca_whitening": True,
    "zca_epsilon": 1e-5,
    "rotation_range": 20,
    "width_shift_range": 0.1,
    "height_shift_range": [1, 2],
    "brightness_range": (0.5, 1.5),
    "shear_range": 0.1,
    "zoom_range": [0.8, 1.2],
    "channel_shift_range": 10.0,
    "fill_mode": "reflect",
    "cval": 1.0,
    "horizontal_flip": True,
    "vertical_flip": True,
    "interpolation_order": 3,
}
BUILT = ["rescale", "preprocessing_function", "data_format", "validation_split", "dtype"]


def test_every_option_is_either_built_or_refused():
    parameters = list(inspect.signature(ImageDataGenerator).parameters)
    assert len(parameters) == 23
    assert sorted(parameters) == sorted([*UNBUILT, *BUILT])


@pytest.mark.parametrize("name", UNBUILT)
def test_unbuilt_options_are_refused_by_name(name):
    with pytest.raises(NotSupported, match=f"{name} is not built yet, got "):
        ImageDataGenerator(**{name: UNBUILT[name]})
    default = inspect.signature(ImageDataGenerator).parameters[name].default
    ImageDataGenerator(**{name: default})


@pytest.mark.parametrize("name", ["flow", "flow_from_dataframe", "fit"])
def test_unbuilt_methods_are_refused_by_name(name):
    with pytest.raises(NotSupported, match=f"{name} is not built yet"):
        getattr(ImageDataGenerator(), name)(np.zeros((2, 4, 4, 3)), batch_size=1)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"rescale": "1/255"}, InvalidArgument),
        ({"validation_split": 1}, InvalidArgument),
        ({"validation_split": 1.5}, InvalidArgument),
        ({"validation_split": -0.1}, InvalidArgument),
        ({"validation_split": "a"}, InvalidArgument),
        ({"preprocessing_function": 3}, InvalidArgument),
        ({"data_format": "channels_first"}, NotSupported),
        ({"data_format": "channel_last"}, UnknownName),
        ({"dtype": "float31"}, InvalidArgument),
        ({"dtype": str}, InvalidArgument),
    ],
    ids=str,
)
def test_options_that_cannot_work(options, error):
    with pytest.raises(error, match=next(iter(options))):
        ImageDataGenerator(**options)


def test_standardize_works_in_place_on_floats():
    x = np.full((2, 2, 3), 10.0, np.float32)
    assert ImageDataGenerator(rescale=0.5).standardize(x) is x
    assert x.max() == 5.0
    assert ImageDataGenerator(rescale=0).standardize(x).max() == 5.0  # 0 is none, as in Keras
