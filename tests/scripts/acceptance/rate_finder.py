"""A learning-rate finder: the rate grows with every batch, and the loss is noted."""

import numpy as np
from tensorflow.keras import backend as K
from tensorflow.keras.callbacks import Callback
from tensorflow.keras.layers import Conv2D, Dense, Flatten
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import SGD


class LRFinder(Callback):
    def __init__(self, low, high, steps):
        super().__init__()
        self.rates = np.geomspace(low, high, steps)
        self.losses, self.seen = [], []
        self.iteration = 0

    def on_train_begin(self, logs=None):
        K.set_value(self.model.optimizer.lr, self.rates[0])

    def on_batch_end(self, batch, logs=None):
        self.losses.append(logs.get("loss"))
        self.seen.append(float(K.get_value(self.model.optimizer.lr)))
        self.iteration += 1
        if self.iteration < len(self.rates):
            K.set_value(self.model.optimizer.lr, self.rates[self.iteration])


random = np.random.RandomState(0)
x, y = random.rand(120, 12, 12, 1), random.randint(0, 3, 120)
model = Sequential(
    [Conv2D(4, 3, input_shape=(12, 12, 1)), Flatten(), Dense(3, activation="softmax")]
)
model.compile(optimizer=SGD(lr=1e-3, momentum=0.9), loss="sparse_categorical_crossentropy")
finder = LRFinder(1e-5, 1.0, 12)
model.fit(x, y, batch_size=10, epochs=1, callbacks=[finder], verbose=0)
print("rates:", np.allclose(finder.seen, np.geomspace(1e-5, 1.0, 12), rtol=1e-4))
print("losses:", len(finder.losses))
