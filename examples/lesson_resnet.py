"""The lesson's last part, ResNet and freezing, written for Keras.

    python -m saccade examples/lesson_resnet.py WEIGHTS FOLDER [EPOCHS]

runs it without Keras. WEIGHTS is a file with ResNet50's weights, or the word imagenet, which
fetches Keras's file; FOLDER holds a folder of photos for each class. The generator differs from
the lesson's in one argument: ResNet50 was trained on pixels as `preprocess_input` leaves them,
not on rescale=1/255.
"""

import sys

from tensorflow.keras.applications.resnet import ResNet50, preprocess_input
from tensorflow.keras.layers import Dense, GlobalAveragePooling2D
from tensorflow.keras.models import Sequential
from tensorflow.keras.preprocessing.image import ImageDataGenerator

weights, folder = sys.argv[1:3]
epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 5

# A quarter of each class is kept for validation.

datagen = ImageDataGenerator(validation_split=0.25, preprocessing_function=preprocess_input)

train_datagen_flow = datagen.flow_from_directory(
    folder,
    target_size=(150, 150),
    batch_size=16,
    class_mode="sparse",
    subset="training",
    seed=54321,
)

val_datagen_flow = datagen.flow_from_directory(
    folder,
    target_size=(150, 150),
    batch_size=16,
    class_mode="sparse",
    subset="validation",
    seed=54321,
)

classes = len(train_datagen_flow.class_indices)

# ResNet50 without its top, frozen, under a new head.

backbone = ResNet50(input_shape=(150, 150, 3), weights=weights, include_top=False)
backbone.trainable = False

model = Sequential()
model.add(backbone)
model.add(GlobalAveragePooling2D())
model.add(Dense(classes, activation="softmax"))

model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["acc"])
model.summary()

model.fit(
    train_datagen_flow,
    validation_data=val_datagen_flow,
    steps_per_epoch=len(train_datagen_flow),
    validation_steps=len(val_datagen_flow),
    epochs=epochs,
    verbose=2,
)

loss, accuracy = model.evaluate(val_datagen_flow, verbose=0)
print("validation accuracy:", round(accuracy, 4))
