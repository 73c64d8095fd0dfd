"""A train_step as it was written for tf.keras 2, numbers without an axis, and an own convolution."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


class Standardized(keras.layers.Conv2D):
    def convolution_op(self, inputs, kernel):
        mean, variance = tf.nn.moments(kernel, axes=[0, 1, 2], keepdims=True)
        return super().convolution_op(inputs, (kernel - mean) / tf.sqrt(variance + 1e-10))


class CustomModel(keras.Model):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        self.compiled_metrics.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}

    def test_step(self, data):
        x, y = data
        y_pred = self(x, training=False)
        self.compiled_loss(y, y_pred, regularization_losses=self.losses)
        self.compiled_metrics.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


random = np.random.RandomState(0)
images = random.rand(64, 8, 8)
targets = images.mean(axis=(1, 2))
inputs = keras.Input(shape=(8, 8, 1))
hidden = Standardized(4, 3, padding="same", activation="relu")(inputs)
outputs = keras.layers.Dense(1, kernel_regularizer="l2")(keras.layers.Flatten()(inputs=hidden))
model = CustomModel(inputs, outputs)
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
history = model.fit(images, targets, epochs=4, verbose=0, validation_data=(images, targets))
print("falls:", history.history["loss"][-1] < history.history["loss"][0])
print("keys:", sorted(history.history))

line = keras.Sequential([keras.layers.Dense(units=1, input_shape=[1])])
line.compile(optimizer="sgd", loss="mean_squared_error")
xs = np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0])
line.fit(xs, 2 * xs - 1, epochs=300, verbose=0)
print("line:", int(np.round(line.predict(np.array([10.0]), verbose=0)[0, 0])))
