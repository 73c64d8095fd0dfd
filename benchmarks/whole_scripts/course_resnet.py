"""A course's frozen ResNet50 on a folder of photos: course_resnet.py FOLDER EPOCHS WEIGHTS."""

import sys

from tensorflow.keras.applications.resnet import ResNet50, preprocess_input
from tensorflow.keras.layers import Dense, GlobalAveragePooling2D
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import Adam
from tensorflow.keras.preprocessing.image import ImageDataGenerator

folder, epochs, weights = sys.argv[1], int(sys.argv[2]), sys.argv[3]
maker = ImageDataGenerator(validation_split=0.25, preprocessing_function=preprocess_input)
options = {"target_size": (150, 150), "batch_size": 32, "class_mode": "sparse", "seed": 12345}
train = maker.flow_from_directory(folder, subset="training", **options)
test = maker.flow_from_directory(folder, subset="validation", **options)

backbone = ResNet50(input_shape=(150, 150, 3), weights=weights, include_top=False)
backbone.trainable = False
model = Sequential()
model.add(backbone)
model.add(GlobalAveragePooling2D())
model.add(Dense(len(train.class_indices), activation="softmax"))
model.compile(
    optimizer=Adam(learning_rate=0.001), loss="sparse_categorical_crossentropy", metrics=["acc"]
)
model.fit(train, validation_data=test, epochs=epochs, verbose=2)
