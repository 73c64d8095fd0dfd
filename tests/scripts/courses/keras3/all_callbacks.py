"""Callbacks of every kind on one small network (tf.keras)."""

import datetime
import glob
import json
import os

import numpy as np
import tensorflow as tf
from tensorflow import keras

(x_train, y_train), (x_test, y_test) = tf.keras.datasets.mnist.load_data()
x_train, x_test = x_train[..., np.newaxis] / 255.0, x_test[..., np.newaxis] / 255.0


def get_model():
    model = keras.Sequential()
    model.add(keras.layers.Conv2D(4, 3, strides=2, activation="relu", input_shape=(28, 28, 1)))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=0.01),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


class CustomCallback(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.calls = []

    def on_train_begin(self, logs=None):
        self.calls.append(("train begin", sorted(logs or {})))

    def on_train_end(self, logs=None):
        self.calls.append(("train end", sorted(logs.keys())))

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(("epoch begin", epoch))

    def on_test_batch_end(self, batch, logs=None):
        self.last_test_batch = batch

    def on_predict_end(self, logs=None):
        self.calls.append(("predict end", logs))

    def on_epoch_end(self, epoch, logs=None):
        lr = float(tf.keras.backend.get_value(self.model.optimizer.learning_rate))
        print(f"epoch {epoch}: lr {lr:.4f}, steps {self.params['steps']}, of {self.params['epochs']}")


class EarlyStoppingAtMinLoss(keras.callbacks.Callback):
    def __init__(self, patience=0):
        super().__init__()
        self.patience = patience
        self.best_weights = None

    def on_train_begin(self, logs=None):
        self.wait = 0
        self.stopped_epoch = 0
        self.best = np.inf

    def on_epoch_end(self, epoch, logs=None):
        current = logs.get("loss")
        if np.less(current, self.best):
            self.best = current
            self.wait = 0
            self.best_weights = self.model.get_weights()
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.stopped_epoch = epoch
                self.model.stop_training = True
                self.model.set_weights(self.best_weights)


log_dir = os.path.join("logs", "fit", datetime.datetime.now().strftime("%Y%m%d-%H%M%S"))
file_writer = tf.summary.create_file_writer(log_dir + "/metrics")
file_writer.set_as_default()
json_log = open("loss_log.json", mode="wt", buffering=1)
json_logging_callback = keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: json_log.write(json.dumps({"epoch": epoch, "loss": float(logs["loss"])}) + "\n"),
    on_train_end=lambda logs: json_log.close())
custom = CustomCallback()
callbacks = [
    keras.callbacks.TensorBoard(log_dir=log_dir, histogram_freq=1, update_freq="epoch", profile_batch=0),
    keras.callbacks.ModelCheckpoint("ckpt/cp-{epoch:04d}.weights.h5", save_weights_only=True, save_freq="epoch"),
    keras.callbacks.BackupAndRestore(backup_dir="backup"),
    keras.callbacks.TerminateOnNaN(),
    keras.callbacks.CSVLogger("log.csv", append=True),
    keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * tf.math.exp(-0.1) if epoch > 1 else lr),
    keras.callbacks.ProgbarLogger(),
    EarlyStoppingAtMinLoss(patience=1),
    json_logging_callback,
    custom,
]
os.makedirs("ckpt", exist_ok=True)
model = get_model()
history = model.fit(x_train, y_train, batch_size=40, epochs=3, validation_data=(x_test, y_test), callbacks=callbacks, verbose=0)
model.predict(x_test, callbacks=[custom], verbose=0)
model.evaluate(x_test, y_test, callbacks=[custom], verbose=0)
for epoch, loss in enumerate(history.history["loss"]):
    tf.summary.scalar("own loss", data=loss, step=epoch)
with file_writer.as_default():
    tf.summary.image("Training data", np.reshape(x_train[:3], (-1, 28, 28, 1)), step=0, max_outputs=3)
print(custom.calls[0], custom.calls[-1], custom.last_test_batch)
print(sorted(os.path.basename(f) for f in glob.glob("ckpt/*")))
print(len(open("loss_log.json").readlines()), open("log.csv").readline().strip())
print(len(glob.glob("logs/**/events*", recursive=True)) >= 2, sorted(history.history))

cbks = keras.callbacks.CallbackList([custom], model=model, add_history=True, epochs=1, steps=2)
logs = {}
cbks.on_epoch_begin(0, logs=logs)
cbks.on_epoch_end(0, logs=logs)
print(custom.calls[-1], model.history is history)
