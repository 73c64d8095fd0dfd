import inspect

import numpy as np
import pytest

from saccade.data import ImageDataGenerator
from saccade.errors import InvalidArgument, UnknownName


def test_keras_s_arguments_come_first_and_the_others_by_name_only():
    parameters = inspect.signature(ImageDataGenerator).parameters.values()
    kinds = [parameter.kind for parameter in parameters]
    assert kinds[:23] == [inspect.Parameter.POSITIONAL_OR_KEYWORD] * 23
    assert set(kinds[23:-1]) == {inspect.Parameter.KEYWORD_ONLY}
    with pytest.raises(UnknownName, match='Did you mean "rotation_range"'):
        ImageDataGenerator(rotaton_range=20)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"rescale": "1/255"}, InvalidArgument),
        ({"validation_split": 1}, InvalidArgument),
        ({"validation_split": 1.5}, InvalidArgument),
        ({"validation_split": -0.1}, InvalidArgument),
        ({"validation_split": "a"}, InvalidArgument),
        ({"preprocessing_function": 3}, InvalidArgument),
        ({"data_format": "channel_last"}, UnknownName),
        ({"dtype": "float31"}, InvalidArgument),
        ({"dtype": str}, InvalidArgument),
        ({"zoom_range": "a"}, InvalidArgument),
        ({"zoom_range": [1, 2, 3]}, InvalidArgument),
        ({"split": "shuffled"}, UnknownName),
        ({"split_seed": 1.5}, InvalidArgument),
        ({"extensions": [""]}, InvalidArgument),
        ({"on_error": "ignore"}, UnknownName),
        ({"workers": -1}, InvalidArgument),
        ({"prefetch": "2"}, InvalidArgument),
        ({"cache": 3}, InvalidArgument),
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
