"""Augmentation by layers: looked at, then trained with, and at rest in prediction."""

import sys

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

photos = sys.argv[1]
train_ds = keras.utils.image_dataset_from_directory(photos, image_size=(48, 48), batch_size=8)
augmentation = keras.Sequential(
    [
        layers.RandomFlip("horizontal", input_shape=(48, 48, 3)),
        layers.RandomRotation(0.1),
        layers.RandomZoom(0.1),
        layers.RandomContrast(0.2),
    ]
)
for images, _ in train_ds.take(1):
    changed = augmentation(images, training=True)
    print("changed:", not np.allclose(changed[0], images[0]))
    print("at rest:", np.allclose(augmentation(images, training=False)[0], images[0]))
model = keras.Sequential(
    [
        augmentation,
        layers.Rescaling(1.0 / 255),
        layers.Conv2D(8, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(3),
    ]
)
model.compile(
    optimizer="adam",
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = model.fit(train_ds, epochs=2, verbose=0)
first, second = (model.predict(train_ds.take(1), verbose=0).shape for _ in range(2))
print("shapes:", first == second, train_ds.class_names)
