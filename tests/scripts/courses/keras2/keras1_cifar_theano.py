'''CIFAR10 the Theano way: channels first, real-time augmentation, Keras 1 words.'''
from __future__ import print_function
from keras.datasets import cifar10
from keras.preprocessing.image import ImageDataGenerator
from keras.models import Sequential
from keras.layers.core import Dense, Dropout, Activation, Flatten
from keras.layers.convolutional import Convolution2D, MaxPooling2D, ZeroPadding2D
from keras.layers.advanced_activations import LeakyReLU
from keras.layers.normalization import BatchNormalization
from keras.optimizers import SGD
from keras.utils import np_utils
from keras import backend as K

K.set_image_dim_ordering('th')

batch_size = 32
nb_classes = 10
nb_epoch = 2
img_channels = 3

(X_train, y_train), (X_test, y_test) = cifar10.load_data()
X_train = X_train.transpose(0, 3, 1, 2)
X_test = X_test.transpose(0, 3, 1, 2)
print('X_train shape:', X_train.shape)
Y_train = np_utils.to_categorical(y_train, nb_classes)
Y_test = np_utils.to_categorical(y_test, nb_classes)

model = Sequential()
model.add(ZeroPadding2D((1, 1), input_shape=X_train.shape[1:]))
model.add(Convolution2D(8, 3, 3, name='conv1'))
model.add(LeakyReLU(alpha=0.1))
model.add(BatchNormalization(axis=1, mode=0))
model.add(MaxPooling2D((2, 2), strides=(2, 2)))
model.add(Convolution2D(16, 3, 3, border_mode='same', subsample=(2, 2)))
model.add(Activation('relu'))
model.add(MaxPooling2D(pool_size=(2, 2), dim_ordering='th'))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(32))
model.add(Activation('relu'))
model.add(Dense(nb_classes, activation='softmax'))

sgd = SGD(lr=0.01, decay=1e-6, momentum=0.9, nesterov=True)
model.compile(loss='categorical_crossentropy', optimizer=sgd, metrics=['accuracy'])

X_train = X_train.astype('float32')
X_test = X_test.astype('float32')
X_train /= 255
X_test /= 255

datagen = ImageDataGenerator(
    featurewise_center=False,
    samplewise_center=False,
    featurewise_std_normalization=False,
    samplewise_std_normalization=False,
    zca_whitening=False,
    rotation_range=0,
    width_shift_range=0.1,
    height_shift_range=0.1,
    horizontal_flip=True,
    vertical_flip=False)
datagen.fit(X_train)
history = model.fit_generator(datagen.flow(X_train, Y_train, batch_size=batch_size),
                              samples_per_epoch=X_train.shape[0],
                              nb_epoch=nb_epoch,
                              validation_data=(X_test, Y_test))
print('shape of the features:', model.get_layer('conv1').output_shape)
print('final loss', history.history['loss'][-1], 'val_acc', history.history['val_acc'][-1])
