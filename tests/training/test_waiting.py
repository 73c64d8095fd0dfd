"""`fit` says once, with what helps, that it spent its time waiting for data."""

import logging
import time

import numpy as np
import pytest

from saccade import notes
from saccade.data import ImageDataGenerator
from saccade.data.dataset import Dataset
from saccade.data.generator.image_reading import ImageReading
from saccade.data.sources.dataset_source import DatasetSource
from saccade.layers import Dense, Flatten
from saccade.models import Sequential
from saccade.training import loop


@pytest.fixture(autouse=True)
def said(caplog, monkeypatch):
    notes.forget_notes()
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(loop, "LEAST_EPOCH_S", 0.01)
    yield
    notes.forget_notes()


def batches(wait_s, count=5):
    for _ in range(count):
        time.sleep(wait_s)
        yield np.zeros((2, 4, 4, 1)), np.zeros(2)


class Slow:
    """A sequence whose batches take their time."""

    def __len__(self):
        return 5

    def __getitem__(self, i):
        time.sleep(0.02)
        return np.zeros((2, 4, 4, 1)), np.zeros(2)


def make():
    model = Sequential([Flatten(), Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_slow_data_are_noted_once(caplog):
    model = make()
    model.fit(batches(0.05), verbose=0)
    model.fit(Slow(), epochs=2, verbose=0)
    assert [record.message for record in caplog.records if "waiting for data" in record.message]
    assert len(caplog.records) == 1
    share = int(caplog.text.split("fit: ")[1].split("%")[0])
    assert share > 50
    assert "give arrays" in caplog.text


def test_quick_data_are_not(caplog):
    """Steps of half a second together, so that a hiccup of the machine is no fifth of the epoch."""

    class Thorough(Sequential):
        def train_step(self, data):
            time.sleep(0.05)
            return super().train_step(data)

    model = Thorough([Flatten(), Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.zeros((320, 4, 4, 1)), np.zeros(320), epochs=2, verbose=0)
    assert "waiting" not in caplog.text


def test_the_epoch_that_fills_the_cache_does_not_count(tmp_path, caplog, monkeypatch):
    """Decoding is slow once; from the second epoch on whatever is slow is told."""
    from PIL import Image

    (tmp_path / "a").mkdir()
    for i in range(8):
        Image.new("RGB", (9, 9)).save(tmp_path / "a" / f"{i}.png")
    monkeypatch.setattr(loop, "LEAST_EPOCH_S", 0.15)
    slow = {"s": 0.05}
    read = ImageReading.read
    monkeypatch.setattr(
        ImageReading, "read", lambda self, path: time.sleep(slow["s"]) or read(self, path)
    )
    options = {"target_size": (4, 4), "batch_size": 2, "class_mode": "binary"}
    flow = ImageDataGenerator().flow_from_directory(tmp_path, **options)
    make().fit(flow, epochs=2, verbose=0)
    assert "waiting for data" not in caplog.text
    notes.forget_notes()
    cold = ImageDataGenerator().flow_from_directory(tmp_path, **options)
    make().fit(cold, epochs=1, verbose=0)
    assert "the next ones find the pixels in memory" in caplog.text
    notes.forget_notes()
    never = ImageDataGenerator(cache=False).flow_from_directory(tmp_path, **options)
    make().fit(never, epochs=2, verbose=0)
    assert "of epoch 1" in caplog.text
    assert 'cache="auto"' in caplog.text


def test_the_remedy_is_the_generator_s(caplog):
    def slow(image):
        time.sleep(0.01)
        return image

    flow = ImageDataGenerator(preprocessing_function=slow).flow(np.zeros((9, 4, 4, 1)), np.zeros(9))
    make().fit(flow, verbose=0)
    assert "preprocessing_function runs image by image on one thread" in caplog.text


NUMBERS = Dataset.from_tensor_slices((np.zeros((8, 3), np.float32), np.zeros(8, np.float32)))


@pytest.mark.parametrize(
    ("chain", "said", "unsaid"),
    [
        (lambda ds: ds.batch(2), "prefetch", "map"),
        (lambda ds: ds.cache().batch(2).prefetch(2), "let the model", "cache"),
        (lambda ds: ds.map(pair).batch(2).prefetch(-1), "num_parallel_calls", "prefetch"),
        (lambda ds: ds.map(pair, -1).batch(2).prefetch(-1), "behind batch", "num_parallel_calls"),
        (lambda ds: ds.cache().batch(2).map(pair, -1).prefetch(-1), "let the model", "batch()"),
    ],
    ids=["bare", "cached", "one thread", "in threads", "everything"],
)
def test_what_the_chain_has_is_not_recommended(chain, said, unsaid):
    hint = DatasetSource("fit", chain(NUMBERS)).waiting_hint()
    assert said in hint
    assert unsaid not in hint


def pair(x, y):
    return x * 2, y
