# Lesson 2: finetune a Vgg with our own last layer (channels first, Keras 1).
import json
import os
import sys
import numpy as np
from numpy.random import random, permutation
import keras
from keras import backend as K
from keras.layers.core import Flatten, Dense, Dropout, Lambda
from keras.layers.convolutional import Convolution2D, MaxPooling2D, ZeroPadding2D
from keras.models import Sequential
from keras.optimizers import SGD, RMSprop, Adam
from keras.preprocessing import image

K.set_image_dim_ordering('th')
path = sys.argv[1]

vgg_mean = np.array([123.68, 116.779, 103.939], dtype=np.float32).reshape((3, 1, 1))


def vgg_preprocess(x):
    x = x - vgg_mean
    return x[:, ::-1]  # reverse axis rgb->bgr


class Vgg():
    def __init__(self):
        self.create()

    def ConvBlock(self, layers, filters):
        model = self.model
        for i in range(layers):
            model.add(ZeroPadding2D((1, 1)))
            model.add(Convolution2D(filters, 3, 3, activation='relu'))
        model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    def FCBlock(self):
        model = self.model
        model.add(Dense(64, activation='relu'))
        model.add(Dropout(0.5))

    def create(self):
        model = self.model = Sequential()
        model.add(Lambda(vgg_preprocess, input_shape=(3, 32, 32), output_shape=(3, 32, 32)))
        self.ConvBlock(1, 8)
        self.ConvBlock(2, 16)
        model.add(Flatten())
        self.FCBlock()
        self.FCBlock()
        model.add(Dense(1000, activation='softmax'))

    def get_batches(self, path, gen=image.ImageDataGenerator(), shuffle=True, batch_size=8,
                    class_mode='categorical'):
        return gen.flow_from_directory(path, target_size=(32, 32), class_mode=class_mode,
                                       shuffle=shuffle, batch_size=batch_size)

    def ft(self, num):
        model = self.model
        model.pop()
        for layer in model.layers:
            layer.trainable = False
        model.add(Dense(num, activation='softmax'))
        self.compile()

    def finetune(self, batches):
        self.ft(batches.nb_class)
        classes = list(iter(batches.class_indices))
        for c in batches.class_indices:
            classes[batches.class_indices[c]] = c
        self.classes = classes

    def compile(self, lr=0.001):
        self.model.compile(optimizer=Adam(lr=lr), loss='categorical_crossentropy',
                           metrics=['accuracy'])

    def fit(self, batches, val_batches, nb_epoch=1):
        self.model.fit_generator(batches, samples_per_epoch=batches.nb_sample, nb_epoch=nb_epoch,
                                 validation_data=val_batches,
                                 nb_val_samples=val_batches.nb_sample)


vgg = Vgg()
batches = vgg.get_batches(path, batch_size=8)
val_batches = vgg.get_batches(path, batch_size=16, shuffle=False)
vgg.finetune(batches)
vgg.fit(batches, val_batches, nb_epoch=2)
vgg.model.save_weights('ft1.h5')
preds = vgg.model.predict_generator(val_batches, val_batches.nb_sample)
print(vgg.classes, preds.shape)

layers = vgg.model.layers
last_conv_idx = [index for index, layer in enumerate(layers) if type(layer) is Convolution2D][-1]
conv_model = Sequential(layers[:last_conv_idx + 1])
print('last conv', last_conv_idx, conv_model.output_shape)
vgg.model.optimizer.lr = 0.01
print(K.get_value(vgg.model.optimizer.lr))
