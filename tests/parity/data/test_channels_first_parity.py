"""Batches with their channels first: the generator's, and datasets', are Keras's to the bit."""

import numpy as np
import pytest
from PIL import Image

from parity.reference import keras
from saccade.config import set_image_data_format
from saccade.data import ImageDataGenerator
from saccade.preprocessing.image import array_to_img, img_to_array
from saccade.utils import image_dataset_from_directory

Theirs = keras.src.legacy.preprocessing.image.ImageDataGenerator
X = np.random.RandomState(0).uniform(0, 255, (7, 3, 9, 11)).astype("float32")
pytestmark = [  # of Keras's own
    pytest.mark.filterwarnings("ignore:Please import:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:This ImageDataGenerator specifies:UserWarning"),
]
CHANGES = {
    "plain": {"rescale": 1 / 255},
    "moved": {"rotation_range": 30, "width_shift_range": 0.2, "height_shift_range": 0.1,
              "zoom_range": 0.2, "shear_range": 10, "horizontal_flip": True},
    "toned": {"channel_shift_range": 40, "vertical_flip": True, "samplewise_center": True},
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("photos")
    chance = np.random.RandomState(1)
    for name in ("cat", "dog"):
        (root / name).mkdir()
        for number in range(3):
            pixels = chance.randint(0, 256, (12, 14, 3)).astype("uint8")
            Image.fromarray(pixels).save(root / name / f"{number}.png")
    return root


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_arrays(changes):
    ours = ImageDataGenerator(**changes, data_format="channels_first")
    theirs = Theirs(**changes, data_format="channels_first")
    flows = [
        one.flow(X, np.arange(7), batch_size=3, seed=5, shuffle=True) for one in (ours, theirs)
    ]
    assert flows[0].image_shape == (3, 9, 11)
    for _ in range(4):
        (mine, labels), (reference, their_labels) = (next(flow) for flow in flows)
        assert mine.shape == reference.shape
        np.testing.assert_allclose(mine, reference, atol=2e-3)
        np.testing.assert_array_equal(labels, their_labels)


def test_folders(folder):
    seen = []

    def look(image):
        seen.append(image.shape)
        return image

    options = {"target_size": (8, 6), "batch_size": 4, "seed": 3, "class_mode": "sparse"}
    ours = ImageDataGenerator(data_format="channels_first", preprocessing_function=look)
    flow = ours.flow_from_directory(folder, **options)
    reference = Theirs(data_format="channels_first").flow_from_directory(folder, **options)
    for _ in range(3):
        (x, y), (their_x, their_y) = next(flow), next(reference)
        np.testing.assert_array_equal(x, their_x)
        np.testing.assert_array_equal(y, their_y)
    assert set(seen) == {(3, 8, 6)}
    set_image_data_format("channels_first")
    assert ImageDataGenerator().flow_from_directory(folder).image_shape == (3, 256, 256)


def test_normalising_by_a_sample():
    options = {"featurewise_center": True, "featurewise_std_normalization": True,
               "zca_whitening": False, "data_format": "channels_first"}  # fmt: skip
    ours, theirs = ImageDataGenerator(**options), Theirs(**options)
    ours.fit(X)
    theirs.fit(X)
    assert ours.mean.shape == ours.std.shape == (3, 1, 1)
    np.testing.assert_allclose(ours.mean, theirs.mean, rtol=1e-6)
    np.testing.assert_allclose(ours.std, theirs.std, rtol=1e-6)
    options = {"zca_whitening": True, "data_format": "channels_first"}
    ours, theirs = ImageDataGenerator(**options), Theirs(**options)
    small = X[:, :, :3, :4]
    ours.fit(small)
    theirs.fit(small)
    x, their_x = (next(one.flow(small, shuffle=False)) for one in (ours, theirs))
    # Seven images span fewer directions than they have values: the rest is rounding, amplified.
    np.testing.assert_allclose(x, their_x, rtol=1e-2, atol=2e-2)


def test_one_image_through_the_methods():
    ours, theirs = (
        one(rotation_range=20, data_format="channels_first") for one in (ImageDataGenerator, Theirs)
    )
    drawn = ours.get_random_transform((3, 9, 11), seed=4)
    assert drawn["theta"] == theirs.get_random_transform((3, 9, 11), seed=4)["theta"]
    np.testing.assert_allclose(
        ours.apply_transform(X[0], drawn), theirs.apply_transform(X[0].copy(), drawn), atol=2e-3
    )
    np.testing.assert_allclose(
        ours.random_transform(X[1], 6), theirs.random_transform(X[1].copy(), 6), atol=2e-3
    )


def test_a_dataset_of_a_folder(folder):
    options = {"image_size": (6, 5), "shuffle": False, "verbose": False, "batch_size": 4}
    first = image_dataset_from_directory(folder, data_format="channels_first", **options)
    last = image_dataset_from_directory(folder, **options)
    for (x, y), (other, labels) in zip(first, last, strict=True):
        assert x.shape[1:] == (3, 6, 5)
        np.testing.assert_array_equal(x.numpy(), np.moveaxis(other.numpy(), -1, 1))
        assert y.tolist() == labels.tolist()


def test_arrays_and_pictures_by_what_holds_for_the_process():
    picture = Image.fromarray(X[0].transpose(1, 2, 0).astype("uint8"))
    set_image_data_format("channels_first")
    assert img_to_array(picture).shape == (3, 9, 11)
    assert array_to_img(X[0], scale=False).size == (11, 9)
    back = img_to_array(array_to_img(X[0], scale=False))
    np.testing.assert_array_equal(back, X[0].astype("uint8"))
