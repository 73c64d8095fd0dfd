"""A rate that goes up and down by a callback of one's own, read and set through the backend."""

import numpy as np
from keras import backend as K
from keras.callbacks import Callback
from keras.layers import Dense, Flatten
from keras.models import Sequential
from keras.optimizers import SGD


class CyclicLR(Callback):
    def __init__(self, base_lr=0.001, max_lr=0.006, step_size=4.0, mode="triangular"):
        super(CyclicLR, self).__init__()
        self.base_lr, self.max_lr, self.step_size, self.mode = base_lr, max_lr, step_size, mode
        self.clr_iterations = 0.0
        self.history = {}

    def clr(self):
        cycle = np.floor(1 + self.clr_iterations / (2 * self.step_size))
        x = np.abs(self.clr_iterations / self.step_size - 2 * cycle + 1)
        return self.base_lr + (self.max_lr - self.base_lr) * np.maximum(0, (1 - x))

    def on_train_begin(self, logs={}):
        logs = logs or {}
        K.set_value(self.model.optimizer.lr, self.base_lr)

    def on_batch_end(self, epoch, logs=None):
        logs = logs or {}
        self.clr_iterations += 1
        self.history.setdefault("lr", []).append(K.get_value(self.model.optimizer.lr))
        for k, v in logs.items():
            self.history.setdefault(k, []).append(v)
        K.set_value(self.model.optimizer.lr, self.clr())


random = np.random.RandomState(0)
x, y = random.rand(80, 6, 6, 1), random.randint(0, 3, 80)
model = Sequential([Flatten(input_shape=(6, 6, 1)), Dense(3, activation="softmax")])
model.compile(SGD(lr=0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
clr = CyclicLR(base_lr=0.001, max_lr=0.005)
model.fit(x, y, batch_size=10, epochs=2, callbacks=[clr], verbose=0)
rates = [float(rate) for rate in clr.history["lr"]]
print("rates:", [round(rate, 4) for rate in rates[:9]])
print(
    "noted:", len(clr.history["loss"]), float(K.get_value(model.optimizer.lr)) == np.float32(0.001)
)
