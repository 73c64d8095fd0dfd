"""Transfer learning as TensorFlow's tutorial has it: freeze, train, thaw from a layer on, go on."""

import sys

import numpy as np
import tensorflow as tf

photos = sys.argv[1]
BATCH_SIZE, IMG_SIZE = 8, (64, 64)
train_dataset = tf.keras.utils.image_dataset_from_directory(
    photos, shuffle=True, batch_size=BATCH_SIZE, image_size=IMG_SIZE, seed=3
)
class_names = train_dataset.class_names
val_batches = tf.data.experimental.cardinality(train_dataset)
test_dataset = train_dataset.take(val_batches // 5)
train_dataset = train_dataset.skip(val_batches // 5)
AUTOTUNE = tf.data.AUTOTUNE
train_dataset = train_dataset.prefetch(buffer_size=AUTOTUNE)

data_augmentation = tf.keras.Sequential(
    [tf.keras.layers.RandomFlip("horizontal"), tf.keras.layers.RandomRotation(0.2)]
)
preprocess_input = tf.keras.applications.mobilenet_v2.preprocess_input
IMG_SHAPE = IMG_SIZE + (3,)
base_model = tf.keras.applications.MobileNetV2(
    input_shape=IMG_SHAPE, include_top=False, weights=None, alpha=0.35
)
image_batch, label_batch = next(iter(train_dataset))
feature_batch = base_model(image_batch)
print("features:", tuple(feature_batch.shape))
base_model.trainable = False
global_average_layer = tf.keras.layers.GlobalAveragePooling2D()
prediction_layer = tf.keras.layers.Dense(3)
inputs = tf.keras.Input(shape=(64, 64, 3))
x = data_augmentation(inputs)
x = preprocess_input(x)
x = base_model(x, training=False)
x = global_average_layer(x)
x = tf.keras.layers.Dropout(0.2)(x)
model = tf.keras.Model(inputs, prediction_layer(x))
loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
rate = 0.0001
model.compile(
    optimizer=tf.keras.optimizers.Adam(learning_rate=rate), loss=loss, metrics=["accuracy"]
)
print("trainable:", len(model.trainable_variables))
before = [w.copy() for w in base_model.get_weights()]
history = model.fit(train_dataset, epochs=2, validation_data=test_dataset, verbose=0)
print("unmoved:", all(np.array_equal(a, b) for a, b in zip(before, base_model.get_weights())))

base_model.trainable = True
fine_tune_at = 100
for layer in base_model.layers[:fine_tune_at]:
    layer.trainable = False
model.compile(
    loss=loss,
    optimizer=tf.keras.optimizers.RMSprop(learning_rate=rate / 10),
    metrics=["accuracy"],
)
print("trainable:", len(model.trainable_variables))
history_fine = model.fit(
    train_dataset,
    epochs=4,
    initial_epoch=history.epoch[-1],
    validation_data=test_dataset,
    verbose=0,
)
acc = history.history["accuracy"] + history_fine.history["accuracy"]
print("epochs:", history_fine.epoch, len(acc))
for image_batch, label_batch in test_dataset.as_numpy_iterator():
    predictions = tf.argmax(tf.nn.softmax(model.predict_on_batch(image_batch)), axis=1)
print("predicted:", predictions.numpy().shape, label_batch.dtype)
