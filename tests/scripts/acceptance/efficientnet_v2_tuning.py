"""EfficientNetV2 on raw pixels: its top trained, then its last block, saved and read back."""

import sys

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.applications import EfficientNetV2B0
from tensorflow.keras.applications.efficientnet_v2 import preprocess_input

IMG_SIZE = (64, 64)
train_ds = tf.keras.utils.image_dataset_from_directory(
    sys.argv[1], validation_split=0.25, subset="training", seed=1, image_size=IMG_SIZE, batch_size=9
)
val_ds = tf.keras.utils.image_dataset_from_directory(
    sys.argv[1], validation_split=0.25, subset="validation", seed=1, image_size=IMG_SIZE
)
class_names = train_ds.class_names
train_ds = train_ds.prefetch(tf.data.AUTOTUNE)

data_augmentation = keras.Sequential(
    [layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)], name="augmentation"
)
base_model = EfficientNetV2B0(
    include_top=False,
    weights=None,
    input_shape=IMG_SIZE + (3,),
    include_preprocessing=True,
)
base_model.trainable = False

inputs = keras.Input(shape=IMG_SIZE + (3,))
x = data_augmentation(inputs)
x = preprocess_input(x)
x = base_model(x, training=False)
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dropout(0.2)(x)
outputs = layers.Dense(len(class_names))(x)
model = keras.Model(inputs, outputs)
model.compile(
    optimizer=keras.optimizers.Adam(1e-2),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
print("base:", base_model.name, len(base_model.layers), base_model.output_shape)
print("trainable:", len(model.trainable_variables))
history = model.fit(train_ds, epochs=2, validation_data=val_ds, verbose=0)

base_model.trainable = True
fine_tune_at = [layer.name for layer in base_model.layers].index("block6h_expand_conv")
for layer in base_model.layers[:fine_tune_at]:
    layer.trainable = False
for layer in base_model.layers:
    if isinstance(layer, layers.BatchNormalization):
        layer.trainable = False
model.compile(
    optimizer=keras.optimizers.Adam(1e-5),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
print("then:", len(model.trainable_variables))
fine = model.fit(train_ds, epochs=3, initial_epoch=history.epoch[-1], verbose=0)
print("epochs:", history.epoch, fine.epoch, bool(np.isfinite(fine.history["loss"]).all()))

model.save("tuned.keras")
again = keras.models.load_model("tuned.keras")
images, labels = next(iter(val_ds))
print("same:", np.allclose(again.predict(images, verbose=0), model.predict(images, verbose=0)))
