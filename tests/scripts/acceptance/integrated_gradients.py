"""Integrated gradients: contributions of pixels that add up to the change of the score."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

keras.utils.set_random_seed(4)
model = keras.Sequential(
    [
        keras.Input((12, 12, 3)),
        layers.Conv2D(6, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(3),
    ]
)


def get_gradients(img_input, top_pred_idx):
    images = tf.cast(img_input, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        preds = model(images)
        top_class = preds[:, top_pred_idx]
    return tape.gradient(top_class, images)


def get_integrated_gradients(img_input, top_pred_idx, baseline=None, num_steps=50):
    if baseline is None:
        baseline = np.zeros(img_input.shape).astype(np.float32)
    img_input = img_input.astype(np.float32)
    interpolated_image = [
        baseline + (step / num_steps) * (img_input - baseline) for step in range(num_steps + 1)
    ]
    interpolated_image = np.array(interpolated_image).astype(np.float32)
    grads = []
    for img in interpolated_image:
        img = tf.expand_dims(img, axis=0)
        grads.append(get_gradients(img, top_pred_idx=top_pred_idx)[0])
    grads = tf.convert_to_tensor(grads, dtype=tf.float32)
    grads = (grads[:-1] + grads[1:]) / 2.0
    avg_grads = tf.reduce_mean(grads, axis=0)
    return (img_input - baseline) * avg_grads


image = np.random.RandomState(0).rand(12, 12, 3) * 2
pred = model.predict(image[None], verbose=0)
best = int(np.argmax(pred[0]))
parts = get_integrated_gradients(image, best).numpy()
black = model.predict(np.zeros((1, 12, 12, 3)), verbose=0)
change = pred[0, best] - black[0, best]
print("adds up:", abs(parts.sum() - change) < 0.02 * abs(change), parts.shape)
