"""Plots of a history, and the network's shape as a picture's text."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from keras.callbacks import TensorBoard
from keras.layers import Dense, Flatten
from keras.models import Sequential

random = np.random.RandomState(0)
model = Sequential([Flatten(input_shape=(8, 8)), Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    random.rand(50, 8, 8), random.randint(0, 3, 50), validation_split=0.2, epochs=3, verbose=0,
    callbacks=[TensorBoard(log_dir="logs")],
)  # fmt: skip
for key in ("accuracy", "loss"):
    plt.figure()
    plt.plot(history.history[key])
    plt.plot(history.history["val_" + key])
    plt.title("model " + key)
    plt.legend(["train", "test"], loc="upper left")
    plt.savefig(key + ".png")
print("epochs:", history.epoch, "params:", sorted(history.params))
