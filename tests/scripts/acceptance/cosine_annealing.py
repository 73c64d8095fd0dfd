"""Rates by formula: a cosine in a scheduler, and one that the optimizer follows by itself."""

import math

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

random = np.random.RandomState(0)
x, y = random.rand(60, 6, 6, 1), keras.utils.to_categorical(random.randint(0, 3, 60), 3)


def net():
    return keras.Sequential(
        [layers.Input((6, 6, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")]
    )


def cosine(epoch, lr):
    return 0.5 * 0.01 * (1 + math.cos(math.pi * epoch / 4))


model = net()
model.compile(
    keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
    keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    metrics=["accuracy", keras.metrics.TopKCategoricalAccuracy(k=2, name="top_2")],
)
history = model.fit(
    x,
    y,
    epochs=4,
    batch_size=20,
    verbose=0,
    callbacks=[keras.callbacks.LearningRateScheduler(cosine)],
)
print("first:", np.allclose(history.history["learning_rate"], [cosine(e, 0) for e in range(4)]))
schedule = keras.optimizers.schedules.CosineDecay(0.01, decay_steps=12, alpha=0.1)
second = net()
second.compile(keras.optimizers.Adam(schedule), "categorical_crossentropy", metrics=["accuracy"])
second.fit(x, y, epochs=4, batch_size=20, verbose=0)
needed = 0.01 * ((1 - 0.1) * 0.5 * (1 + math.cos(math.pi * 6 / 12)) + 0.1)
print("second:", abs(float(schedule(6)) - needed) < 1e-8, int(second.optimizer.iterations))
print("at the end:", abs(float(schedule(12)) - 0.001) < 1e-8)
