"""Cats and dogs as the book has them: features taken in a loop, then the base inside a model."""

import sys

import numpy as np
from keras import layers, models, optimizers
from keras.applications import VGG16
from keras.preprocessing.image import ImageDataGenerator

photos = sys.argv[1]
conv_base = VGG16(weights=None, include_top=False, input_shape=(48, 48, 3))
datagen = ImageDataGenerator(rescale=1.0 / 255)
batch_size = 6


def extract_features(directory, sample_count):
    features = np.zeros(shape=(sample_count, 1, 1, 512))
    labels = np.zeros(shape=(sample_count))
    generator = datagen.flow_from_directory(
        directory, target_size=(48, 48), batch_size=batch_size, class_mode="binary",
        classes=["dot", "rim"], shuffle=False,
    )  # fmt: skip
    i = 0
    for inputs_batch, labels_batch in generator:
        features_batch = conv_base.predict(inputs_batch, verbose=0)
        features[i * batch_size : (i + 1) * batch_size] = features_batch
        labels[i * batch_size : (i + 1) * batch_size] = labels_batch
        i += 1
        if i * batch_size >= sample_count:
            break
    return features, labels


train_features, train_labels = extract_features(photos, 24)
train_features = np.reshape(train_features, (24, 512))
print("labels:", train_labels.sum(), "alive:", bool(np.ptp(train_features, axis=0).max() > 0))
model = models.Sequential()
model.add(conv_base)
model.add(layers.Flatten())
model.add(layers.Dense(8, activation="relu"))
model.add(layers.Dense(1, activation="sigmoid"))
print("trainable before:", len(model.trainable_weights))
conv_base.trainable = False
print("after:", len(model.trainable_weights))
conv_base.trainable = True
set_trainable = False
for layer in conv_base.layers:
    if layer.name == "block5_conv1":
        set_trainable = True
    layer.trainable = set_trainable
print("from block5 on:", len(model.trainable_weights))
model.compile(
    loss="binary_crossentropy", optimizer=optimizers.RMSprop(learning_rate=1e-5), metrics=["acc"]
)
train_generator = datagen.flow_from_directory(
    photos, target_size=(48, 48), batch_size=8, class_mode="binary", classes=["dot", "rim"]
)
history = model.fit(train_generator, steps_per_epoch=3, epochs=2, verbose=0)
print("keys:", sorted(history.history))
