"""A course's LeNet on a folder of photos: course_lenet.py FOLDER EPOCHS."""

import sys

from tensorflow.keras.layers import AvgPool2D, Conv2D, Dense, Flatten
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import Adam
from tensorflow.keras.preprocessing.image import ImageDataGenerator

folder, epochs = sys.argv[1], int(sys.argv[2])
maker = ImageDataGenerator(validation_split=0.25, rescale=1 / 255)
options = {"target_size": (150, 150), "batch_size": 16, "class_mode": "sparse", "seed": 12345}
train = maker.flow_from_directory(folder, subset="training", **options)
test = maker.flow_from_directory(folder, subset="validation", **options)

model = Sequential()
model.add(Conv2D(6, (5, 5), padding="same", activation="relu", input_shape=(150, 150, 3)))
model.add(AvgPool2D(pool_size=(2, 2)))
model.add(Conv2D(16, (5, 5), padding="valid", activation="relu"))
model.add(AvgPool2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(120, activation="relu"))
model.add(Dense(84, activation="relu"))
model.add(Dense(len(train.class_indices), activation="softmax"))
model.compile(
    optimizer=Adam(learning_rate=0.001), loss="sparse_categorical_crossentropy", metrics=["acc"]
)
model.fit(train, validation_data=test, epochs=epochs, verbose=2)
