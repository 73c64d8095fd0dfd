"""A loss that is not finite names the files of its batch, and the likely causes."""

import numpy as np
import pytest
import torch
from PIL import Image

from saccade.errors import NotFinite
from saccade.layers import Dense, Flatten, Input
from saccade.models import Sequential
from saccade.optimizers import SGD
from saccade.preprocessing.image import ImageDataGenerator
from saccade.utils import image_dataset_from_directory

ODD = 7  # the brightness of one photo


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for place in range(8):
        file = folder / "ab"[place % 2] / f"{place}.png"
        file.parent.mkdir(exist_ok=True)
        shade = ODD if place == 5 else 100 + place
        Image.new("RGB", (8, 8), (shade, shade, shade)).save(file)
    return folder


def network(optimizer="sgd"):
    model = Sequential([Input((8, 8, 3)), Flatten(), Dense(2, activation="softmax")])
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return model


def poisoned(image):
    return image * np.nan if image.flat[0] == ODD else image / 255


def message_of(call):
    with pytest.raises(NotFinite) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("weights", [None, {0: 1.0, 1: 2.0}])
def test_files_of_a_generator(photos, workers, weights):
    batches = ImageDataGenerator(preprocessing_function=poisoned, workers=workers)
    batches = batches.flow_from_directory(
        photos, target_size=(8, 8), class_mode="sparse", batch_size=3, seed=2
    )
    said = message_of(lambda: network().fit(batches, class_weight=weights, verbose=0))
    odd = batches.filenames.index("b/5.png")
    order = np.random.RandomState(2).permutation(8).tolist()
    assert f"x of epoch 1, batch {order.index(odd) // 3 + 1} holds 192 values" in said
    assert "(from b/5.png)" in said


@pytest.mark.parametrize("prefetch", [False, True])
def test_files_of_a_dataset(photos, prefetch):
    dataset = image_dataset_from_directory(
        photos, image_size=(8, 8), batch_size=3, seed=4, verbose=False
    )
    seen = []

    def change(x, y):
        odd = (x[:, :1, :1, :1] == ODD) & (len(seen) > 4)  # in the second epoch
        seen.append(0)
        return torch.where(odd, torch.nan, x / 255), y

    dataset = dataset.map(change)
    said = message_of(
        lambda: network().fit(dataset.prefetch(1) if prefetch else dataset, epochs=3, verbose=0)
    )
    assert "epoch 2, batch" in said or "epoch 3, batch" in said
    assert "(from b/5.png)" in said


def test_a_dataset_whose_files_cannot_be_told(photos):
    dataset = image_dataset_from_directory(
        photos, image_size=(8, 8), batch_size=3, seed=4, verbose=False
    )
    dataset = dataset.cache().shuffle(2).map(lambda x, y: (x * torch.nan, y))
    said = message_of(lambda: network().fit(dataset, verbose=0))
    assert "x of epoch 1, batch 1 holds 576 values that are not, in every sample" in said


def test_samples_of_arrays():
    x = np.zeros((12, 8, 8, 3), np.float32)
    x[[7, 9], 2] = np.inf
    said = message_of(
        lambda: network().fit(x, np.arange(12) % 2, batch_size=6, shuffle=False, verbose=0)
    )
    assert (
        "x of epoch 1, batch 2 holds 48 values that are not, in samples 1, 3 of the batch" in said
    )


@pytest.mark.parametrize(("largest", "cause"), [(255.0, "here they reach 255"), (1.0, "clipnorm")])
def test_the_likely_causes(photos, largest, cause):
    batches = ImageDataGenerator(
        preprocessing_function=lambda x: np.full_like(x, largest)
    ).flow_from_directory(photos, target_size=(8, 8), class_mode="sparse", batch_size=2)
    model = Sequential([Input((8, 8, 3)), Flatten(), Dense(1)])
    model.compile(SGD(1e12), "mse")
    said = message_of(lambda: model.fit(batches, epochs=20, verbose=0))
    assert "the loss must stay finite" in said
    assert "Make the learning rate smaller" in said
    assert cause in said
    assert said.count(".png") == 2  # the files of the batch
