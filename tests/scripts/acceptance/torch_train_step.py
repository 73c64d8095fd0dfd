"""fit with a train_step in torch's words, as Keras 3's pages show it."""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch


class CustomModel(keras.Model):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.mae_metric = keras.metrics.MeanAbsoluteError(name="mae")
        self.loss_fn = keras.losses.MeanSquaredError()

    def train_step(self, data):
        x, y = data
        self.zero_grad()
        y_pred = self(x, training=True)
        loss = self.loss_fn(y, y_pred)
        loss.backward()
        trainable_weights = [v for v in self.trainable_weights]
        gradients = [v.value.grad for v in trainable_weights]
        with torch.no_grad():
            self.optimizer.apply(gradients, trainable_weights)
        self.loss_tracker.update_state(loss)
        self.mae_metric.update_state(y, y_pred)
        return {"loss": self.loss_tracker.result(), "mae": self.mae_metric.result()}

    def test_step(self, data):
        x, y = data
        y_pred = self(x, training=False)
        self.loss_tracker.update_state(self.loss_fn(y, y_pred))
        self.mae_metric.update_state(y, y_pred)
        return {"loss": self.loss_tracker.result(), "mae": self.mae_metric.result()}

    @property
    def metrics(self):
        return [self.loss_tracker, self.mae_metric]


random = np.random.RandomState(0)
inputs = keras.Input(shape=(8, 8, 1))
outputs = keras.layers.Dense(1)(keras.layers.Flatten()(inputs))
model = CustomModel(inputs, outputs)
model.compile(optimizer="adam")
x, y = random.rand(64, 8, 8, 1), random.rand(64, 1)
history = model.fit(x, y, epochs=3, validation_split=0.25, verbose=0)
print("falls:", history.history["loss"][-1] < history.history["loss"][0], sorted(history.history))
