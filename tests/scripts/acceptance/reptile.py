"""Learning to learn from few pictures: inner steps on a task, then a step towards where they led."""

import random

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

random.seed(1)
stream = np.random.RandomState(0)
data = {label: stream.rand(20, 14, 14, 1).astype("float32") + 0.3 * label for label in range(8)}


def get_mini_dataset(batch_size, repetitions, shots, num_classes):
    label_subset = random.sample(sorted(data), k=num_classes)
    images = np.concatenate([data[label][:shots] for label in label_subset])
    labels = np.repeat(np.arange(num_classes), shots)
    dataset = tf.data.Dataset.from_tensor_slices(
        (images.astype(np.float32), labels.astype(np.int32))
    )
    return dataset.shuffle(100).batch(batch_size).repeat(repetitions)


def conv_bn(x):
    x = layers.Conv2D(filters=8, kernel_size=3, strides=2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x)


inputs = layers.Input(shape=(14, 14, 1))
x = conv_bn(conv_bn(inputs))
outputs = layers.Dense(3, activation="softmax")(layers.Flatten()(x))
model = keras.Model(inputs=inputs, outputs=outputs)
optimizer = keras.optimizers.SGD(learning_rate=0.003)
losses, moved = [], []
for meta_iter in range(4):
    cur_meta_step_size = (1 - meta_iter / 4) * 0.25
    old_vars = model.get_weights()
    for images, labels in get_mini_dataset(5, 2, 4, 3):
        with tf.GradientTape() as tape:
            preds = model(images)
            loss = keras.losses.sparse_categorical_crossentropy(labels, preds)
        grads = tape.gradient(loss, model.trainable_weights)
        optimizer.apply_gradients(zip(grads, model.trainable_weights))
        losses.append(float(tf.reduce_mean(loss)))
    new_vars = model.get_weights()
    for var in range(len(new_vars)):
        new_vars[var] = old_vars[var] + ((new_vars[var] - old_vars[var]) * cur_meta_step_size)
    model.set_weights(new_vars)
    moved.append(float(abs(new_vars[0] - old_vars[0]).max()))
print("steps:", len(losses), "finite:", bool(np.isfinite(losses).all()), "moves:", min(moved) > 0)
