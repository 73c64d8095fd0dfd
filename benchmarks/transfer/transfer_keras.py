"""One peer of transfer.py: Keras, and saccade running the very same script.

.bench/tensorflow/bin/python benchmarks/transfer/transfer_keras.py
.venv/bin/python -m saccade benchmarks/transfer/transfer_keras.py
"""

from __future__ import annotations

import contextlib
import functools
import io
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from tensorflow import keras
from tensorflow.keras.applications.resnet import ResNet50, preprocess_input
from tensorflow.keras.callbacks import Callback
from tensorflow.keras.layers import Dense, GlobalAveragePooling2D
from tensorflow.keras.models import Sequential
from tensorflow.keras.preprocessing.image import ImageDataGenerator

sys.path.append(str(Path(__file__).resolve().parents[1]))  # rounds.py lies there

from rounds import answer, timed

SHAPE = (150, 150, 3)
RECIPE_BATCH = 16


class Clock(Callback):
    """The time at the end of every epoch."""

    def __init__(self):
        super().__init__()
        self.ends_s: list[float] = []

    def on_epoch_end(self, epoch, logs=None):
        self.ends_s.append(time.perf_counter())


def build_model(weights: str | None, classes: int, trainable: bool) -> Any:
    """The lesson's: ResNet50 without its top, under a new head."""
    backbone = ResNet50(input_shape=SHAPE, weights=weights, include_top=False)
    backbone.trainable = trainable
    model = Sequential()
    model.add(backbone)
    model.add(GlobalAveragePooling2D())
    model.add(Dense(classes, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def run_recipe(
    weights: dict[str, str], train: str, test: str | None, epochs: int, seed: int, again: bool
) -> dict[str, Any]:
    """From a folder to a trained head, with the time of each epoch's end.

    Returns seconds from the first line on, and accuracies. `again` fits once more on the same data.
    """
    keras.utils.set_random_seed(seed)
    begun_s = time.perf_counter()
    datagen = ImageDataGenerator(validation_split=0.25, preprocessing_function=preprocess_input)

    def flow(folder: str, subset: str | None) -> Any:
        return datagen.flow_from_directory(
            folder,
            target_size=SHAPE[:2],
            batch_size=RECIPE_BATCH,
            class_mode="sparse",
            subset=subset,
            seed=seed,
        )

    training, validation = flow(train, "training"), flow(train, "validation")
    model = build_model(weights["keras"], len(training.class_indices), trainable=False)
    clock = Clock()
    history = model.fit(
        training, validation_data=validation, epochs=epochs, callbacks=[clock], verbose=0
    )
    found = {
        "ends_s": [end - begun_s for end in clock.ends_s],
        "total_s": time.perf_counter() - begun_s,
        "images": training.samples,
        "validation_images": validation.samples,
        "validation_accuracy": history.history["val_accuracy"],
    }
    if test is not None:
        datagen = ImageDataGenerator(preprocessing_function=preprocess_input)
        found["test_accuracy"] = model.evaluate(flow(test, None), verbose=0)[1]
    if again:
        found["second_fit_s"] = timed(
            lambda: model.fit(training, validation_data=validation, epochs=epochs, verbose=0)
        )
    return found


class Forward:
    """predict of many images in batches."""

    def __init__(self, weights: dict[str, str], batch: int):
        self.model = build_model(weights["keras"], 19, trainable=False)
        self.batch = batch

    def __call__(self, times: int) -> None:
        self.model.predict(make_images(times * self.batch), batch_size=self.batch, verbose=0)


class Train:
    """fit with every weight trainable."""

    def __init__(self, weights: dict[str, str], batch: int):
        self.model = build_model(weights["keras"], 19, trainable=True)
        self.batch = batch

    def __call__(self, times: int) -> None:
        x_nhwc = make_images(times * self.batch)
        y = np.arange(len(x_nhwc)) % 19
        self.model.fit(x_nhwc, y, batch_size=self.batch, epochs=1, verbose=0)


@functools.cache
def make_images(count: int) -> np.ndarray:
    """Noise in the range of preprocessed pixels, float32 NHWC."""
    return np.random.default_rng(7).uniform(-120, 150, (count, *SHAPE)).astype("float32")


def main() -> None:
    kept: dict[str, Any] = {}

    def respond(part: str, precision: str, **request: Any) -> dict[str, Any]:
        if keras.mixed_precision.global_policy().name != precision:
            keras.mixed_precision.set_global_policy(precision)
        with contextlib.redirect_stdout(io.StringIO()):  # "Found 949 images belonging to ..."
            if part == "recipe":
                return run_recipe(**request)
            times = request.pop("times")
            if part not in kept:
                kept[part] = {"forward": Forward, "training": Train}[part](**request)
                kept[part](times if part == "forward" else 1)
            make_images(times * request["batch"])  # not in the time
            return {"rate": times * request["batch"] / timed(lambda: kept[part](times))}

    answer(respond)


if __name__ == "__main__":
    main()
