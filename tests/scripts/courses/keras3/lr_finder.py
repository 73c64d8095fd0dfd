# A learning rate finder, a one-cycle policy and cosine restarts, for tf.keras models.
import math
import numpy as np
import matplotlib.pyplot as plt
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.callbacks import Callback, LearningRateScheduler
from tensorflow.keras.datasets import fashion_mnist
from tensorflow.keras.layers import (Activation, BatchNormalization, Conv2D, Dense, Flatten, Input,
                                     MaxPool2D)
from tensorflow.keras.models import Model


class LRFinder(Callback):
    """Exponentially raises the rate from start_lr to end_lr over max_steps."""

    def __init__(self, start_lr=1e-7, end_lr=10, max_steps=100, smoothing=0.9):
        super(LRFinder, self).__init__()
        self.start_lr, self.end_lr = start_lr, end_lr
        self.max_steps = max_steps
        self.smoothing = smoothing
        self.step, self.best_loss, self.avg_loss, self.lr = 0, 0, 0, 0
        self.lrs, self.losses = [], []

    def on_train_begin(self, logs=None):
        self.step, self.best_loss, self.avg_loss, self.lr = 0, 0, 0, 0
        self.lrs, self.losses = [], []

    def on_train_batch_begin(self, batch, logs=None):
        self.lr = self.exp_annealing(self.step)
        tf.keras.backend.set_value(self.model.optimizer.lr, self.lr)

    def on_train_batch_end(self, batch, logs=None):
        logs = logs or {}
        loss = logs.get('loss')
        step = self.step
        if loss:
            self.avg_loss = self.smoothing * self.avg_loss + (1 - self.smoothing) * loss
            smooth_loss = self.avg_loss / (1 - self.smoothing ** (self.step + 1))
            self.losses.append(smooth_loss)
            self.lrs.append(self.lr)
            if step == 0 or loss < self.best_loss:
                self.best_loss = loss
            if smooth_loss > 4 * self.best_loss or tf.math.is_nan(smooth_loss):
                self.model.stop_training = True
        if step == self.max_steps:
            self.model.stop_training = True
        self.step += 1

    def exp_annealing(self, step):
        return self.start_lr * (self.end_lr / self.start_lr) ** (step * 1. / self.max_steps)

    def plot(self):
        fig, ax = plt.subplots(1, 1)
        ax.set_ylabel('Loss')
        ax.set_xscale('log')
        ax.plot(self.lrs, self.losses)


class OneCycle(Callback):
    def __init__(self, lr_max, steps, mom_min=0.85, mom_max=0.95):
        super().__init__()
        self.lr_max, self.steps = lr_max, steps
        self.moms = (mom_min, mom_max)
        self.seen = []
        self.step = 0

    def on_train_batch_begin(self, batch, logs=None):
        part = self.step / self.steps
        up = part * 2 if part < 0.5 else 2 - 2 * part
        self.model.optimizer.learning_rate.assign(self.lr_max * (0.04 + 0.96 * up))
        self.model.optimizer.momentum = self.moms[1] - up * (self.moms[1] - self.moms[0])
        self.seen.append(float(K.get_value(self.model.optimizer.learning_rate)))
        self.step += 1


(x_train, y_train), (x_valid, y_valid) = fashion_mnist.load_data()
x_train, x_valid = x_train / 255.0, x_valid / 255.0
x_train = x_train[..., tf.newaxis]
x_valid = x_valid[..., tf.newaxis]
train_ds = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(200).batch(10).repeat()


def build_model():
    inputs = Input(shape=(28, 28, 1))
    x = Conv2D(8, 3, padding='same', use_bias=False)(inputs)
    x = BatchNormalization()(x)
    x = Activation('relu')(x)
    x = MaxPool2D(4)(x)
    x = Flatten()(x)
    outputs = Dense(10, activation='softmax')(x)
    model = Model(inputs=inputs, outputs=outputs)
    model.compile(optimizer=tf.keras.optimizers.SGD(momentum=0.9),
                  loss='sparse_categorical_crossentropy', metrics=['accuracy'])
    return model


lr_finder = LRFinder(max_steps=30)
_ = build_model().fit(train_ds, steps_per_epoch=40, epochs=1, callbacks=[lr_finder], verbose=False)
lr_finder.plot()
print(len(lr_finder.lrs), '%.1e' % lr_finder.lrs[0])
one_cycle = OneCycle(0.05, steps=20)
history = build_model().fit(train_ds, steps_per_epoch=20, epochs=1, callbacks=[one_cycle],
                            validation_data=(x_valid, y_valid), verbose=2)
print('top %.3f last %.3f' % (max(one_cycle.seen), one_cycle.seen[-1]))


def cosine(epoch, lr):
    return 0.5 * 0.05 * (1 + math.cos(math.pi * (epoch % 2) / 2))


history = build_model().fit(x_train, y_train, epochs=3, batch_size=50, verbose=0,
                            callbacks=[LearningRateScheduler(cosine)])
print([round(float(rate), 4) for rate in history.history.get('lr', history.history.get('learning_rate'))])
