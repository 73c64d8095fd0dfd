"""A pipeline of file names: read, decode, resize, batch."""

import os
import pathlib
import sys

import tensorflow as tf
from tensorflow.keras import layers, models

data_dir = pathlib.Path(sys.argv[1])
class_names = sorted(item.name for item in data_dir.glob("*"))
files = [str(path) for path in sorted(data_dir.glob("*/*.png"))]
labels = [class_names.index(pathlib.Path(file).parent.name) for file in files]
list_ds = tf.data.Dataset.from_tensor_slices((files, labels)).shuffle(len(files), seed=1)


def process_path(file_path, label):
    img = tf.io.read_file(file_path)
    img = tf.image.decode_png(img, channels=3)
    img = tf.image.convert_image_dtype(img, tf.float32)
    img = tf.image.resize(img, [32, 32])
    return img, tf.one_hot(label, 3)


def augment(image, label):
    image = tf.image.random_flip_left_right(image)
    return image, label


val_size = int(len(files) * 0.2)
AUTOTUNE = tf.data.AUTOTUNE
train_ds = (
    list_ds.skip(val_size).map(process_path, num_parallel_calls=AUTOTUNE).cache()
    .map(augment).batch(8).prefetch(AUTOTUNE)
)  # fmt: skip
val_ds = list_ds.take(val_size).map(process_path).batch(8)
for image_batch, label_batch in train_ds.take(1):
    print("batch:", image_batch.shape, label_batch.shape, image_batch.numpy().dtype)
print("batches:", tf.data.experimental.cardinality(train_ds).numpy())
model = models.Sequential(
    [layers.Conv2D(4, 3, input_shape=(32, 32, 3)), layers.Flatten(), layers.Dense(3)]
)
model.compile(
    "adam", tf.keras.losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
)
history = model.fit(train_ds, validation_data=val_ds, epochs=2, verbose=0)
print("keys:", sorted(history.history), os.path.exists("nothing"))
