"""Weights kept while training, every few epochs, and read into a new model."""

import os

import numpy as np
import tensorflow as tf
from tensorflow import keras

(train_images, train_labels), (test_images, test_labels) = keras.datasets.mnist.load_data()
train_images = train_images[:100].reshape(-1, 28 * 28) / 255.0
test_images = test_images[:40].reshape(-1, 28 * 28) / 255.0
train_labels, test_labels = train_labels[:100], test_labels[:40]


def create_model():
    model = keras.models.Sequential(
        [
            keras.layers.Dense(64, activation="relu", input_shape=(784,)),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10),
        ]
    )
    model.compile(
        optimizer="adam",
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
    )
    return model


checkpoint_path = "training_2/cp-{epoch:04d}.weights.h5"
checkpoint_dir = os.path.dirname(checkpoint_path)
os.makedirs(checkpoint_dir, exist_ok=True)
batch_size = 25
n_batches = len(train_images) // batch_size
cp_callback = keras.callbacks.ModelCheckpoint(
    filepath=checkpoint_path, verbose=1, save_weights_only=True, save_freq=2 * n_batches
)
model = create_model()
model.save_weights(checkpoint_path.format(epoch=0))
model.fit(
    train_images, train_labels, epochs=6, batch_size=batch_size, callbacks=[cp_callback],
    validation_data=(test_images, test_labels), verbose=0,
)  # fmt: skip
print("files:", sorted(os.listdir(checkpoint_dir)))
loss, acc = model.evaluate(test_images, test_labels, verbose=0)
latest = sorted(os.listdir(checkpoint_dir))[-1]
model = create_model()
model.load_weights(os.path.join(checkpoint_dir, latest))
again = model.evaluate(test_images, test_labels, verbose=2)
print("same:", np.allclose([loss, acc], again, atol=1e-5))
model.save("my_model.keras")
new_model = tf.keras.models.load_model("my_model.keras")
print("whole:", np.allclose(new_model.predict(test_images), model.predict(test_images), atol=1e-6))
