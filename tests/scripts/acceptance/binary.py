"""Two classes and one output."""

import sys

from keras import layers, models
from keras.preprocessing.image import ImageDataGenerator

photos = sys.argv[1]
maker = ImageDataGenerator(rescale=1.0 / 255)
train = maker.flow_from_directory(
    photos, target_size=(32, 32), batch_size=5, class_mode="binary", classes=["bar", "dot"],
    shuffle=False,
)  # fmt: skip
for data, labels in train:
    print("batch:", data.shape, labels.shape, labels.dtype)
    break

model = models.Sequential()
model.add(layers.Conv2D(8, (3, 3), activation="relu", input_shape=(32, 32, 3)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Flatten())
model.add(layers.Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer="rmsprop", metrics=["acc"])
history = model.fit(train, epochs=2, verbose=0)
print("history:", history.history)
