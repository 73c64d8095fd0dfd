"""Keras 1 on arrays: nb_epoch, border_mode, Convolution2D(32, 3, 3)."""

import numpy as np
from keras.layers import Activation, Convolution2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.utils import np_utils

random = np.random.RandomState(0)
x = random.rand(60, 28, 28, 1)
y = np_utils.to_categorical(random.randint(0, 10, 60), 10)

model = Sequential()
model.add(Convolution2D(4, 3, 3, border_mode="valid", input_shape=(28, 28, 1)))
model.add(Activation("relu"))
model.add(Convolution2D(4, 3, 3, border_mode="same", init="he_normal"))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(output_dim=10, activation="softmax"))
model.compile(loss="categorical_crossentropy", optimizer="adadelta", metrics=["accuracy"])
model.fit(x, y, batch_size=16, nb_epoch=2, verbose=0, validation_data=(x, y))
print("shapes:", [layer.output_shape for layer in model.layers][:4])
print("classes:", model.predict_classes(x).shape)
