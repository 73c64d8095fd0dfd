'''Bottleneck features of a photo folder with a VGG-like stack, then a small top model (Keras 1).'''
import os
import sys
import numpy as np
from keras.preprocessing.image import ImageDataGenerator
from keras.models import Sequential
from keras.layers import Convolution2D, MaxPooling2D, ZeroPadding2D
from keras.layers import Activation, Dropout, Flatten, Dense
from keras import optimizers
from keras.utils.np_utils import to_categorical

img_width, img_height = 32, 32
top_model_weights_path = 'bottleneck_fc_model.h5'
train_data_dir = sys.argv[1]
nb_train_samples = sum(len(files) for _, _, files in os.walk(train_data_dir))
nb_epoch = 3


def build_vgg():
    model = Sequential()
    model.add(ZeroPadding2D((1, 1), input_shape=(img_width, img_height, 3)))
    model.add(Convolution2D(8, 3, 3, activation='relu', name='conv1_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(8, 3, 3, activation='relu', name='conv1_2'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(16, 3, 3, activation='relu', name='conv2_1'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))
    return model


def save_bottleneck_features():
    datagen = ImageDataGenerator(rescale=1. / 255)
    model = build_vgg()
    generator = datagen.flow_from_directory(
        train_data_dir,
        target_size=(img_width, img_height),
        batch_size=6,
        class_mode=None,
        shuffle=False)
    bottleneck_features_train = model.predict_generator(generator, nb_train_samples)
    np.save(open('bottleneck_features_train.npy', 'wb'), bottleneck_features_train)
    return generator.classes, model


def train_top_model(labels):
    train_data = np.load(open('bottleneck_features_train.npy', 'rb'))[:nb_train_samples]
    model = Sequential()
    model.add(Flatten(input_shape=train_data.shape[1:]))
    model.add(Dense(32, activation='relu'))
    model.add(Dropout(0.5))
    model.add(Dense(3, activation='softmax'))
    model.compile(optimizer='rmsprop', loss='categorical_crossentropy', metrics=['accuracy'])
    model.fit(train_data, to_categorical(labels), nb_epoch=nb_epoch, batch_size=8)
    model.save_weights(top_model_weights_path, overwrite=True)
    return model


labels, vgg = save_bottleneck_features()
top = train_top_model(labels)
top.load_weights(top_model_weights_path)
vgg.add(top)
for layer in vgg.layers[:5]:
    layer.trainable = False
vgg.compile(loss='categorical_crossentropy',
            optimizer=optimizers.SGD(lr=1e-4, momentum=0.9),
            metrics=['accuracy'])
train_datagen = ImageDataGenerator(rescale=1. / 255, shear_range=0.2, zoom_range=0.2,
                                   horizontal_flip=True)
train_generator = train_datagen.flow_from_directory(
    train_data_dir, target_size=(img_height, img_width), batch_size=6)
vgg.fit_generator(train_generator, samples_per_epoch=nb_train_samples, nb_epoch=1)
print(len(vgg.layers), 'layers,', vgg.output_shape)
print('trainable:', len(vgg.trainable_weights), 'all:', len(vgg.weights))
