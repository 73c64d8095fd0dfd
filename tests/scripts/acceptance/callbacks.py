"""The usual callbacks together."""

import os

import keras
import numpy as np
from keras.callbacks import (
    CSVLogger,
    EarlyStopping,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
)

random = np.random.RandomState(0)
x, y = random.rand(60, 8, 8, 1), random.randint(0, 3, 60)
model = keras.Sequential(
    [keras.layers.Flatten(input_shape=(8, 8, 1)), keras.layers.Dense(3, activation="softmax")]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    x,
    y,
    validation_split=0.2,
    epochs=4,
    batch_size=12,
    verbose=0,
    shuffle=False,
    callbacks=[
        EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True),
        ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1),
        ModelCheckpoint("best.weights.h5", save_best_only=True, save_weights_only=True),
        LearningRateScheduler(lambda epoch, rate: rate * 0.9),
        CSVLogger("log.csv"),
    ],
)
print("files:", sorted(name for name in os.listdir(".") if name in ("best.weights.h5", "log.csv")))
print("history:", history.history)
