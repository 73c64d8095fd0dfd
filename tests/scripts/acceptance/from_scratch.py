"""Classification from scratch on a folder: a dataset, augmenting layers, separable convolutions."""

import sys

import keras
import numpy as np
from keras import layers

photos = sys.argv[1]
image_size = (64, 64)
train_ds, val_ds = keras.utils.image_dataset_from_directory(
    photos, validation_split=0.2, subset="both", seed=1337, image_size=image_size, batch_size=8,
    shuffle=False,
)  # fmt: skip
augmentation = [layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)]


def make_model(input_shape, num_classes):
    inputs = keras.Input(shape=input_shape)
    x = inputs
    for layer in augmentation:
        x = layer(x)
    x = layers.Rescaling(1.0 / 255)(x)
    x = layers.Conv2D(16, 3, strides=2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    previous_block_activation = x
    for size in [16, 24]:
        x = layers.Activation("relu")(x)
        x = layers.SeparableConv2D(size, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        residual = layers.Conv2D(size, 1, strides=2, padding="same")(previous_block_activation)
        x = layers.add([x, residual])
        previous_block_activation = x
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.25)(x)
    outputs = layers.Dense(num_classes, activation=None)(x)
    return keras.Model(inputs, outputs)


model = make_model(image_size + (3,), num_classes=3)
callbacks = [keras.callbacks.ModelCheckpoint("save_at_{epoch}.keras")]
model.compile(
    optimizer=keras.optimizers.Adam(3e-4),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc")],
)
history = model.fit(train_ds, epochs=2, callbacks=callbacks, validation_data=val_ds, verbose=0)
again = keras.saving.load_model("save_at_2.keras")
for images, _labels in val_ds:
    scores = again.predict(images, verbose=0)
    break
print("scores:", scores.shape, train_ds.class_names if hasattr(train_ds, "class_names") else "")
print("finite:", bool(np.isfinite(scores).all()))
print("history:", history.history)
