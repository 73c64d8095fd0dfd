"""A residual network of one's own on CIFAR-10, with a schedule, a plateau and shifted pictures."""

import keras
import numpy as np
from keras.callbacks import LearningRateScheduler, ModelCheckpoint, ReduceLROnPlateau
from keras.datasets import cifar10
from keras.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    Input,
)
from keras.models import Model
from keras.optimizers import Adam
from keras.preprocessing.image import ImageDataGenerator
from keras.regularizers import l2

(x_train, y_train), (x_test, y_test) = cifar10.load_data()
x_train, x_test = x_train.astype("float32") / 255, x_test.astype("float32") / 255
x_train_mean = np.mean(x_train, axis=0)
x_train -= x_train_mean
x_test -= x_train_mean
y_train = keras.utils.to_categorical(y_train, 10)
y_test = keras.utils.to_categorical(y_test, 10)


def lr_schedule(epoch):
    lr = 1e-3
    if epoch > 1:
        lr *= 1e-1
    return lr


def resnet_layer(inputs, num_filters=16, kernel_size=3, strides=1, activation="relu"):
    x = Conv2D(
        num_filters, kernel_size=kernel_size, strides=strides, padding="same",
        kernel_initializer="he_normal", kernel_regularizer=l2(1e-4),
    )(inputs)  # fmt: skip
    x = BatchNormalization()(x)
    return Activation(activation)(x) if activation is not None else x


inputs = Input(shape=x_train.shape[1:])
x = resnet_layer(inputs=inputs, num_filters=8)
num_filters = 8
for stack in range(2):
    for res_block in range(2):
        strides = 2 if stack > 0 and res_block == 0 else 1
        y = resnet_layer(inputs=x, num_filters=num_filters, strides=strides)
        y = resnet_layer(inputs=y, num_filters=num_filters, activation=None)
        if stack > 0 and res_block == 0:
            x = resnet_layer(x, num_filters, kernel_size=1, strides=strides, activation=None)
        x = keras.layers.add([x, y])
        x = Activation("relu")(x)
    num_filters *= 2
x = AveragePooling2D(pool_size=8)(x)
outputs = Dense(10, activation="softmax", kernel_initializer="he_normal")(Flatten()(x))
model = Model(inputs=inputs, outputs=outputs)
model.compile(
    loss="categorical_crossentropy",
    optimizer=Adam(learning_rate=lr_schedule(0)),
    metrics=["accuracy"],
)
datagen = ImageDataGenerator(width_shift_range=0.1, height_shift_range=0.1, horizontal_flip=True)
datagen.fit(x_train)
callbacks = [
    ModelCheckpoint("cifar_{epoch:03d}.keras", monitor="val_accuracy", save_best_only=True),
    ReduceLROnPlateau(factor=np.sqrt(0.1), cooldown=0, patience=5, min_lr=0.5e-6),
    LearningRateScheduler(lr_schedule),
]
history = model.fit(
    datagen.flow(x_train, y_train, batch_size=50), validation_data=(x_test, y_test), epochs=3,
    verbose=0, callbacks=callbacks,
)  # fmt: skip
rates = [float(rate) for rate in history.history["learning_rate"]]
print("rates:", np.allclose(rates, [1e-3, 1e-3, 1e-4]), "layers:", len(model.layers))
scores = model.evaluate(x_test, y_test, verbose=0)
print("last:", abs(scores[0] - history.history["val_loss"][-1]) < 1e-4)
