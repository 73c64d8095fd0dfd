"""Image classification from scratch: a small Xception on a folder of photos."""

import os
import sys

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from tensorflow import data as tf_data

folder = sys.argv[1]
num_skipped = 0
for folder_name in sorted(os.listdir(folder)):
    folder_path = os.path.join(folder, folder_name)
    for fname in os.listdir(folder_path):
        fpath = os.path.join(folder_path, fname)
        with open(fpath, "rb") as fobj:
            if not fobj.read(10):
                num_skipped += 1
print(f"Deleted {num_skipped} images.")

image_size = (48, 48)
batch_size = 8
train_ds, val_ds = keras.utils.image_dataset_from_directory(
    folder,
    validation_split=0.2,
    subset="both",
    seed=1337,
    image_size=image_size,
    batch_size=batch_size,
)
plt.figure(figsize=(6, 6))
for images, labels in train_ds.take(1):
    for i in range(4):
        ax = plt.subplot(2, 2, i + 1)
        plt.imshow(np.array(images[i]).astype("uint8"))
        plt.title(int(labels[i]))
        plt.axis("off")

data_augmentation_layers = [
    layers.RandomFlip("horizontal"),
    layers.RandomRotation(0.1),
]


def data_augmentation(images):
    for layer in data_augmentation_layers:
        images = layer(images)
    return images


train_ds = train_ds.map(
    lambda img, label: (data_augmentation(img), label),
    num_parallel_calls=tf_data.AUTOTUNE,
)
train_ds = train_ds.prefetch(tf_data.AUTOTUNE)
val_ds = val_ds.prefetch(tf_data.AUTOTUNE)


def make_model(input_shape, num_classes):
    inputs = keras.Input(shape=input_shape)
    x = layers.Rescaling(1.0 / 255)(inputs)
    x = layers.Conv2D(16, 3, strides=2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    previous_block_activation = x  # Set aside residual
    for size in [16, 32]:
        x = layers.Activation("relu")(x)
        x = layers.SeparableConv2D(size, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        # Project residual
        residual = layers.Conv2D(size, 1, strides=2, padding="same")(previous_block_activation)
        x = layers.add([x, residual])  # Add back residual
        previous_block_activation = x
    x = layers.GlobalAveragePooling2D()(x)
    units = 1 if num_classes == 2 else num_classes
    x = layers.Dropout(0.25)(x)
    outputs = layers.Dense(units, activation=None)(x)
    return keras.Model(inputs, outputs)


model = make_model(input_shape=image_size + (3,), num_classes=3)
model.compile(
    optimizer=keras.optimizers.Adam(3e-4),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc")],
)
model.fit(train_ds, epochs=2, validation_data=val_ds,
          callbacks=[keras.callbacks.ModelCheckpoint("save_at_{epoch}.keras")])

first = os.path.join(folder, "bar", sorted(os.listdir(os.path.join(folder, "bar")))[0])
img = keras.utils.load_img(first, target_size=image_size)
img_array = keras.utils.img_to_array(img)
img_array = keras.ops.expand_dims(img_array, 0)
predictions = model.predict(img_array)
score = keras.ops.softmax(predictions[0])
print("classes:", train_ds.class_names if hasattr(train_ds, "class_names") else 3)
print(f"This image is {100 * float(keras.ops.max(score)):.2f}% sure; sum {float(keras.ops.sum(score)):.3f}")
print(sorted(f for f in os.listdir(".") if f.endswith(".keras")))
