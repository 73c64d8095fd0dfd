"""Sizes as a list, classes in an order of one's own, another interpolation."""

import sys

from keras.layers import Dense, Flatten
from keras.models import Sequential
from keras.preprocessing.image import ImageDataGenerator

photos = sys.argv[1]
train = ImageDataGenerator(rescale=1 / 255.0).flow_from_directory(
    photos, target_size=[20, 24], classes=["rim", "bar", "dot"], interpolation="bicubic",
    batch_size=6, color_mode="grayscale", shuffle=False,
)  # fmt: skip
print(train.class_indices, train.image_shape, len(train), train.samples)
model = Sequential([Flatten(input_shape=train.image_shape), Dense(3, activation="softmax")])
model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train, epochs=2, verbose=0)
print("history:", history.history)
