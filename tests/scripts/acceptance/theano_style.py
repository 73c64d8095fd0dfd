"""Keras 1 on Theano: images (3, 32, 32), dim_ordering="th", a generator, Convolution3D."""

import numpy as np
from keras import backend as K
from keras.layers import Activation, Dense, Dropout, Flatten
from keras.layers.convolutional import (
    Convolution2D,
    Convolution3D,
    MaxPooling2D,
    MaxPooling3D,
    ZeroPadding2D,
)
from keras.layers.normalization import BatchNormalization
from keras.models import Sequential, load_model
from keras.optimizers import SGD
from keras.preprocessing.image import ImageDataGenerator
from keras.utils import np_utils

K.set_image_dim_ordering("th")

batch_size, nb_classes, nb_epoch = 16, 4, 2
img_channels, img_rows, img_cols = 3, 32, 32

random = np.random.RandomState(0)
y_train = np.arange(64) % nb_classes
X_train = random.rand(64, img_channels, img_rows, img_cols)
for image, label in zip(X_train, y_train):
    image[:, 8 * label : 8 * label + 8] += 1
X_train = X_train.astype("float32") * 127
print("X_train shape:", X_train.shape)
Y_train = np_utils.to_categorical(y_train, nb_classes)

model = Sequential()
model.add(ZeroPadding2D((1, 1), input_shape=(img_channels, img_rows, img_cols)))
model.add(Convolution2D(8, 3, 3, activation="relu"))
model.add(BatchNormalization(axis=1))
model.add(Convolution2D(8, 3, 3, border_mode="same", dim_ordering="th"))
model.add(Activation("relu"))
model.add(MaxPooling2D(pool_size=(2, 2), strides=(2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(nb_classes))
model.add(Activation("softmax"))
model.summary()
sgd = SGD(lr=0.01, decay=1e-6, momentum=0.9, nesterov=True)
model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])

datagen = ImageDataGenerator(
    featurewise_center=True, width_shift_range=0.1, horizontal_flip=True, rescale=1.0 / 255
)
datagen.fit(X_train)
print("mean:", datagen.mean.shape)
flow = datagen.flow(X_train, Y_train, batch_size=batch_size)
print("batch:", next(flow)[0].shape)
model.fit_generator(flow, samples_per_epoch=X_train.shape[0], nb_epoch=nb_epoch, verbose=0)
print("maps:", model.layers[1].output_shape, model.layers[1].get_weights()[0].shape)

model.save("theano_style.h5")
again = load_model("theano_style.h5")
images = X_train[:5] / 255 - 0.5
print("same:", np.allclose(again.predict(images), model.predict(images), atol=1e-5))

first_maps = K.function([model.layers[0].input, K.learning_phase()], [model.layers[4].output])
print("first maps:", first_maps([images, 0])[0].shape)

films = Sequential()
films.add(Convolution3D(4, 3, 3, 3, border_mode="same", input_shape=(1, 8, 16, 16)))
films.add(MaxPooling3D(pool_size=(2, 2, 2)))
films.add(Flatten())
films.add(Dense(2, activation="softmax"))
print("films:", [layer.output_shape for layer in films.layers])
