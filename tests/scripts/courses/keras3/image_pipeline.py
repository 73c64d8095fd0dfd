# Load and preprocess images the finer way: list_files, py parts of a path, map, cache, augment.
import os
import pathlib
import sys

import numpy as np
import tensorflow as tf

data_dir = pathlib.Path(sys.argv[1])
batch_size = 6
img_height = 32
img_width = 32

image_count = len(list(data_dir.glob('*/*.*')))
list_ds = tf.data.Dataset.list_files(str(data_dir / '*/*'), shuffle=False)
list_ds = list_ds.shuffle(image_count, reshuffle_each_iteration=False)
for f in list_ds.take(2):
    print(os.path.basename(f.numpy().decode()) != '')

class_names = np.array(sorted([item.name for item in data_dir.glob('*')]))
print(class_names)
val_size = int(image_count * 0.2)
train_ds = list_ds.skip(val_size)
val_ds = list_ds.take(val_size)
print(tf.data.experimental.cardinality(train_ds).numpy())
print(tf.data.experimental.cardinality(val_ds).numpy())


def get_label(file_path):
    # Convert the path to a list of path components
    parts = tf.strings.split(file_path, os.path.sep)
    # The second to last is the class-directory
    one_hot = parts[-2] == class_names
    # Integer encode the label
    return tf.argmax(one_hot)


def decode_img(img):
    # Convert the compressed string to a 3D uint8 tensor
    img = tf.io.decode_jpeg(img, channels=3)
    # Resize the image to the desired size
    return tf.image.resize(img, [img_height, img_width])


def process_path(file_path):
    label = get_label(file_path)
    # Load the raw data from the file as a string
    img = tf.io.read_file(file_path)
    img = decode_img(img)
    return img, label


AUTOTUNE = tf.data.AUTOTUNE
train_ds = train_ds.map(process_path, num_parallel_calls=AUTOTUNE)
val_ds = val_ds.map(process_path, num_parallel_calls=AUTOTUNE)
for image, label in train_ds.take(1):
    print("Image shape: ", image.numpy().shape)
    print("Label: ", label.numpy() in (0, 1, 2))


def augment(image, label):
    image = tf.image.resize_with_crop_or_pad(image, img_height + 6, img_width + 6)
    image = tf.image.random_crop(image, size=[img_height, img_width, 3])
    image = tf.image.random_flip_left_right(image)
    image = tf.image.random_brightness(image, max_delta=0.5)
    image = tf.clip_by_value(image / 255.0, 0, 1)
    return image, label


counter = tf.data.experimental.Counter()
seeded = tf.data.Dataset.zip((train_ds, (counter, counter)))


def augment_by_seed(image_label, seed):
    image, label = image_label
    image = tf.image.stateless_random_crop(image, size=[28, 28, 3], seed=seed)
    new_seed = tf.random.experimental.stateless_split((seed[0], seed[1]), num=1)[0, :]
    image = tf.image.stateless_random_brightness(image, max_delta=0.5, seed=new_seed)
    return tf.clip_by_value(image, 0, 255), label


seeded_batch = next(iter(seeded.map(augment_by_seed).batch(4)))
print(seeded_batch[0].shape)


def configure_for_performance(ds):
    ds = ds.cache()
    ds = ds.shuffle(buffer_size=1000)
    ds = ds.batch(batch_size)
    ds = ds.prefetch(buffer_size=AUTOTUNE)
    return ds


train_batches = configure_for_performance(train_ds.map(augment))
val_batches = configure_for_performance(val_ds.map(lambda x, y: (x / 255., y)))
model = tf.keras.Sequential([
    tf.keras.layers.Conv2D(8, 3, activation='relu'),
    tf.keras.layers.MaxPooling2D(),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(len(class_names))
])
model.compile(optimizer='adam', loss=tf.losses.SparseCategoricalCrossentropy(from_logits=True),
              metrics=['accuracy'])
history = model.fit(train_batches, validation_data=val_batches, epochs=2)
model.build((None, img_height, img_width, 3))
print(model.count_params(), model.predict(val_batches).shape)
images, labels = zip(*val_ds.as_numpy_iterator())
print(np.stack(images).shape, np.bincount(labels, minlength=3).sum())
