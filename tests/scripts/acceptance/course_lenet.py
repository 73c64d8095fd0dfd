"""A course's LeNet on folders: Sequential().add, lr=, a step count taken from the iterators."""

import sys

from tensorflow.keras.layers import AvgPool2D, Conv2D, Dense, Flatten
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import Adam
from tensorflow.keras.preprocessing.image import ImageDataGenerator

photos = sys.argv[1]


def load(subset):
    maker = ImageDataGenerator(rescale=1 / 255.0, validation_split=0.25)
    return maker.flow_from_directory(
        photos,
        target_size=(28, 28),
        batch_size=8,
        class_mode="sparse",
        subset=subset,
        seed=12345,
    )


train, test = load("training"), load("validation")

model = Sequential()
model.add(Conv2D(6, (5, 5), padding="same", activation="relu", input_shape=(28, 28, 3)))
model.add(AvgPool2D(pool_size=(2, 2), strides=None, padding="same"))
model.add(Conv2D(16, (5, 5), padding="valid", activation="tanh"))
model.add(AvgPool2D(pool_size=(2, 2), strides=None, padding="valid"))
model.add(Flatten())
model.add(Dense(120, activation="relu"))
model.add(Dense(84, activation="relu"))
model.add(Dense(3, activation="softmax"))
model.compile(optimizer=Adam(lr=0.001), loss="sparse_categorical_crossentropy", metrics=["acc"])
model.summary()
history = model.fit(
    train,
    validation_data=test,
    batch_size=None,
    epochs=2,
    steps_per_epoch=len(train),
    validation_steps=len(test),
    verbose=2,
    shuffle=True,
)
print("keys:", sorted(history.history))
