# Feature extraction with a convolutional base, without augmentation.
import os
import sys

import numpy as np
from keras import layers
from keras import models
from keras import optimizers
from keras.applications import VGG16
from keras.preprocessing.image import ImageDataGenerator

conv_base = VGG16(weights=None, include_top=False, input_shape=(48, 48, 3))
conv_base.summary()

base_dir = sys.argv[1]
datagen = ImageDataGenerator(rescale=1. / 255, validation_split=0.25)
batch_size = 3


def extract_features(subset, sample_count):
    features = np.zeros(shape=(sample_count, 1, 1, 512))
    labels = np.zeros(shape=(sample_count, 3))
    generator = datagen.flow_from_directory(
        base_dir,
        target_size=(48, 48),
        batch_size=batch_size,
        class_mode='categorical',
        subset=subset)
    i = 0
    for inputs_batch, labels_batch in generator:
        features_batch = conv_base.predict(inputs_batch)
        features[i * batch_size: (i + 1) * batch_size] = features_batch
        labels[i * batch_size: (i + 1) * batch_size] = labels_batch
        i += 1
        if i * batch_size >= sample_count:
            # generators yield forever, so we must stop ourselves
            break
    return features, labels


train_features, train_labels = extract_features('training', 18)
validation_features, validation_labels = extract_features('validation', 9)
train_features = np.reshape(train_features, (18, 512))
validation_features = np.reshape(validation_features, (9, 512))

model = models.Sequential()
model.add(layers.Dense(64, activation='relu', input_dim=512))
model.add(layers.Dropout(0.5))
model.add(layers.Dense(3, activation='softmax'))
model.compile(optimizer=optimizers.RMSprop(lr=2e-5),
              loss='categorical_crossentropy',
              metrics=['acc'])
history = model.fit(train_features, train_labels, epochs=5, batch_size=6,
                    validation_data=(validation_features, validation_labels), verbose=0)


def smooth_curve(points, factor=0.8):
    smoothed_points = []
    for point in points:
        if smoothed_points:
            previous = smoothed_points[-1]
            smoothed_points.append(previous * factor + point * (1 - factor))
        else:
            smoothed_points.append(point)
    return smoothed_points


print('smoothed loss', smooth_curve(history.history['loss'])[-1])
print('final', history.history['acc'][-1], history.history['val_acc'][-1])
print(os.path.basename(conv_base.layers[-1].name), conv_base.output_shape)
