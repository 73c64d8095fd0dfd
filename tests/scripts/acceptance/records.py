"""Photos in TFRecord files: written in shards, read by patterns of names, trained on."""

import os
import pathlib
import re
import sys

import numpy as np
import tensorflow as tf

data_dir = pathlib.Path(sys.argv[1])
CLASSES = sorted(item.name for item in data_dir.glob("*"))
IMAGE_SIZE = [32, 32]
AUTO = tf.data.experimental.AUTOTUNE


def _bytes_feature(value):
    """Returns a bytes_list from a string / byte."""
    if isinstance(value, type(tf.constant(0))):
        value = value.numpy()
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def _int64_feature(value):
    return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))


def to_example(path, label):
    image = tf.image.decode_png(tf.io.read_file(str(path)), channels=3)
    feature = {
        "image": _bytes_feature(tf.io.encode_jpeg(image, quality=95)),
        "class": _int64_feature(label),
        "height": _int64_feature(image.shape[0]),
        "name": _bytes_feature(path.name.encode("utf-8")),
    }
    return tf.train.Example(features=tf.train.Features(feature=feature))


paths = sorted(data_dir.glob("*/*.png"))
np.random.seed(0)
np.random.shuffle(paths)
for shard in range(3):
    chosen = paths[shard::3]
    file_name = "shard%.2i-%i.tfrec" % (shard, len(chosen))
    with tf.io.TFRecordWriter(file_name) as out_file:
        for path in chosen:
            example = to_example(path, CLASSES.index(path.parent.name))
            out_file.write(example.SerializeToString())


def read_labeled_tfrecord(example):
    LABELED_TFREC_FORMAT = {
        "image": tf.io.FixedLenFeature([], tf.string),
        "class": tf.io.FixedLenFeature([], tf.int64),
    }
    example = tf.io.parse_single_example(example, LABELED_TFREC_FORMAT)
    image = tf.image.decode_jpeg(example["image"], channels=3)
    image = tf.cast(image, tf.float32) / 255.0
    image = tf.image.resize(image, IMAGE_SIZE)
    image = tf.reshape(image, [*IMAGE_SIZE, 3])
    return image, tf.cast(example["class"], tf.int32)


def load_dataset(filenames, ordered=False):
    ignore_order = tf.data.Options()
    if not ordered:
        ignore_order.experimental_deterministic = False
    dataset = tf.data.TFRecordDataset(filenames, num_parallel_reads=AUTO)
    dataset = dataset.with_options(ignore_order)
    return dataset.map(read_labeled_tfrecord, num_parallel_calls=AUTO)


def count_data_items(filenames):
    n = [int(re.compile(r"-([0-9]*)\.").search(filename).group(1)) for filename in filenames]
    return np.sum(n)


filenames = sorted(tf.io.gfile.glob("shard*.tfrec"))
train = load_dataset(filenames[:2]).repeat().shuffle(64).batch(8).prefetch(AUTO)
valid = load_dataset(filenames[2:], ordered=True).batch(8).cache()
print("files:", [os.path.basename(name) for name in filenames], count_data_items(filenames))
for images, labels in valid.take(1):
    print("batch:", images.shape, labels.shape, labels.dtype)
raw = next(iter(tf.data.TFRecordDataset(filenames[0])))
example = tf.train.Example()
example.ParseFromString(raw.numpy())
print("example:", example.features.feature["height"].int64_list.value)

model = tf.keras.Sequential(
    [
        tf.keras.layers.Conv2D(4, 3, activation="relu", input_shape=(*IMAGE_SIZE, 3)),
        tf.keras.layers.GlobalAveragePooling2D(),
        tf.keras.layers.Dense(len(CLASSES), activation="softmax"),
    ]
)
model.compile(
    optimizer="adam", loss="sparse_categorical_crossentropy",
    metrics=["sparse_categorical_accuracy"],
)  # fmt: skip
steps = count_data_items(filenames[:2]) // 8
history = model.fit(train, steps_per_epoch=steps, epochs=2, validation_data=valid, verbose=0)
print("epochs:", len(history.history["val_sparse_categorical_accuracy"]))
