"""Same seed, data, machine and version: the same bits, whatever decides only how fast it goes."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from saccade.callbacks import EarlyStopping
from saccade.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
    Rescaling,
)
from saccade.losses import SparseCategoricalCrossentropy
from saccade.models import Sequential
from saccade.preprocessing.image import ImageDataGenerator
from saccade.utils import image_dataset_from_directory, set_random_seed


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    stream = np.random.RandomState(5)
    for place in range(24):
        file = folder / "ab"[place % 2] / f"{place}.jpg"
        file.parent.mkdir(exist_ok=True)
        pixels = stream.randint(0, 256, (20, 24, 3), np.uint8)
        Image.fromarray(pixels).save(file)
    return folder


def network():
    model = Sequential(
        [
            Input((16, 16, 3)),
            Rescaling(1 / 255),
            Conv2D(4, 3, activation="relu"),
            BatchNormalization(),
            MaxPooling2D(),
            Dropout(0.3),
            Flatten(),
            Dense(2, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def frozen_network():
    base = Sequential([Input((16, 16, 3)), Conv2D(6, 3, activation="relu"), MaxPooling2D()])
    base.trainable = False
    model = Sequential([base, Dropout(0.2), GlobalAveragePooling2D(), Dense(2)])
    model.compile("sgd", SparseCategoricalCrossentropy(from_logits=True))
    return model


def generated(photos, augment=True, **options):
    moves = {"rotation_range": 20, "horizontal_flip": True, "zoom_range": 0.1} if augment else {}
    generator = ImageDataGenerator(**moves, **options)
    return generator.flow_from_directory(
        photos, target_size=(16, 16), class_mode="sparse", batch_size=5, seed=3
    )


def trained(make, *data, **options):
    """Everything that a training leaves: weights, history, predictions."""
    set_random_seed(11)
    model = make()
    x, *y = [one() if callable(one) else one for one in data]
    options = {"epochs": 3, "verbose": 0, **options}
    history = model.fit(x, *y, **options).history
    given = np.random.RandomState(1).uniform(0, 255, (7, 16, 16, 3)).astype(np.float32)
    return [*model.get_weights(), model.predict(given, verbose=0), history]


def same(one, other):
    assert one[-1] == other[-1]
    for a, b in zip(one[:-1], other[:-1], strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.fixture(scope="module")
def reference(photos):
    return trained(network, lambda: generated(photos, workers=0, prefetch=0, cache=False))


OPTIONS = {
    "two threads": {"workers": 2},
    "five threads": {"workers": 5},
    "every processor": {"workers": None},
    "far ahead": {"workers": 2, "prefetch": 6},
    "kept in memory": {"workers": 2, "cache": True},
    "as saccade likes": {},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_threads_and_stores_change_no_bit(photos, reference, options):
    same(trained(network, lambda: generated(photos, **options)), reference)


def test_a_store_on_disk_changes_no_bit(photos, reference, tmp_path):
    for _ in range(2):  # filled, then found
        found = trained(network, lambda: generated(photos, cache=str(tmp_path / "kept")))
        same(found, reference)


@pytest.mark.parametrize("verbose", [1, 2])
def test_what_is_printed_changes_no_bit(photos, reference, verbose, capsys):
    same(trained(network, lambda: generated(photos), verbose=verbose), reference)
    assert capsys.readouterr().out


def test_who_listens_changes_no_bit(photos, reference):
    class Listener(EarlyStopping):
        def on_train_batch_end(self, batch, logs=None):
            dict(logs)

    listener = Listener("loss", patience=9)
    same(trained(network, lambda: generated(photos), callbacks=[listener]), reference)


def test_features_computed_once_change_no_bit(photos):
    def data():
        return generated(photos, augment=False)

    once = trained(frozen_network, data, reuse_features=True)
    same(trained(frozen_network, data, reuse_features=False), once)
    same(trained(frozen_network, data, reuse_features=True), once)  # known from before


@pytest.mark.parametrize("ahead", [0, 1, 4])
def test_datasets_read_ahead_change_no_bit(photos, ahead):
    def data(ahead):
        dataset = image_dataset_from_directory(
            photos, image_size=(16, 16), batch_size=5, seed=3, verbose=False
        )
        dataset = dataset.map(lambda x, y: (x, y), num_parallel_calls=ahead or None)
        return dataset.prefetch(ahead) if ahead else dataset

    same(trained(network, lambda: data(ahead)), trained(network, lambda: data(0)))


def test_a_validation_draws_nothing_from_training(photos, reference):
    found = trained(
        network,
        lambda: generated(photos),
        validation_data=generated(photos, augment=False, workers=2),
    )
    history = {key: values for key, values in found[-1].items() if not key.startswith("val_")}
    same([*found[:-1], history], reference)


def test_another_seed_is_another_training(photos, reference):
    set_random_seed(12)
    model = network()
    model.fit(generated(photos), epochs=3, verbose=0)
    assert not all(map(np.array_equal, model.get_weights(), reference[:-2]))


@pytest.mark.parametrize("images", [3, 200])  # alone, and so many that the network is folded
def test_eight_threads_predict_what_one_does(images):
    set_random_seed(4)
    model = network()
    stream = np.random.RandomState(2)
    x = stream.uniform(0, 255, (images, 16, 16, 3)).astype(np.float32)
    model.fit(x[:3], np.zeros(3), verbose=0)

    def predictions():
        called = model(x).detach().numpy()
        return model.predict(x, batch_size=32, verbose=0), called, model.predict_on_batch(x)

    alone = predictions()
    start = threading.Barrier(8)

    def four_times(_):
        start.wait()
        return [predictions() for _ in range(4)]

    with ThreadPoolExecutor(8) as pool:
        for thread in pool.map(four_times, range(8)):
            for found in thread:
                for one, other in zip(found, alone, strict=True):
                    np.testing.assert_array_equal(one, other)
