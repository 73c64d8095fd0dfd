"""fit with a train_step of one's own."""

import keras
import numpy as np
import tensorflow as tf


class CustomModel(tf.keras.Model):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


random = np.random.RandomState(0)
inputs = keras.Input(shape=(8, 8, 1))
outputs = keras.layers.Dense(1)(keras.layers.Flatten()(inputs))
model = CustomModel(inputs, outputs)
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
history = model.fit(random.rand(64, 8, 8, 1), random.rand(64, 1), epochs=3, verbose=0)
print("falls:", history.history["loss"][-1] < history.history["loss"][0])
print("keys:", sorted(history.history))
