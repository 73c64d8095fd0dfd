# Own callbacks: batch losses, ROC after each epoch, a cyclic rate, a snapshot ensemble.
import math
import numpy as np
from sklearn.metrics import roc_auc_score
import keras
from keras import backend as K
from keras.callbacks import Callback, CSVLogger, EarlyStopping, LearningRateScheduler
from keras.callbacks import ReduceLROnPlateau, TensorBoard, LambdaCallback, History
from keras.datasets import fashion_mnist
from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.models import Sequential


class LossHistory(keras.callbacks.Callback):
    def on_train_begin(self, logs={}):
        self.losses = []
        self.lr = []

    def on_batch_end(self, batch, logs={}):
        self.losses.append(logs.get('loss'))
        self.lr.append(K.get_value(self.model.optimizer.lr))


class RocCallback(Callback):
    def __init__(self, x, y):
        super(RocCallback, self).__init__()
        self.x, self.y = x, y
        self.aucs = []

    def on_epoch_end(self, epoch, logs=None):
        y_pred = self.model.predict_proba(self.x) if hasattr(self.model, 'predict_proba') \
            else self.model.predict(self.x)
        self.aucs.append(roc_auc_score(self.y, y_pred[:, 0]))
        print(' roc-auc: %.4f' % self.aucs[-1])


class CyclicLR(Callback):
    def __init__(self, base_lr=0.001, max_lr=0.006, step_size=4.):
        super(CyclicLR, self).__init__()
        self.base_lr = base_lr
        self.max_lr = max_lr
        self.step_size = step_size
        self.trn_iterations = 0.
        self.history = {}

    def clr(self):
        cycle = np.floor(1 + self.trn_iterations / (2 * self.step_size))
        x = np.abs(self.trn_iterations / self.step_size - 2 * cycle + 1)
        return self.base_lr + (self.max_lr - self.base_lr) * np.maximum(0, (1 - x))

    def on_train_begin(self, logs={}):
        logs = logs or {}
        K.set_value(self.model.optimizer.lr, self.base_lr)

    def on_batch_end(self, epoch, logs=None):
        logs = logs or {}
        self.trn_iterations += 1
        self.history.setdefault('lr', []).append(K.get_value(self.model.optimizer.lr))
        for k, v in logs.items():
            self.history.setdefault(k, []).append(v)
        K.set_value(self.model.optimizer.lr, self.clr())


(x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
x_train = np.expand_dims(x_train, -1) / 255.
x_test = np.expand_dims(x_test, -1) / 255.
y_train, y_test = (y_train > 4).astype(int), (y_test > 4).astype(int)


def build():
    model = Sequential()
    model.add(Conv2D(8, 3, activation='relu', input_shape=(28, 28, 1)))
    model.add(MaxPooling2D(4))
    model.add(Flatten())
    model.add(Dropout(0.2))
    model.add(Dense(1, activation='sigmoid'))
    model.compile('sgd', 'binary_crossentropy', metrics=['acc'])
    return model


model = build()
losses, clr, roc = LossHistory(), CyclicLR(), RocCallback(x_test, y_test)
model.fit(x_train, y_train, batch_size=20, epochs=2, verbose=0, callbacks=[losses, clr, roc])
print(len(losses.losses), '%.4f' % max(clr.history['lr']), sorted(clr.history))


def step_decay(epoch):
    drop = 0.5
    return 0.1 * math.pow(drop, math.floor((1 + epoch) / 2.0))


model = build()
times = []
callbacks = [
    LearningRateScheduler(step_decay, verbose=1),
    ReduceLROnPlateau(monitor='val_loss', factor=0.2, patience=1, min_lr=0.001, epsilon=1e-4),
    EarlyStopping(monitor='val_loss', min_delta=0, patience=3, verbose=1, mode='auto'),
    CSVLogger('training.log', separator=',', append=False),
    TensorBoard(log_dir='./logs', histogram_freq=0, batch_size=32, write_graph=True,
                write_grads=False, write_images=False),
    LambdaCallback(on_epoch_begin=lambda epoch, logs: times.append(epoch))]
history = model.fit(x_train, y_train, batch_size=20, epochs=3, verbose=2,
                    validation_data=(x_test, y_test), callbacks=callbacks)
print(history.history['lr'], times)
print(open('training.log').readline().strip())
print(model.predict_classes(x_test[:3]).shape)
