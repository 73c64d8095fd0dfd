"""A course's ResNet50 on folders, frozen, with weights from a local file."""

import sys

from tensorflow.keras.applications.resnet import ResNet50, preprocess_input
from tensorflow.keras.layers import Dense, GlobalAveragePooling2D
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import Adam
from tensorflow.keras.preprocessing.image import ImageDataGenerator

photos, weights = sys.argv[1:3]

maker = ImageDataGenerator(validation_split=0.25, preprocessing_function=preprocess_input)
options = dict(target_size=(64, 64), batch_size=8, class_mode="sparse", seed=1)
train = maker.flow_from_directory(photos, subset="training", **options)
valid = maker.flow_from_directory(photos, subset="validation", **options)

backbone = ResNet50(input_shape=(64, 64, 3), weights=weights, include_top=False)
backbone.trainable = False

model = Sequential()
model.add(backbone)
model.add(GlobalAveragePooling2D())
model.add(Dense(3, activation="softmax"))
model.compile(
    optimizer=Adam(learning_rate=0.001), loss="sparse_categorical_crossentropy", metrics=["acc"]
)
history = model.fit(
    train,
    validation_data=valid,
    epochs=2,
    steps_per_epoch=len(train),
    validation_steps=len(valid),
    verbose=2,
)
trainable = sum(weight.numpy().size for weight in model.trainable_weights)
print("trainable:", trainable, "accuracy:", round(history.history["acc"][-1], 2))
