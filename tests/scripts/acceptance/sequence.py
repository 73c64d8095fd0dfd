"""Batches of one's own class."""

import math

import keras
import numpy as np


class Batches(keras.utils.Sequence):
    def __init__(self, x, y, batch_size, **options):
        super().__init__(**options)
        self.x, self.y, self.batch_size = x, y, batch_size
        self.ended = 0

    def __len__(self):
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, place):
        part = slice(place * self.batch_size, (place + 1) * self.batch_size)
        return self.x[part], self.y[part]

    def on_epoch_end(self):
        self.ended += 1


random = np.random.RandomState(0)
batches = Batches(random.rand(50, 8, 8, 1), random.randint(0, 3, 50), 8)
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.build((None, 8, 8, 1))
history = model.fit(batches, epochs=3, verbose=0, shuffle=False)
print("rows:", model.predict(batches, verbose=0).shape, "ended:", batches.ended >= 2)
print("history:", history.history)
