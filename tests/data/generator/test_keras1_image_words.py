"""What Keras 1 called images and their iterators by: taken, each with one note."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from saccade.applications import efficientnet, imagenet_utils, vgg16
from saccade.errors import InvalidArgument
from saccade.notes import forget_notes
from saccade.preprocessing.image import ImageDataGenerator, array_to_img, img_to_array, load_img

X = np.full((4, 4, 3), 7.0, "float32")


@pytest.fixture
def folder(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (5, 4), "white").save(tmp_path / name / "1.png")
    return tmp_path


def test_iterators_tell_their_counts_by_the_old_names(folder, caplog):
    forget_notes()
    caplog.set_level("DEBUG", "saccade")
    flow = ImageDataGenerator().flow_from_directory(folder)
    assert (flow.nb_sample, flow.N, flow.nb_class) == (2, 2, 2)
    assert (flow.nb_sample, flow.nb_class) == (flow.samples, flow.num_classes)
    assert caplog.text.count("Keras 1's name of") == 3
    assert ImageDataGenerator().flow(np.stack([X] * 3)).N == 3


@pytest.mark.parametrize(
    "function", [vgg16.preprocess_input, efficientnet.preprocess_input, img_to_array, array_to_img]
)
def test_functions_take_dim_ordering(function, caplog):
    forget_notes()
    plain = np.asarray(function(X.copy()))
    for ordering in ("tf", "default"):
        found = function(X.copy(), dim_ordering=ordering)
        np.testing.assert_array_equal(np.asarray(found), plain)
    assert caplog.text.count("dim_ordering=) is Keras 1's name") == 1
    first = function(np.moveaxis(X, -1, 0).copy(), dim_ordering="th")
    said = function(np.moveaxis(X, -1, 0).copy(), data_format="channels_first")
    np.testing.assert_array_equal(np.asarray(first), np.asarray(said))
    with pytest.raises(InvalidArgument, match="two words for one"):
        function(X.copy(), dim_ordering="tf", data_format="channels_last")
    with pytest.raises(InvalidArgument, match='must be "tf" or "th"'):
        function(X.copy(), dim_ordering="ft")


def test_the_generator_and_load_img_take_it_too(folder):
    assert ImageDataGenerator(dim_ordering="tf").data_format == ImageDataGenerator().data_format
    assert ImageDataGenerator(dim_ordering="th").data_format == "channels_first"
    path = folder / "cat" / "1.png"
    assert load_img(path, False, (2, 3), dim_ordering="tf").size == (3, 2)
    assert load_img(path, True).mode == "L"
    assert imagenet_utils.preprocess_input(X.copy(), dim_ordering="tf").shape == X.shape
