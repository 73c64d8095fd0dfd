"""An encoder trained by a loss class that pulls one class together, then a classifier on it."""

import keras
import numpy as np
from keras import layers, ops


class SupervisedContrastiveLoss(keras.losses.Loss):
    def __init__(self, temperature=1, name=None):
        super().__init__(name=name)
        self.temperature = temperature

    def call(self, labels, feature_vectors):
        vectors = ops.normalize(feature_vectors, axis=1)
        logits = ops.divide(ops.matmul(vectors, ops.transpose(vectors)), self.temperature)
        labels = ops.reshape(labels, (-1, 1))
        same = ops.cast(ops.equal(labels, ops.transpose(labels)), "float32")
        share = same / ops.sum(same, axis=1, keepdims=True)
        return -ops.mean(ops.sum(share * ops.log_softmax(logits, axis=1), axis=1))


def create_encoder():
    return keras.Sequential(
        [
            keras.Input((14, 14, 1)),
            layers.Conv2D(8, 3, strides=2, activation="relu"),
            layers.GlobalMaxPooling2D(),
            layers.UnitNormalization(),
        ],
        name="encoder",
    )


random = np.random.RandomState(0)
labels = random.randint(0, 3, 90)
images = random.rand(90, 14, 14, 1).astype("float32")
images[labels == 1, :, ::2] += 1
images[labels == 2, ::2] += 1
encoder = create_encoder()
inputs = keras.Input((14, 14, 1))
outputs = layers.Dense(8, activation="relu")(encoder(inputs))
projected = keras.Model(inputs, outputs, name="encoder_with_projection_head")
projected.compile(optimizer=keras.optimizers.Adam(0.01), loss=SupervisedContrastiveLoss(0.5))
first = projected.fit(images, labels, batch_size=30, epochs=4, verbose=0)
for layer in encoder.layers:
    layer.trainable = False
x = layers.Dense(16, activation="relu")(layers.Dropout(0.5)(encoder(inputs)))
classifier = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
classifier.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss=keras.losses.SparseCategoricalCrossentropy(),
    metrics=[keras.metrics.SparseCategoricalAccuracy()],
)
second = classifier.fit(images, labels, batch_size=30, epochs=4, verbose=0)
print("falls:", first.history["loss"][-1] < first.history["loss"][0])
lengths = np.linalg.norm(encoder.predict(images, verbose=0), axis=1)
print("lengths:", np.allclose(lengths, 1, atol=1e-4), "trained:", len(classifier.trainable_weights))
