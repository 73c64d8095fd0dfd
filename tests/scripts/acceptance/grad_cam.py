"""Grad-CAM: where a network looks."""

import sys

import matplotlib as mpl
import numpy as np
import tensorflow as tf
from tensorflow import keras

photo = sys.argv[1] + "/dot/00.png"
model = keras.Sequential(
    [
        keras.layers.Conv2D(8, 3, activation="relu", input_shape=(48, 48, 3), name="last_conv"),
        keras.layers.MaxPooling2D(),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(3, activation="softmax"),
    ]
)


def get_img_array(img_path, size):
    img = keras.utils.load_img(img_path, target_size=size)
    array = keras.utils.img_to_array(img)
    return np.expand_dims(array, axis=0)


def make_gradcam_heatmap(img_array, model, last_conv_layer_name, pred_index=None):
    grad_model = keras.models.Model(
        model.inputs, [model.get_layer(last_conv_layer_name).output, model.output]
    )
    with tf.GradientTape() as tape:
        last_conv_layer_output, preds = grad_model(img_array)
        if pred_index is None:
            pred_index = tf.argmax(preds[0])
        class_channel = preds[:, pred_index]
    grads = tape.gradient(class_channel, last_conv_layer_output)
    pooled_grads = tf.reduce_mean(grads, axis=(0, 1, 2))
    last_conv_layer_output = last_conv_layer_output[0]
    heatmap = last_conv_layer_output @ pooled_grads[..., tf.newaxis]
    heatmap = tf.squeeze(heatmap)
    heatmap = tf.maximum(heatmap, 0) / tf.math.reduce_max(heatmap)
    return heatmap.numpy()


img_array = get_img_array(photo, (48, 48)) / 255.0
model.layers[-1].activation = None
heatmap = make_gradcam_heatmap(img_array, model, "last_conv")
heatmap = np.uint8(255 * np.nan_to_num(np.clip(heatmap, 0, 1)))
jet = mpl.colormaps["jet"](np.arange(256))[:, :3]
coloured = keras.utils.array_to_img(jet[heatmap]).resize((48, 48))
superimposed = keras.utils.img_to_array(coloured) * 0.4 + img_array[0] * 255
keras.utils.array_to_img(superimposed).save("cam.jpg")
print("heatmap:", heatmap.shape)
