"""Transfer learning in two phases: the new head alone, then all of it at a small rate."""

import sys

import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

photos = sys.argv[1]
train_ds = keras.preprocessing.image_dataset_from_directory(
    photos, validation_split=0.2, subset="training", seed=1, image_size=(64, 64), batch_size=8
)
val_ds = keras.preprocessing.image_dataset_from_directory(
    photos, validation_split=0.2, subset="validation", seed=1, image_size=(64, 64), batch_size=8
)
train_ds = train_ds.cache().prefetch(buffer_size=tf.data.AUTOTUNE)
val_ds = val_ds.cache().prefetch(buffer_size=tf.data.AUTOTUNE)

base_model = keras.applications.MobileNetV2(
    input_shape=(64, 64, 3), include_top=False, weights=None, alpha=0.35
)
base_model.trainable = False
inputs = keras.Input(shape=(64, 64, 3))
x = keras.layers.experimental.preprocessing.RandomFlip("horizontal")(inputs)
x = keras.applications.mobilenet_v2.preprocess_input(x)
x = base_model(x, training=False)
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dropout(0.2)(x)
outputs = layers.Dense(3)(x)
model = keras.Model(inputs, outputs)
model.compile(
    optimizer=keras.optimizers.Adam(),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
first = model.fit(train_ds, epochs=2, validation_data=val_ds, verbose=0)
frozen = len(model.trainable_weights)

base_model.trainable = True
for layer in base_model.layers[:100]:
    layer.trainable = False
model.compile(
    optimizer=keras.optimizers.Adam(1e-5),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
second = model.fit(
    train_ds, epochs=3, initial_epoch=first.epoch[-1] + 1, validation_data=val_ds, verbose=0
)
print("trained:", frozen, "then more:", len(model.trainable_weights) > frozen)
print("epochs:", first.epoch, second.epoch)
